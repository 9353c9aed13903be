import type { Kysely, Migration } from 'kysely';

/** What sessions are for, how often somebody tried, and devices that wait to be signed in. */
export const administration: Migration = {
  async up({ schema }: Kysely<unknown>): Promise<void> {
    await schema
      .alterTable('sessions')
      .addColumn('kind', 'text', (column) => column.notNull().defaultTo('device'))
      .execute();
    await schema.createIndex('sessions_user').on('sessions').column('user_name').execute();
    await schema
      .createTable('throttles')
      .addColumn('name', 'text', (column) => column.primaryKey())
      .addColumn('full_at_ms', 'bigint', (column) => column.notNull())
      .execute();
    await schema
      .createTable('device_codes')
      .addColumn('digest', 'text', (column) => column.primaryKey())
      .addColumn('user_code', 'text', (column) => column.notNull().unique())
      .addColumn('device', 'text')
      .addColumn('expires_at_ms', 'bigint', (column) => column.notNull())
      .addColumn('asked_at_ms', 'bigint')
      .addColumn('user_name', 'text')
      .addColumn('team', 'text')
      .execute();
  },
};
