import type { Kysely, Migration } from 'kysely';

/** The tables of the first release. Counters and times need 64 bits; `bigint` is an integer in SQLite as well. */
export const initialTables: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await makeAccountTables(db);
    await makeEventTables(db);
    await makeBoardTables(db);
  },
};

const makeAccountTables = async (db: Kysely<unknown>): Promise<void> => {
  const { schema } = db;
  await schema
    .createTable('hub_settings')
    .addColumn('name', 'text', (column) => column.primaryKey())
    .addColumn('value', 'text', (column) => column.notNull())
    .execute();
  await schema
    .createTable('teams')
    .addColumn('slug', 'text', (column) => column.primaryKey())
    .addColumn('added_at_ms', 'bigint', (column) => column.notNull())
    .execute();
  await schema
    .createTable('users')
    .addColumn('name', 'text', (column) => column.primaryKey())
    .addColumn('password_hash', 'text', (column) => column.notNull())
    .addColumn('added_at_ms', 'bigint', (column) => column.notNull())
    .execute();
  await schema
    .createTable('memberships')
    .addColumn('team', 'text', (column) => column.notNull().references('teams.slug'))
    .addColumn('user_name', 'text', (column) => column.notNull().references('users.name'))
    .addColumn('position', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('memberships_key', ['team', 'user_name'])
    .execute();
  await schema.createIndex('memberships_user').on('memberships').columns(['user_name', 'position']).execute();
  await schema
    .createTable('sessions')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('team', 'text', (column) => column.notNull())
    .addColumn('user_name', 'text', (column) => column.notNull())
    .addColumn('device', 'text')
    .addColumn('opened_at_ms', 'bigint', (column) => column.notNull())
    .addColumn('revoked_at_ms', 'bigint')
    .execute();
  await schema
    .createTable('tokens')
    .addColumn('digest', 'text', (column) => column.primaryKey())
    .addColumn('session_id', 'text', (column) => column.notNull().references('sessions.id'))
    .addColumn('purpose', 'text', (column) => column.notNull())
    .addColumn('expires_at_ms', 'bigint', (column) => column.notNull())
    .addColumn('rotated_at_ms', 'bigint')
    .execute();
  await schema.createIndex('tokens_session').on('tokens').column('session_id').execute();
  await schema.createIndex('tokens_expiry').on('tokens').column('expires_at_ms').execute();
};

const makeEventTables = async (db: Kysely<unknown>): Promise<void> => {
  const { schema } = db;
  await schema
    .createTable('events')
    .addColumn('team', 'text', (column) => column.notNull())
    .addColumn('sequence', 'bigint', (column) => column.notNull())
    .addColumn('event_id', 'text', (column) => column.notNull())
    .addColumn('event_type', 'text', (column) => column.notNull())
    .addColumn('project_uuid', 'text', (column) => column.notNull())
    .addColumn('feature_slug', 'text', (column) => column.notNull())
    .addColumn('aggregate_id', 'text', (column) => column.notNull())
    .addColumn('cell', 'bigint', (column) => column.notNull())
    .addColumn('lamport', 'bigint', (column) => column.notNull())
    .addColumn('node_id', 'text', (column) => column.notNull())
    .addColumn('occurred_at', 'text', (column) => column.notNull())
    .addColumn('received_at_ms', 'bigint', (column) => column.notNull())
    .addColumn('known', 'integer', (column) => column.notNull())
    .addColumn('document', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('events_key', ['team', 'sequence'])
    .addUniqueConstraint('events_id', ['team', 'event_id'])
    .execute();
  await schema.createIndex('events_cell').on('events').columns(['team', 'cell']).execute();
  await schema
    .createIndex('events_project')
    .on('events')
    .columns(['team', 'project_uuid', 'sequence'])
    .execute();
  await schema
    .createTable('team_positions')
    .addColumn('team', 'text', (column) => column.primaryKey())
    .addColumn('sequence', 'bigint', (column) => column.notNull())
    .addColumn('lamport', 'bigint', (column) => column.notNull())
    .execute();
};

const makeBoardTables = async (db: Kysely<unknown>): Promise<void> => {
  const { schema } = db;
  await schema
    .createTable('board_cells')
    .addColumn('team', 'text', (column) => column.notNull())
    .addColumn('project_uuid', 'text', (column) => column.notNull())
    .addColumn('feature_slug', 'text', (column) => column.notNull())
    .addColumn('work_package', 'text', (column) => column.notNull())
    .addColumn('cell', 'bigint', (column) => column.notNull())
    .addColumn('changed', 'bigint', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('board_cells_key', ['team', 'project_uuid', 'feature_slug', 'work_package'])
    .execute();
  await schema.createIndex('board_cells_changed').on('board_cells').columns(['team', 'changed']).execute();
  await schema
    .createTable('nodes')
    .addColumn('team', 'text', (column) => column.notNull())
    .addColumn('project_uuid', 'text', (column) => column.notNull())
    .addColumn('node_id', 'text', (column) => column.notNull())
    .addColumn('project_slug', 'text')
    .addColumn('events', 'bigint', (column) => column.notNull())
    .addColumn('last_lamport', 'bigint', (column) => column.notNull())
    .addColumn('last_received_at_ms', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('nodes_key', ['team', 'project_uuid', 'node_id'])
    .execute();
};
