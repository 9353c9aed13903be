import { setTimeout } from 'node:timers/promises';
import type { Kysely } from 'kysely';
import type { Executor } from './prepared-query.js';
import type { HubTables } from './schema.js';

/** The hub's tables as its stores use them. The two may be the same; what `writes` has committed, `reads` sees. */
export interface HubDatabase {
  /** For statements that only look: they wait for no writer. */
  readonly reads: Kysely<HubTables>;
  /** For everything that writes, and for transactions. */
  readonly writes: Kysely<HubTables>;
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
export const inTransaction = async <T>(
  db: Kysely<HubTables>,
  work: (db: Executor) => Promise<T>,
): Promise<T> => {
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
