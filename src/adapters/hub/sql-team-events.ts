import type { Kysely } from 'kysely';
import type { CellState, FeatureBoard, WorkPackageState } from '../../domain/hub/cell-state.js';
import { featureBoards } from '../../domain/hub/feature-boards.js';
import type { WallClock } from '../../ports/host.js';
import type {
  AppendAnswer,
  EventPage,
  EventQuery,
  IncomingEvent,
  PlacedWorkPackage,
  ProjectSummary,
  ReceiptPage,
  TeamEvents,
  TeamPosition,
  NodeFreshness,
} from '../../ports/hub.js';
import { appendEvents } from './append-events.js';
import type { HubTables, NodeTable } from './schema.js';
import { orStorageFailed } from './storage-failure.js';

/** The rows of one team. Every statement of this class, and of the functions it hands its team to, names the team. */
export class SqlTeamEvents implements TeamEvents {
  readonly #db: Kysely<HubTables>;
  readonly #team: string;
  readonly #clock: WallClock;

  constructor(db: Kysely<HubTables>, team: string, clock: WallClock) {
    this.#db = db;
    this.#team = team;
    this.#clock = clock;
  }

  append(events: readonly IncomingEvent[]): Promise<readonly AppendAnswer[]> {
    return orStorageFailed('store the events', () =>
      this.#db.transaction().execute((db) => appendEvents(db, this.#team, events, this.#clock.nowMs())),
    );
  }

  async read(query: EventQuery): Promise<EventPage> {
    const rows = await orStorageFailed('read events', () =>
      this.#select(query).select(['sequence', 'received_at_ms', 'known', 'document']).execute(),
    );
    const events = rows.slice(0, query.limit).map((row) => ({
      sequence: Number(row.sequence),
      receivedAtMs: Number(row.received_at_ms),
      known: row.known === 1,
      document: row.document,
    }));
    return { events, next: events.at(-1)?.sequence ?? query.after, more: rows.length > query.limit };
  }

  async sequenceOf(eventId: string): Promise<number | undefined> {
    const row = await orStorageFailed('find an event', () =>
      this.#db
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

  async projects(): Promise<readonly ProjectSummary[]> {
    const rows = await orStorageFailed('list projects', () =>
      this.#db
        .selectFrom('nodes')
        .selectAll()
        .where('team', '=', this.#team)
        .where('project_uuid', '<>', '')
        .orderBy('project_uuid')
        .orderBy('node_id')
        .execute(),
    );
    return summarizeProjects(rows);
  }

  async board(project: string, feature?: string): Promise<readonly FeatureBoard[]> {
    const rows = await orStorageFailed('read the board', () => {
      const cells = this.#db
        .selectFrom('board_cells')
        .select(['feature_slug', 'state'])
        .where('team', '=', this.#team)
        .where('project_uuid', '=', project);
      return (feature === undefined ? cells : cells.where('feature_slug', '=', feature)).execute();
    });
    return featureBoards(
      rows.map((row) => ({ feature: row.feature_slug, state: JSON.parse(row.state) as CellState })),
    );
  }

  async recentWorkPackages(limit: number): Promise<readonly PlacedWorkPackage[]> {
    const rows = await orStorageFailed('read the board', () =>
      this.#db
        .selectFrom('board_cells')
        .select(['project_uuid', 'feature_slug', 'state'])
        .where('team', '=', this.#team)
        .where('work_package', '<>', '')
        .orderBy('changed', 'desc')
        .limit(limit)
        .execute(),
    );
    return rows.map((row) => ({
      projectUuid: row.project_uuid,
      featureSlug: row.feature_slug,
      state: JSON.parse(row.state) as WorkPackageState,
    }));
  }

  async position(): Promise<TeamPosition> {
    const row = await orStorageFailed('say how far it is', () =>
      this.#db
        .selectFrom('team_positions')
        .select(['lamport', 'sequence'])
        .where('team', '=', this.#team)
        .executeTakeFirst(),
    );
    return { lamport: Number(row?.lamport ?? 0), sequence: Number(row?.sequence ?? 0) };
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

/** Puts the machines of a team together to projects; a project goes by the name that arrived last. */
const summarizeProjects = (rows: readonly NodeTable[]): readonly ProjectSummary[] => {
  const byProject = new Map<string, NodeTable[]>();
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

const latestSlug = (nodes: readonly NodeTable[]): string | undefined => {
  const named = nodes.filter((node) => node.project_slug !== null);
  const latest = named.reduce<NodeTable | undefined>(
    (best, node) =>
      best === undefined || Number(node.last_received_at_ms) > Number(best.last_received_at_ms) ? node : best,
    undefined,
  );
  return latest?.project_slug ?? undefined;
};

const freshnessOf = (node: NodeTable): NodeFreshness => ({
  nodeId: node.node_id,
  events: Number(node.events),
  lastLamport: Number(node.last_lamport),
  lastReceivedAtMs: Number(node.last_received_at_ms),
});
