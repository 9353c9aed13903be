import type { MachinesDocument } from '../../domain/hub/api.js';
import type { MachineReport } from '../../domain/wire.js';
import type { HubDatabase } from './hub-database.js';
import type { HubTables } from './schema.js';

/** Writes what a machine of a team says of itself over what it said of the same before. */
export const noteReport = async (
  { writes }: HubDatabase,
  team: string,
  { node_id, waiting, runs = [] }: MachineReport,
  nowMs: number,
): Promise<void> => {
  const said = { team, node_id, told_at_ms: nowMs, waiting: 0, agent: '' };
  const rows: readonly ReportRow[] = [
    ...(waiting === undefined
      ? []
      : [
          {
            ...{ ...said, project_uuid: '', feature_slug: '', work_package: '', waiting: waiting.events },
            since_ms: waiting.oldest_ms === undefined ? null : nowMs - waiting.oldest_ms,
          },
        ]),
    // The last sign of a work package counts: a statement that met one twice would fail on PostgreSQL.
    ...new Map(
      runs.map(({ project_uuid: project, feature_slug, wp_id: work_package, agent, silent_ms }) => {
        const place = { project_uuid: project.toLowerCase(), feature_slug, work_package };
        return [JSON.stringify(place), { ...said, ...place, agent, since_ms: nowMs - silent_ms }];
      }),
    ).values(),
  ];
  if (rows.length === 0) return;
  await writes
    .insertInto('machine_reports')
    .values(rows)
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
  await writes
    .deleteFrom('machine_reports')
    .where('team', '=', team)
    .where('told_at_ms', '<', nowMs - KEPT_MS)
    .execute();
};

export const readReports = async (
  { reads }: HubDatabase,
  team: string,
  nowMs: number,
): Promise<MachinesDocument> => {
  const rows = await reads
    .selectFrom('machine_reports')
    .selectAll()
    .where('team', '=', team)
    .where('told_at_ms', '>=', nowMs - KEPT_MS)
    .orderBy('told_at_ms', 'desc')
    .orderBy('node_id')
    .limit(MOST)
    .execute();
  return {
    machines: rows.flatMap((row) =>
      row.work_package === ''
        ? [{ ...toldBy(row), waiting: Number(row.waiting), oldest_waiting: isoOf(row.since_ms) }]
        : [],
    ),
    runs: rows.flatMap((row) =>
      row.work_package === ''
        ? []
        : [
            {
              ...{ ...toldBy(row), project: row.project_uuid, feature: row.feature_slug },
              ...{ wp_id: row.work_package, agent: row.agent },
              last_output: isoOf(row.since_ms) ?? '',
            },
          ],
    ),
  };
};

const MOST = 2000;
const KEPT_MS = 30 * 86_400_000;

const toldBy = (row: ReportRow) => ({
  node_id: row.node_id,
  told_at: new Date(Number(row.told_at_ms)).toISOString(),
});

const isoOf = (ms: number | null): string | null => (ms === null ? null : new Date(Number(ms)).toISOString());

type ReportRow = HubTables['machine_reports'];
