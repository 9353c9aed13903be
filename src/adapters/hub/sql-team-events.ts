import type { MachinesDocument, Project } from '../../domain/hub/api.js';
import type { MachineReport } from '../../domain/wire.js';
import type { WallClock } from '../../ports/host.js';
import type { EventQuery, StoredEvent, TeamEvents } from '../../ports/hub.js';
import { appendEvents } from './append-events.js';
import type { Boards } from './boards.js';
import { type Executor, type HubDatabase, inTransaction, orStorageFails, rowsOf } from './hub-database.js';
import { cellNumber, type EventRow, type HubTables, type NodeRow } from './schema.js';

interface TeamEventsNeeds {
  readonly database: HubDatabase;
  readonly boards: Boards;
  readonly clock: WallClock;
  /** Hears of the highest sequence number after a commit. */
  readonly onStored: (upTo: number) => void;
}

/** The rows of one team: every statement here, and of the functions that are handed the team, names it. */
export const teamEvents = (
  team: string,
  { database, boards, clock, onStored }: TeamEventsNeeds,
): TeamEvents => {
  const { reads: db, writes } = database;

  /** One row more than asked for tells whether the page was cut. */
  const select = ({ after, limit, project }: EventQuery) => {
    const rows = db.selectFrom('events').where('team', '=', team).where('sequence', '>', after);
    const asked = project === undefined ? rows : rows.where('project_uuid', '=', project);
    return asked.orderBy('sequence').limit(limit + 1);
  };

  return orStorageFails<TeamEvents>({
    ...boards(team),

    append: async (events) => {
      const { answers, last } = await appendEvents(database, team, events, clock.nowMs());
      if (last !== undefined) onStored(last);
      return answers;
    },

    read: async (query) => {
      const sizes = await select(query)
        .select((row) => ['sequence', row.fn<number>('octet_length', ['document']).as('bytes')])
        .execute();
      let left = query.bytes ?? PAGE_BYTES;
      // Of what is cut by its bytes the first one stays.
      const count = sizes.slice(0, query.limit).findIndex(({ bytes }, at) => (left -= bytes) < 0 && at > 0);
      const fitting = count < 0 ? Math.min(sizes.length, query.limit) : count;
      const next = sizes[fitting - 1]?.sequence;
      if (next === undefined) return { events: [], next: query.after, more: false };
      const rows = await select(query).where('sequence', '<=', next).select(STORED).execute();
      return { events: rows.map(storedEvent), next, more: fitting < sizes.length };
    },

    sequenceOf: async (event_id) => {
      const events = db.selectFrom('events').select('sequence');
      return (await events.where((row) => row.and({ team, event_id })).executeTakeFirst())?.sequence;
    },

    receipts: async (query) => {
      const rows = await select(query).select(['sequence', 'event_id as eventId']).execute();
      const receipts = rows.slice(0, query.limit);
      return { receipts, next: receipts.at(-1)?.sequence ?? query.after, more: rows.length > query.limit };
    },

    projects: async ({ after = '', limit }) => {
      // A project uuid has no slash, a node id may have one.
      const [, project = '', node = ''] = /^([^/]*)\/(.*)$/s.exec(after) ?? [];
      const rows = await db
        .selectFrom('nodes')
        .selectAll()
        .where('team', '=', team)
        .where('project_uuid', '<>', '')
        .where((row) => row(row.refTuple('project_uuid', 'node_id'), '>', row.tuple(project, node)))
        .orderBy('project_uuid')
        .orderBy('node_id')
        .limit(limit + 1)
        .execute();
      const page = rows.slice(0, limit);
      const last = rows.length > limit ? page.at(-1) : undefined;
      return {
        projects: projectsOf(page),
        ...(last === undefined ? {} : { next: `${last.project_uuid}/${last.node_id}` }),
      };
    },

    eventsAbout: async ({ workPackage, limit, ...place }) => {
      const feature = { team, project_uuid: place.project, feature_slug: place.feature };
      const cell = workPackage === undefined ? {} : { cell: cellNumber({ ...place, workPackage }) };
      const rows = await db
        .selectFrom('events')
        .where((row) => row.and({ ...feature, ...cell }))
        .select(STORED)
        .orderBy('lamport', 'desc')
        .orderBy('node_id', 'desc')
        .orderBy('event_id', 'desc')
        .limit(limit + 1)
        .execute();
      return { events: rows.slice(0, limit).reverse().map(storedEvent), more: rows.length > limit };
    },

    noteReport: (report) => noteReport(writes, team, report, clock.nowMs()),
    reports: () => readReports(db, team, clock.nowMs()),

    position: async () => {
      const { lamport = 0, sequence = 0 } = (await rowsOf(db, 'team_positions').find({ team })) ?? {};
      return { lamport, sequence };
    },
  });
};

const STORED = ['sequence', 'received_at_ms', 'known', 'document'] as const;

const storedEvent = (row: Pick<EventRow, (typeof STORED)[number]>): StoredEvent => ({
  sequence: row.sequence,
  received_at: new Date(row.received_at_ms).toISOString(),
  known: row.known === 1,
  document: row.document,
});

/** Well below what a client takes in one answer. */
const PAGE_BYTES = 2 * 1024 * 1024;

/** Puts the machines of a team together to projects; a project goes by the name that arrived last. */
const projectsOf = (rows: readonly NodeRow[]): readonly Project[] => {
  const byProject = new Map<string, NodeRow[]>();
  for (const row of rows) byProject.set(row.project_uuid, [...(byProject.get(row.project_uuid) ?? []), row]);
  return [...byProject].map(([project_uuid, nodes]) => {
    const named = nodes.filter((node) => node.project_slug !== null);
    const [latest] = named.sort((a, b) => b.last_received_at_ms - a.last_received_at_ms);
    return {
      project_uuid,
      project_slug: latest?.project_slug ?? null,
      events: nodes.reduce((sum, node) => sum + node.events, 0),
      nodes: nodes.map(({ node_id, events, last_lamport, last_received_at_ms }) => ({
        node_id,
        events,
        last_lamport_clock: last_lamport,
        last_received_at: new Date(last_received_at_ms).toISOString(),
      })),
    };
  });
};

type ReportRow = HubTables['machine_reports'];

/** Writes what a machine of a team says of itself over what it said of the same before. */
const noteReport = (
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
    for (const row of rows) await rowsOf(db, 'machine_reports').put(row);
    const ours = db.deleteFrom('machine_reports').where('team', '=', team);
    await ours.where('told_at_ms', '<', nowMs - KEPT_MS).execute();
  });
};

const readReports = async (db: Executor, team: string, nowMs: number): Promise<MachinesDocument> => {
  const rows = await db
    .selectFrom('machine_reports')
    .selectAll()
    .where('team', '=', team)
    .where('told_at_ms', '>=', nowMs - KEPT_MS)
    .orderBy('told_at_ms', 'desc')
    .orderBy('node_id')
    .limit(MOST_SAYINGS)
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

const MOST_SAYINGS = 2000;
const KEPT_MS = 30 * 86_400_000;

const toldBy = ({ node_id, told_at_ms }: ReportRow) => ({
  node_id,
  told_at: new Date(told_at_ms).toISOString(),
});

const isoOf = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());
