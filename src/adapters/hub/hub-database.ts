import { setTimeout } from 'node:timers/promises';
import type { Kysely } from 'kysely';
import type { CellRow, HubTables } from './schema.js';

/** Database or transaction: both run queries. */
export type Executor = Kysely<HubTables>;

/** The hub's tables as its stores use them. The two may be the same; what `writes` has committed, `reads` sees. */
export interface HubDatabase {
  /** For statements that only look: they wait for no writer. */
  readonly reads: Executor;
  /** For everything that writes, and for transactions. */
  readonly writes: Executor;
  /** What was stored by other hubs; absent where a database has one hub at a time. */
  readonly exchange?: NewsExchange;
  /** Closes everything; safe to repeat. */
  close(): Promise<void>;
}

/** How the hubs on one database tell each other that a team has news. A hint: it may come late, or twice. */
export interface NewsExchange {
  /** Tells all other hubs, soon; several calls may become one. Never throws. */
  tell(team: string, upTo: number): void;
  /** Begins to hear of the teams that `teams` names at the time. Ends when the database is closed. */
  hear(teams: () => readonly string[], listener: (team: string, upTo: number) => void): void;
}

/** Runs the work in one transaction. Where several hubs write, the database may undo it in favour of another: it is repeated. */
export const inTransaction = async <T>(db: Executor, work: (db: Executor) => Promise<T>): Promise<T> => {
  for (let attempt = 1; ; attempt++) {
    try {
      return await db.transaction().execute(work);
    } catch (error) {
      if (attempt === MOST_ATTEMPTS || !UNDONE.has(String((error as { code?: unknown }).code))) throw error;
      await setTimeout(attempt * PAUSE_MS);
    }
  }
};

/** SQLSTATE of a serialization failure and of a deadlock: nothing of the transaction is left. */
const UNDONE: ReadonlySet<string> = new Set(['40001', '40P01']);

const MOST_ATTEMPTS = 5;
const PAUSE_MS = 10;

export type CellKey = Pick<CellRow, 'team' | 'project_uuid' | 'feature_slug' | 'work_package'>;

/** The order in which cells are written by everybody: transactions that write several never wait for each other in a circle. */
export const compareCells = (one: CellKey, other: CellKey): number =>
  compareTexts(one.project_uuid, other.project_uuid) ||
  compareTexts(one.feature_slug, other.feature_slug) ||
  compareTexts(one.work_package, other.work_package);

const compareTexts = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);
