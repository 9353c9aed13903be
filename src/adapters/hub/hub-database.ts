import { setTimeout } from 'node:timers/promises';
import type { Kysely } from 'kysely';
import { SyncError } from '../../domain/errors.js';
import type { HubTables } from './schema.js';

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
  /** Tells all other hubs, soon, that there is something new; several calls may become one. Never throws. */
  tell(): void;
  /** Begins to hear how far each team has come. Ends when the database is closed. */
  hear(listener: (team: string, upTo: number) => void): void;
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

/** Runs a piece of work against the database; whatever breaks in it is `storage-failed`, cause kept. */
export const orStorageFailed = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (error) {
    throw new SyncError('storage-failed', `The hub's database did not ${what}.`, {
      cause: error,
      hint: 'Check that the disk has room and the database is reachable; nothing of the request was stored.',
    });
  }
};

/** The same for every method of a store. */
export const orStorageFails = <S extends object>(store: S): S =>
  Object.fromEntries(
    Object.entries<(...given: unknown[]) => Promise<unknown>>(store as never).map(([name, method]) => [
      name,
      (...given: unknown[]) => orStorageFailed(`do what it was asked for (${name})`, () => method(...given)),
    ]),
  ) as S;
