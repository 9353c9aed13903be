import type { Kysely, Migration } from 'kysely';

/** What machines say of themselves. */
export const machineReports: Migration = {
  async up({ schema }: Kysely<unknown>): Promise<void> {
    await schema
      .createTable('machine_reports')
      .addColumn('team', 'text', (column) => column.notNull())
      .addColumn('node_id', 'text', (column) => column.notNull())
      .addColumn('project_uuid', 'text', (column) => column.notNull())
      .addColumn('feature_slug', 'text', (column) => column.notNull())
      .addColumn('work_package', 'text', (column) => column.notNull())
      .addColumn('agent', 'text', (column) => column.notNull())
      .addColumn('waiting', 'bigint', (column) => column.notNull())
      .addColumn('since_ms', 'bigint')
      .addColumn('told_at_ms', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('machine_reports_key', [
        ...(['team', 'node_id', 'project_uuid', 'feature_slug', 'work_package'] as const),
      ])
      .execute();
    await schema
      .createIndex('machine_reports_told')
      .on('machine_reports')
      .columns(['team', 'told_at_ms'])
      .execute();
  },
};
