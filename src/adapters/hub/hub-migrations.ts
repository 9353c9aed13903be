import { Migrator } from 'kysely';
import type { CreateTableBuilder, Kysely } from 'kysely';
import { SyncError } from '../../domain/errors.js';
import { type Executor, type HubDatabase, rowsOf } from './hub-database.js';
import { cellNumber, TABLES, type CellRow, type Column, type HubTables, type Table } from './schema.js';

/**
 * Brings the tables up to date; of several processes one does it, and the others wait. Where something is to be done,
 * `begin` is called first with whether the database is empty. It may throw; what it returns is called at the end.
 */
export const migrate = async (
  { writes }: HubDatabase,
  begin: (isEmpty: boolean) => (() => void) | undefined,
): Promise<void> => {
  const isThere = await answers(writes.selectFrom('hub_settings').select('name').limit(1));
  const isOfFirst = isThere && !(await answers(writes.selectFrom('sessions').select('kind').limit(1)));
  const up = async (db: Kysely<HubTables>): Promise<void> => {
    const cells = isOfFirst ? await takeFirstCells(db) : [];
    await createTables(db, isThere);
    for (const cell of cells) await putAnew(db, cell);
  };
  // Applied in the order of their names; a name never changes once released.
  const provider = { getMigrations: () => Promise.resolve({ '0001-tables': { up } }) };
  const migrator = new Migrator({ db: writes, provider, migrationTableName: 'hub_migrations' });
  const migrations = await migrator.getMigrations().catch(refuse);
  if (migrations.every(({ executedAt }) => executedAt !== undefined)) return;
  const end = begin(!isThere);
  try {
    const { error } = await migrator.migrateToLatest();
    if (error !== undefined) refuse(error);
  } finally {
    end?.();
  }
};

const refuse = (error: unknown): never => {
  throw new SyncError('storage-failed', "The hub's tables could not be brought up to date.", {
    cause: error,
    hint: 'Restore the latest backup, or start the version of the hub that wrote the data.',
  });
};

/** Whether the database has what a statement asks for. */
const answers = (statement: { readonly execute: () => Promise<unknown> }): Promise<boolean> =>
  statement.execute().then(
    () => true,
    () => false,
  );

/** Makes the tables; with `isThere` those that are missing. */
const createTables = async ({ schema }: Executor, isThere: boolean): Promise<void> => {
  for (const [name, table] of Object.entries<Table>(TABLES)) {
    const { columns, key, unique, references = {}, indexes = {} } = table;
    let creating: CreateTableBuilder<string, string> = schema.createTable(name);
    for (const [column, kind] of Object.entries(columns)) {
      const target = references[column];
      creating = creating.addColumn(column, typeOf(kind), (built) => {
        const checked = kind.endsWith('?') ? built : built.notNull();
        return target === undefined ? checked : checked.references(target);
      });
    }
    creating = creating.addPrimaryKeyConstraint(`${name}_key`, [...key]);
    if (unique !== undefined) creating = creating.addUniqueConstraint(`${name}_id`, [...unique]);
    await (isThere ? creating.ifNotExists() : creating).execute();
    for (const [index, parts] of Object.entries(indexes))
      await schema
        .createIndex(index)
        .ifNotExists()
        .on(name)
        .columns([...parts])
        .execute();
  }
};

const typeOf = (kind: Column) => kind.replace('?', '') as 'text' | 'bigint' | 'integer';

/** The first hubs knew devices only, and folded cells, which had numbers of another kind, when something was stored. */
const takeFirstCells = async (db: Executor): Promise<readonly CellRow[]> => {
  const adding = db.schema.alterTable('sessions');
  await adding.addColumn('kind', 'text', (kind) => kind.notNull().defaultTo('device')).execute();
  const cells = await db.selectFrom('board_cells').selectAll().execute();
  await db.schema.dropTable('board_cells').execute();
  await db.schema.dropIndex('events_cell').execute();
  return cells;
};

/** A cell that is to be folded from its first event on. */
const putAnew = async (db: Executor, former: CellRow): Promise<void> => {
  const { team, project_uuid: project, feature_slug: feature, work_package: workPackage } = former;
  const cell = cellNumber({ project, feature, workPackage });
  await rowsOf(db, 'events').change({ team, cell: former.cell }, { cell });
  const behind = { cell, behind: 1, late_lamport: null, through: '', state: '' };
  await rowsOf(db, 'board_cells').add({ ...former, ...behind });
};
