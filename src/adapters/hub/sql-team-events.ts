import type { MachinesDocument } from '../../domain/hub/api.js';
import type { MachineReport } from '../../domain/wire.js';
import type { WallClock } from '../../ports/host.js';
import type {
  AppendAnswer,
  BoardPage,
  BoardQuery,
  EventPage,
  EventQuery,
  HistoryPage,
  HistoryQuery,
  IncomingEvent,
  PlacedWorkPackage,
  ProjectPage,
  ProjectQuery,
  ProjectSummary,
  ReceiptPage,
  StoredEvent,
  TeamEvents,
  TeamPosition,
} from '../../ports/hub.js';
import { appendEvents } from './append-events.js';
import { readBoard, readRecentWorkPackages } from './board-reader.js';
import type { CellFolder } from './cell-folder.js';
import { type HubDatabase, orStorageFails } from './hub-database.js';
import { cellNumber, type EventRow, type NodeRow } from './schema.js';
import { noteReport, readReports } from './sql-machine-reports.js';

interface TeamEventsNeeds {
  readonly database: HubDatabase;
  readonly folder: CellFolder;
  readonly clock: WallClock;
  /** Hears of the highest sequence number after a commit. */
  readonly onStored: (upTo: number) => void;
}

/** The rows of one team. */
export const teamEvents = (team: string, needs: TeamEventsNeeds): TeamEvents =>
  orStorageFails(new SqlTeamEvents(team, needs), {
    append: 'store the events',
    read: 'read events',
    sequenceOf: 'find an event',
    receipts: 'read receipts',
    projects: 'list projects',
    board: 'read the board',
    recentWorkPackages: 'read the board',
    eventsAbout: 'read the history',
    noteReport: 'keep a report',
    reports: 'read reports',
    position: 'say how far it is',
  });

/** Every statement of this class, and of the functions it hands its team to, names the team. */
class SqlTeamEvents implements TeamEvents {
  readonly #team: string;
  readonly #needs: TeamEventsNeeds;
  readonly #db: HubDatabase['reads'];

  constructor(team: string, needs: TeamEventsNeeds) {
    this.#team = team;
    this.#needs = needs;
    this.#db = needs.database.reads;
  }

  async append(events: readonly IncomingEvent[]): Promise<readonly AppendAnswer[]> {
    const { database, clock, onStored } = this.#needs;
    const { answers, last } = await appendEvents(database, this.#team, events, clock.nowMs());
    if (last !== undefined) onStored(last);
    return answers;
  }

  async read(query: EventQuery): Promise<EventPage> {
    const sizes = await this.#select(query)
      .select((row) => ['sequence', row.fn<number>('octet_length', ['document']).as('bytes')])
      .execute();
    let left = query.bytes ?? PAGE_BYTES;
    // One row more than asked for tells whether the page was cut; of what is cut by its bytes the first one stays.
    const count = sizes.slice(0, query.limit).findIndex(({ bytes }, at) => (left -= bytes) < 0 && at > 0);
    const fitting = count < 0 ? Math.min(sizes.length, query.limit) : count;
    const next = sizes[fitting - 1]?.sequence;
    if (next === undefined) return { events: [], next: query.after, more: false };
    const rows = await this.#select(query).where('sequence', '<=', next).select(STORED).execute();
    return { events: rows.map(storedEvent), next, more: fitting < sizes.length };
  }

  async sequenceOf(eventId: string): Promise<number | undefined> {
    const row = await this.#db
      .selectFrom('events')
      .select('sequence')
      .where('team', '=', this.#team)
      .where('event_id', '=', eventId)
      .executeTakeFirst();
    return row?.sequence;
  }

  async receipts(query: EventQuery): Promise<ReceiptPage> {
    const rows = await this.#select(query).select(['sequence', 'event_id as eventId']).execute();
    const receipts = rows.slice(0, query.limit);
    return { receipts, next: receipts.at(-1)?.sequence ?? query.after, more: rows.length > query.limit };
  }

  async projects({ after = '', limit }: ProjectQuery): Promise<ProjectPage> {
    // A project uuid has no slash, a node id may have one.
    const [, project = '', node = ''] = /^([^/]*)\/(.*)$/s.exec(after) ?? [];
    const rows = await this.#db
      .selectFrom('nodes')
      .selectAll()
      .where('team', '=', this.#team)
      .where('project_uuid', '<>', '')
      .where((row) => row(row.refTuple('project_uuid', 'node_id'), '>', row.tuple(project, node)))
      .orderBy('project_uuid')
      .orderBy('node_id')
      .limit(limit + 1)
      .execute();
    const page = rows.slice(0, limit);
    const last = rows.length > limit ? page.at(-1) : undefined;
    return {
      projects: summarizeProjects(page),
      ...(last === undefined ? {} : { next: `${last.project_uuid}/${last.node_id}` }),
    };
  }

  board(query: BoardQuery): Promise<BoardPage | 'behind'> {
    return readBoard(this.#source, query);
  }

  recentWorkPackages(limit: number): Promise<readonly PlacedWorkPackage[]> {
    return readRecentWorkPackages(this.#source, limit);
  }

  get #source() {
    return { db: this.#db, folder: this.#needs.folder, team: this.#team };
  }

  async eventsAbout({ project, feature, workPackage, limit }: HistoryQuery): Promise<HistoryPage> {
    const all = this.#db
      .selectFrom('events')
      .where('team', '=', this.#team)
      .where('project_uuid', '=', project)
      .where('feature_slug', '=', feature)
      .select(STORED)
      .orderBy('lamport', 'desc')
      .orderBy('node_id', 'desc')
      .orderBy('event_id', 'desc')
      .limit(limit + 1);
    const about =
      workPackage === undefined ? all : all.where('cell', '=', cellNumber({ project, feature, workPackage }));
    const rows = await about.execute();
    return { events: rows.slice(0, limit).reverse().map(storedEvent), more: rows.length > limit };
  }

  noteReport(report: MachineReport): Promise<void> {
    return noteReport(this.#needs.database.writes, this.#team, report, this.#needs.clock.nowMs());
  }

  reports(): Promise<MachinesDocument> {
    return readReports(this.#db, this.#team, this.#needs.clock.nowMs());
  }

  async position(): Promise<TeamPosition> {
    const row = await this.#db
      .selectFrom('team_positions')
      .select(['lamport', 'sequence'])
      .where('team', '=', this.#team)
      .executeTakeFirst();
    return row ?? { lamport: 0, sequence: 0 };
  }

  /** One row more than asked for tells whether the page was cut. */
  #select(query: EventQuery) {
    const rows = this.#db
      .selectFrom('events')
      .where('team', '=', this.#team)
      .where('sequence', '>', query.after)
      .orderBy('sequence')
      .limit(query.limit + 1);
    return query.project === undefined ? rows : rows.where('project_uuid', '=', query.project);
  }
}

const STORED = ['sequence', 'received_at_ms', 'known', 'document'] as const;

const storedEvent = (row: Pick<EventRow, (typeof STORED)[number]>): StoredEvent => ({
  sequence: row.sequence,
  receivedAtMs: row.received_at_ms,
  known: row.known === 1,
  document: row.document,
});

/** Well below what a client takes in one answer. */
const PAGE_BYTES = 2 * 1024 * 1024;

/** Puts the machines of a team together to projects; a project goes by the name that arrived last. */
const summarizeProjects = (rows: readonly NodeRow[]): readonly ProjectSummary[] => {
  const byProject = new Map<string, NodeRow[]>();
  for (const row of rows) {
    const own = byProject.get(row.project_uuid) ?? [];
    own.push(row);
    byProject.set(row.project_uuid, own);
  }
  return [...byProject].map(([projectUuid, nodes]) => {
    const named = nodes.filter((node) => node.project_slug !== null);
    const [latest] = named.sort((a, b) => b.last_received_at_ms - a.last_received_at_ms);
    return {
      projectUuid,
      projectSlug: latest?.project_slug ?? undefined,
      events: nodes.reduce((sum, node) => sum + node.events, 0),
      nodes: nodes.map((node) => ({
        nodeId: node.node_id,
        events: node.events,
        lastLamport: node.last_lamport,
        lastReceivedAtMs: node.last_received_at_ms,
      })),
    };
  });
};
