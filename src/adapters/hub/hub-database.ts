import { setTimeout } from 'node:timers/promises';
import { sql, type Expression, type ExpressionBuilder, type Kysely } from 'kysely';
import { SyncError } from '../../domain/errors.js';
import { TABLES, type HubTables } from './schema.js';

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

/** Runs the work in one transaction, and again where the database undid it. */
export const inTransaction = <T>(db: Executor, work: (db: Executor) => Promise<T>): Promise<T> =>
  patiently(() => db.transaction().execute(work));

/** Repeats for some seconds what a database did not begin, or undid, in favour of somebody else: nothing is done twice. */
export const patiently = async <T>(work: () => Promise<T>): Promise<T> => {
  const deadline = performance.now() + PATIENCE_MS;
  for (let pauseMs = 1; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
    try {
      return await work();
    } catch (error) {
      const { code, errcode } = error as { readonly code?: unknown; readonly errcode?: unknown };
      if (!(UNDONE.has(code) || UNDONE.has(errcode)) || performance.now() > deadline) throw error;
      await setTimeout(pauseMs);
    }
  }
};

/** SQLITE_BUSY; SQLSTATE of a serialization failure and of a deadlock. Nothing of the work is left. */
const UNDONE: ReadonlySet<unknown> = new Set([5, '40001', '40P01']);

const PATIENCE_MS = 5000;
const LONGEST_PAUSE_MS = 50;

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

/** What is done in one way to the rows of every table; `which` is what the rows that are meant have in some columns. */
interface Rows<Row> {
  /** Puts a row in; one with its key that is there already stays, and the answer is `false`. */
  add(row: Row): Promise<boolean>;
  /** Puts a row in, in the place of one with its key. */
  put(row: Row): Promise<void>;
  /** The row, or of several any one. */
  find(which: Partial<Row>): Promise<Row | undefined>;
  /** Gives rows other values; `false` when there are none. */
  change(which: Partial<Row>, values: Partial<Row>): Promise<boolean>;
  /** Takes rows out; `false` when there are none. */
  remove(which: Partial<Row>): Promise<boolean>;
}

export const rowsOf = <Name extends keyof HubTables>(db: Executor, name: Name): Rows<HubTables[Name]> => {
  // Its type says what the table has; to the builder it is one with any columns.
  const [tables, table] = [db as unknown as Kysely<{ readonly any: AnyRow }>, name as string as 'any'];
  const rows: Rows<AnyRow> = {
    add: async (row) => {
      const adding = tables.insertInto(table).values(row);
      const added = await adding.onConflict((conflict) => conflict.doNothing()).executeTakeFirst();
      return added.numInsertedOrUpdatedRows !== 0n;
    },
    put: async (row) => {
      const putting = tables.insertInto(table).values(row);
      const { key } = TABLES[name];
      await putting.onConflict((conflict) => conflict.columns(key).doUpdateSet(row)).execute();
    },
    find: (which) => tables.selectFrom(table).selectAll().where(has(which)).limit(1).executeTakeFirst(),
    change: async (which, values) => {
      const changing = tables.updateTable(table).set(values).where(has(which));
      return (await changing.executeTakeFirst()).numUpdatedRows > 0;
    },
    remove: async (which) =>
      (await tables.deleteFrom(table).where(has(which)).executeTakeFirst()).numDeletedRows > 0,
  };
  return rows as unknown as Rows<HubTables[Name]>;
};

/** Both databases have functions for these, under names of their own. Where the first is NULL it is the second. */
export const greater = <T>(one: Expression<T>, other: Expression<T>) =>
  sql<T>`case when ${one} > ${other} then ${one} else ${other} end`;
export const lesser = <T>(one: Expression<T>, other: Expression<T>) =>
  sql<T>`case when ${one} < ${other} then ${one} else ${other} end`;

type AnyRow = Readonly<Record<string, unknown>>;

const has = (which: AnyRow) => (row: ExpressionBuilder<{ readonly any: AnyRow }, 'any'>) => row.and(which);
