import type { MachinesDocument } from '../../domain/hub/api.js';
import type { MachineReport } from '../../domain/wire.js';
import type { Executor } from './hub-database.js';
import type { HubTables } from './schema.js';

type ReportRow = HubTables['machine_reports'];

/** Writes what a machine of a team says of itself over what it said of the same before. */
export const noteReport = async (
  db: Executor,
  team: string,
  { node_id, waiting, runs = [] }: MachineReport,
  nowMs: number,
): Promise<void> => {
  const said = { team, node_id, told_at_ms: nowMs };
  // The last sign of a work package counts: a statement that met one twice would fail on PostgreSQL.
  const rows = new Map<string, ReportRow>();
  if (waiting !== undefined) {
    const since_ms = waiting.oldest_ms === undefined ? null : nowMs - waiting.oldest_ms;
    const nowhere = { project_uuid: '', feature_slug: '', work_package: '' };
    rows.set('', { ...said, ...nowhere, agent: '', waiting: waiting.events, since_ms });
  }
  for (const { project_uuid, feature_slug, wp_id: work_package, agent, silent_ms } of runs) {
    const place = { project_uuid: project_uuid.toLowerCase(), feature_slug, work_package };
    const since_ms = nowMs - silent_ms;
    rows.set(JSON.stringify(place), { ...said, ...place, agent, waiting: 0, since_ms });
  }
  if (rows.size === 0) return;
  await db
    .insertInto('machine_reports')
    .values([...rows.values()])
    .onConflict((conflict) =>
      conflict
        .columns(['team', 'node_id', 'project_uuid', 'feature_slug', 'work_package'])
        .doUpdateSet((row) => ({
          agent: row.ref('excluded.agent'),
          waiting: row.ref('excluded.waiting'),
          since_ms: row.ref('excluded.since_ms'),
          told_at_ms: row.ref('excluded.told_at_ms'),
        })),
    )
    .execute();
  const ours = db.deleteFrom('machine_reports').where('team', '=', team);
  await ours.where('told_at_ms', '<', nowMs - KEPT_MS).execute();
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

const MOST = 2000;
const KEPT_MS = 30 * 86_400_000;

const toldBy = ({ node_id, told_at_ms }: ReportRow) => ({
  node_id,
  told_at: new Date(told_at_ms).toISOString(),
});

const isoOf = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());
