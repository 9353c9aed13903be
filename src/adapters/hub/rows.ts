import { sql, type Expression, type ExpressionBuilder, type Kysely } from 'kysely';
import type { Executor } from './hub-database.js';
import { TABLES, type HubTables } from './schema.js';

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
