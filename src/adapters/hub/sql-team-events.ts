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
  NodeFreshness,
} from '../../ports/hub.js';
import { appendEvents } from './append-events.js';
import { BoardReader } from './board-reader.js';
import type { CellFolder } from './cell-folder.js';
import { cellNumber } from './schema.js';
import type { HubDatabase } from './hub-database.js';
import type { EventRow, NodeRow } from './schema.js';
import { noteReport, readReports } from './sql-machine-reports.js';
import { orStorageFailed } from './storage-failure.js';

interface TeamEventsDependencies {
  readonly database: HubDatabase;
  readonly folder: CellFolder;
  readonly clock: WallClock;
  /** Hears of the highest sequence number after a commit. */
  readonly onStored: (upTo: number) => void;
}

/** The rows of one team. Every statement of this class, and of the functions it hands its team to, names the team. */
export class SqlTeamEvents implements TeamEvents {
  readonly #database: HubDatabase;
  readonly #team: string;
  readonly #clock: WallClock;
  readonly #boards: BoardReader;
  readonly #onStored: (upTo: number) => void;

  constructor(team: string, { database, folder, clock, onStored }: TeamEventsDependencies) {
    this.#database = database;
    this.#team = team;
    this.#clock = clock;
    this.#boards = new BoardReader(database.reads, folder, team);
    this.#onStored = onStored;
  }

  append(events: readonly IncomingEvent[]): Promise<readonly AppendAnswer[]> {
    return orStorageFailed('store the events', async () => {
      const { answers, last } = await appendEvents(this.#database, this.#team, events, this.#clock.nowMs());
      if (last !== undefined) this.#onStored(last);
      return answers;
    });
  }

  read(query: EventQuery): Promise<EventPage> {
    return orStorageFailed('read events', async () => {
      const sizes = await this.#select(query)
        .select((row) => ['sequence', row.fn<number>('octet_length', ['document']).as('bytes')])
        .execute();
      let left = query.bytes ?? PAGE_BYTES;
      // One row more than asked for tells whether the page was cut; of what is cut by its bytes the first one stays.
      const count = sizes
        .slice(0, query.limit)
        .findIndex(({ bytes }, at) => (left -= Number(bytes)) < 0 && at > 0);
      const fitting = count < 0 ? Math.min(sizes.length, query.limit) : count;
      const last = sizes[fitting - 1]?.sequence;
      if (last === undefined) return { events: [], next: query.after, more: false };
      const rows = await this.#select(query)
        .where('sequence', '<=', Number(last))
        .select(['sequence', 'received_at_ms', 'known', 'document'])
        .execute();
      const events = rows.map(storedEvent);
      return { events, next: Number(last), more: fitting < sizes.length };
    });
  }

  async sequenceOf(eventId: string): Promise<number | undefined> {
    const row = await orStorageFailed('find an event', () =>
      this.#database.reads
        .selectFrom('events')
        .select('sequence')
        .where('team', '=', this.#team)
        .where('event_id', '=', eventId)
        .executeTakeFirst(),
    );
    return row === undefined ? undefined : Number(row.sequence);
  }

  async receipts(query: EventQuery): Promise<ReceiptPage> {
    const rows = await orStorageFailed('read receipts', () =>
      this.#select(query).select(['sequence', 'event_id']).execute(),
    );
    const receipts = rows
      .slice(0, query.limit)
      .map((row) => ({ eventId: row.event_id, sequence: Number(row.sequence) }));
    return { receipts, next: receipts.at(-1)?.sequence ?? query.after, more: rows.length > query.limit };
  }

  async projects({ after, limit }: ProjectQuery): Promise<ProjectPage> {
    const [project, node] = cursorOf(after);
    const rows = await orStorageFailed('list projects', () =>
      this.#database.reads
        .selectFrom('nodes')
        .selectAll()
        .where('team', '=', this.#team)
        .where('project_uuid', '<>', '')
        .where((row) => row(row.refTuple('project_uuid', 'node_id'), '>', row.tuple(project, node)))
        .orderBy('project_uuid')
        .orderBy('node_id')
        .limit(limit + 1)
        .execute(),
    );
    const page = rows.slice(0, limit);
    const last = page.at(-1);
    return {
      projects: summarizeProjects(page),
      ...(rows.length > limit && last !== undefined ? { next: `${last.project_uuid}/${last.node_id}` } : {}),
    };
  }

  board(query: BoardQuery): Promise<BoardPage | 'behind'> {
    return orStorageFailed('read the board', () => this.#boards.board(query));
  }

  recentWorkPackages(limit: number): Promise<readonly PlacedWorkPackage[]> {
    return orStorageFailed('read the board', () => this.#boards.recentWorkPackages(limit));
  }

  eventsAbout({ project, feature, workPackage, limit }: HistoryQuery): Promise<HistoryPage> {
    return orStorageFailed('read the history', async () => {
      const all = this.#database.reads
        .selectFrom('events')
        .where('team', '=', this.#team)
        .where('project_uuid', '=', project)
        .where('feature_slug', '=', feature)
        .select(['sequence', 'received_at_ms', 'known', 'document'])
        .orderBy('lamport', 'desc')
        .orderBy('node_id', 'desc')
        .orderBy('event_id', 'desc')
        .limit(limit + 1);
      const rows = await (
        workPackage === undefined
          ? all
          : all.where('cell', '=', cellNumber({ project, feature, workPackage }))
      ).execute();
      const events = rows.slice(0, limit).reverse().map(storedEvent);
      return { events, more: rows.length > limit };
    });
  }

  noteReport(report: MachineReport): Promise<void> {
    return orStorageFailed('keep a report', () =>
      noteReport(this.#database, this.#team, report, this.#clock.nowMs()),
    );
  }

  reports(): Promise<MachinesDocument> {
    return orStorageFailed('read reports', () =>
      readReports(this.#database, this.#team, this.#clock.nowMs()),
    );
  }

  async position(): Promise<TeamPosition> {
    const row = await orStorageFailed('say how far it is', () =>
      this.#database.reads
        .selectFrom('team_positions')
        .select(['lamport', 'sequence'])
        .where('team', '=', this.#team)
        .executeTakeFirst(),
    );
    return { lamport: Number(row?.lamport ?? 0), sequence: Number(row?.sequence ?? 0) };
  }

  /** One row more than asked for tells whether the page was cut. */
  #select(query: EventQuery) {
    const rows = this.#database.reads
      .selectFrom('events')
      .where('team', '=', this.#team)
      .where('sequence', '>', query.after)
      .orderBy('sequence')
      .limit(query.limit + 1);
    return query.project === undefined ? rows : rows.where('project_uuid', '=', query.project);
  }
}

const storedEvent = (
  row: Pick<EventRow, 'sequence' | 'received_at_ms' | 'known' | 'document'>,
): StoredEvent => ({
  sequence: Number(row.sequence),
  receivedAtMs: Number(row.received_at_ms),
  known: row.known === 1,
  document: row.document,
});

/** Well below what a client takes in one answer. */
const PAGE_BYTES = 2 * 1024 * 1024;

/** A project uuid has no slash, a node id may have one. */
const cursorOf = (after = ''): readonly [project: string, node: string] => {
  const slash = after.indexOf('/');
  return slash < 0 ? ['', ''] : [after.slice(0, slash), after.slice(slash + 1)];
};

/** Puts the machines of a team together to projects; a project goes by the name that arrived last. */
const summarizeProjects = (rows: readonly NodeRow[]): readonly ProjectSummary[] => {
  const byProject = new Map<string, NodeRow[]>();
  for (const row of rows) {
    const known = byProject.get(row.project_uuid);
    if (known === undefined) byProject.set(row.project_uuid, [row]);
    else known.push(row);
  }
  return [...byProject].map(([projectUuid, nodes]) => ({
    projectUuid,
    projectSlug: latestSlug(nodes),
    events: nodes.reduce((sum, node) => sum + Number(node.events), 0),
    nodes: nodes.map(freshnessOf),
  }));
};

const latestSlug = (nodes: readonly NodeRow[]): string | undefined => {
  const named = nodes.filter((node) => node.project_slug !== null);
  const latest = named.reduce<NodeRow | undefined>(
    (best, node) =>
      best === undefined || Number(node.last_received_at_ms) > Number(best.last_received_at_ms) ? node : best,
    undefined,
  );
  return latest?.project_slug ?? undefined;
};

const freshnessOf = (node: NodeRow): NodeFreshness => ({
  nodeId: node.node_id,
  events: Number(node.events),
  lastLamport: Number(node.last_lamport),
  lastReceivedAtMs: Number(node.last_received_at_ms),
});
