import type { MachinesDocument } from '../../domain/hub/api.js';
import type { MachineReport } from '../../domain/wire.js';
import { inTransaction, type Executor } from './hub-database.js';
import { TABLES, type HubTables } from './schema.js';

type ReportRow = HubTables['machine_reports'];

/** Writes what a machine of a team says of itself over what it said of the same before. */
export const noteReport = (
  writes: Executor,
  team: string,
  { node_id, waiting, runs = [] }: MachineReport,
  nowMs: number,
): Promise<void> => {
  const said = { team, node_id, told_at_ms: nowMs };
  const rows: ReportRow[] = runs.map(({ project_uuid, feature_slug, wp_id, agent, silent_ms }) => ({
    ...{ ...said, project_uuid: project_uuid.toLowerCase(), feature_slug, work_package: wp_id },
    ...{ agent, waiting: 0, since_ms: nowMs - silent_ms },
  }));
  if (waiting !== undefined) {
    const since_ms = waiting.oldest_ms === undefined ? null : nowMs - waiting.oldest_ms;
    const nowhere = { project_uuid: '', feature_slug: '', work_package: '' };
    rows.push({ ...said, ...nowhere, agent: '', waiting: waiting.events, since_ms });
  }
  return inTransaction(writes, async (db) => {
    for (const row of rows) {
      const noting = db.insertInto('machine_reports').values(row);
      await noting.onConflict((conflict) => conflict.columns(KEY).doUpdateSet(row)).execute();
    }
    const ours = db.deleteFrom('machine_reports').where('team', '=', team);
    await ours.where('told_at_ms', '<', nowMs - KEPT_MS).execute();
  });
};

export const readReports = async (db: Executor, team: string, nowMs: number): Promise<MachinesDocument> => {
  const rows = await db
    .selectFrom('machine_reports')
    .selectAll()
    .where('team', '=', team)
    .where('told_at_ms', '>=', nowMs - KEPT_MS)
    .orderBy('told_at_ms', 'desc')
    .orderBy('node_id')
    .limit(MOST)
    .execute();
  const isOfRun = (row: ReportRow): boolean => row.work_package !== '';
  return {
    machines: rows
      .filter((row) => !isOfRun(row))
      .map((row) => ({ ...toldBy(row), waiting: row.waiting, oldest_waiting: isoOf(row.since_ms) })),
    runs: rows.filter(isOfRun).map((row) => ({
      ...{ ...toldBy(row), project: row.project_uuid, feature: row.feature_slug },
      ...{ wp_id: row.work_package, agent: row.agent, last_output: isoOf(row.since_ms) ?? '' },
    })),
  };
};

const { key: KEY } = TABLES.machine_reports;

const MOST = 2000;
const KEPT_MS = 30 * 86_400_000;

const toldBy = ({ node_id, told_at_ms }: ReportRow) => ({
  node_id,
  told_at: new Date(told_at_ms).toISOString(),
});

const isoOf = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());
