import { sql, type Kysely, type Migration } from 'kysely';
import { cellNumber } from '../cell-number.js';
import type { HubTables } from '../schema.js';

/**
 * Boards are folded beside the log: a cell knows how far its fold has come, its events are read in causal order, and
 * checkpoints make late ones cheap. Cells are named by what they are instead of by their first event, and all of them
 * are folded anew.
 */
export const boardsBesideTheLog: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    const { schema } = db;
    await schema
      .alterTable('board_cells')
      .addColumn('behind', 'integer', (column) => column.notNull().defaultTo(1))
      .execute();
    await schema.alterTable('board_cells').addColumn('late_lamport', 'bigint').execute();
    await schema
      .alterTable('board_cells')
      .addColumn('through', 'text', (column) => column.notNull().defaultTo(''))
      .execute();
    await renameCells(db as Kysely<HubTables>);
    await schema.dropIndex('events_cell').execute();
    await schema
      .createIndex('events_cell')
      .on('events')
      .columns(['team', 'cell', 'lamport', 'node_id', 'event_id'])
      .execute();
    await schema
      .createIndex('board_cells_behind')
      .on('board_cells')
      .column('team')
      .where(sql.ref('behind'), '=', sql.lit(1))
      .execute();
    await schema
      .createTable('board_checkpoints')
      .addColumn('team', 'text', (column) => column.notNull())
      .addColumn('project_uuid', 'text', (column) => column.notNull())
      .addColumn('feature_slug', 'text', (column) => column.notNull())
      .addColumn('work_package', 'text', (column) => column.notNull())
      .addColumn('lamport', 'bigint', (column) => column.notNull())
      .addColumn('through', 'text', (column) => column.notNull())
      .addColumn('state', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('board_checkpoints_key', [
        'team',
        'project_uuid',
        'feature_slug',
        'work_package',
        'lamport',
      ])
      .execute();
  },
};

const renameCells = async (db: Kysely<HubTables>): Promise<void> => {
  const cells = await db
    .selectFrom('board_cells')
    .select(['team', 'project_uuid', 'feature_slug', 'work_package', 'cell'])
    .execute();
  for (const row of cells) {
    const cell = cellNumber({
      project: row.project_uuid,
      feature: row.feature_slug,
      workPackage: row.work_package,
    });
    await db
      .updateTable('events')
      .set({ cell })
      .where('team', '=', row.team)
      .where('cell', '=', Number(row.cell))
      .execute();
    await db
      .updateTable('board_cells')
      .set({ cell, state: '' })
      .where('team', '=', row.team)
      .where('project_uuid', '=', row.project_uuid)
      .where('feature_slug', '=', row.feature_slug)
      .where('work_package', '=', row.work_package)
      .execute();
  }
};
