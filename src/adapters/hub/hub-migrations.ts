import { Migrator, sql } from 'kysely';
import type { CreateTableBuilder, Kysely, Migration } from 'kysely';
import { SyncError } from '../../domain/errors.js';
import type { HubDatabase } from './hub-database.js';
import {
  CELL_KEY,
  cellNumber,
  FOLD_COLUMNS,
  FOLD_TABLES,
  INITIAL_TABLES,
  REPORT_TABLES,
  SESSION_COLUMNS,
  SIGN_IN_TABLES,
  WEBHOOK_TABLES,
  type Column,
  type HubTables,
  type Table,
} from './schema.js';

/**
 * Brings the tables up to date; of several processes one does it, and the others wait. Where something is to be done,
 * `begin` is called first with whether the database is empty. It may throw; what it returns is called at the end.
 */
export const migrate = async (
  { writes }: HubDatabase,
  begin: (isEmpty: boolean) => (() => void) | undefined,
): Promise<void> => {
  const provider = { getMigrations: () => Promise.resolve(MIGRATIONS) };
  const migrator = new Migrator({ db: writes, provider });
  const migrations = await migrator.getMigrations().catch(refuse);
  const done = migrations.filter(({ executedAt }) => executedAt !== undefined).length;
  if (done === migrations.length) return;
  const end = begin(done === 0);
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

/** Applied in the order of their names; a name never changes once released. */
const MIGRATIONS: Record<string, Migration> = {
  '0001-initial-tables': { up: (db: Kysely<unknown>) => createTables(db, INITIAL_TABLES) },
  /** Boards are folded beside the log; cells are named by what they are, and all of them are folded anew. */
  '0002-boards-beside-the-log': {
    up: async (db: Kysely<HubTables>) => {
      const { schema } = db;
      await addColumns(db, 'board_cells', FOLD_COLUMNS, { behind: 1, through: '' });
      await renameCells(db);
      await schema.dropIndex('events_cell').execute();
      const causal = ['team', 'cell', 'lamport', 'node_id', 'event_id'];
      await schema.createIndex('events_cell').on('events').columns(causal).execute();
      await schema
        .createIndex('board_cells_behind')
        .on('board_cells')
        .column('team')
        .where(sql.ref('behind'), '=', sql.lit(1))
        .execute();
      await createTables(db, FOLD_TABLES);
    },
  },
  '0003-administration': {
    up: async (db: Kysely<unknown>) => {
      await addColumns(db, 'sessions', SESSION_COLUMNS, { kind: 'device' });
      await db.schema.createIndex('sessions_user').on('sessions').column('user_name').execute();
      await createTables(db, SIGN_IN_TABLES);
    },
  },
  '0004-webhooks': { up: (db: Kysely<unknown>) => createTables(db, WEBHOOK_TABLES) },
  '0005-machine-reports': { up: (db: Kysely<unknown>) => createTables(db, REPORT_TABLES) },
};

const createTables = async (
  { schema }: Pick<Kysely<unknown>, 'schema'>,
  tables: Readonly<Record<string, Table>>,
): Promise<void> => {
  for (const [name, { columns, key, unique, references = {}, indexes = {} }] of Object.entries(tables)) {
    let table: CreateTableBuilder<string, string> = schema.createTable(name);
    for (const [column, kind] of Object.entries(columns)) {
      const target = references[column];
      table = table.addColumn(column, typeOf(kind), (built) => {
        const checked = kind.endsWith('?') ? built : built.notNull();
        return target === undefined ? checked : checked.references(target);
      });
    }
    table = table.addPrimaryKeyConstraint(`${name}_key`, [...key]);
    if (unique !== undefined) table = table.addUniqueConstraint(`${name}_id`, [...unique]);
    await table.execute();
    for (const [index, parts] of Object.entries(indexes))
      await schema
        .createIndex(index)
        .on(name)
        .columns([...parts])
        .execute();
  }
};

/** Rows that are there get the given value, and NULL where none is given. */
const addColumns = async (
  { schema }: Pick<Kysely<unknown>, 'schema'>,
  table: string,
  columns: Readonly<Record<string, Column>>,
  values: Readonly<Record<string, unknown>>,
): Promise<void> => {
  for (const [name, kind] of Object.entries(columns)) {
    const adding = schema.alterTable(table);
    await (
      name in values
        ? adding.addColumn(name, typeOf(kind), (column) => column.notNull().defaultTo(values[name]))
        : adding.addColumn(name, typeOf(kind))
    ).execute();
  }
};

const typeOf = (kind: Column) => kind.replace('?', '') as 'text' | 'bigint' | 'integer';

const renameCells = async (db: Kysely<HubTables>): Promise<void> => {
  const cells = await db
    .selectFrom('board_cells')
    .select([...CELL_KEY, 'cell'])
    .execute();
  for (const { cell: former, ...key } of cells) {
    const { team, project_uuid: project, feature_slug: feature, work_package: workPackage } = key;
    const cell = cellNumber({ project, feature, workPackage });
    const events = db.updateTable('events').set({ cell }).where('team', '=', team);
    await events.where('cell', '=', former).execute();
    const renamed = db.updateTable('board_cells').set({ cell, state: '' });
    await renamed.where((row) => row.and(key)).execute();
  }
};
