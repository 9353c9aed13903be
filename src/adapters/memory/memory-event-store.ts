import { cellKey, cellOf, type BoardCell } from '../../domain/hub/board-event.js';
import { BoardProjection } from '../../domain/hub/board-projection.js';
import { TeamNews } from '../../domain/hub/team-news.js';
import { isSameEvent } from '../../domain/events/is-same-event.js';
import { isFollowed } from '../../domain/events/lamport.js';
import { utf8Length } from '../../domain/events/utf8-length.js';
import type {
  AppendAnswer,
  BoardPage,
  BoardQuery,
  EventPage,
  EventQuery,
  EventStore,
  IncomingEvent,
  NewsListener,
  NodeFreshness,
  PlacedWorkPackage,
  ProjectPage,
  ReceiptPage,
  StoredEvent,
  TeamEvents,
  TeamPosition,
} from '../../ports/hub.js';
import type { WallClock } from '../../ports/host.js';

/** The event store in memory: for tests, and for a hub that shall forget everything. */
export class MemoryEventStore implements EventStore {
  readonly hubId: string;
  readonly #clock: WallClock;
  readonly #teams = new Map<string, MemoryTeamEvents>();
  readonly #news = new TeamNews();

  constructor(hubId: string, clock: WallClock) {
    this.hubId = hubId;
    this.#clock = clock;
  }

  forTeam(team: string): TeamEvents {
    const known = this.#teams.get(team);
    if (known !== undefined) return known;
    const made = new MemoryTeamEvents(this.#clock, (upTo) => this.#news.tell(team, upTo));
    this.#teams.set(team, made);
    return made;
  }

  follow(team: string, listener: NewsListener): () => void {
    return this.#news.follow(team, listener);
  }

  proveWriting(): Promise<void> {
    return Promise.resolve();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

interface KeptEvent extends StoredEvent {
  readonly eventId: string;
  readonly project: string;
}

interface KeptProject {
  slug: string | undefined;
  readonly nodes: Map<string, NodeFreshness>;
}

class MemoryTeamEvents implements TeamEvents {
  readonly #clock: WallClock;
  readonly #log: KeptEvent[] = [];
  readonly #byId = new Map<string, KeptEvent>();
  readonly #projects = new Map<string, KeptProject>();
  readonly #projection = new BoardProjection();
  /** Changed cells, the one that changed last at the end. */
  readonly #changed = new Map<string, BoardCell>();
  #lamport = 0;

  readonly #onStored: (upTo: number) => void;

  constructor(clock: WallClock, onStored: (upTo: number) => void) {
    this.#clock = clock;
    this.#onStored = onStored;
  }

  append(events: readonly IncomingEvent[]): Promise<readonly AppendAnswer[]> {
    const before = this.#log.length;
    const answers = events.map((event) => this.#appendOne(event));
    if (this.#log.length > before) this.#onStored(this.#log.length);
    return Promise.resolve(answers);
  }

  read(query: EventQuery): Promise<EventPage> {
    const { rows, next, more } = this.#page(query);
    const events = rows.map(({ sequence, receivedAtMs, known, document }) => ({
      sequence,
      receivedAtMs,
      known,
      document,
    }));
    return Promise.resolve({ events, next, more });
  }

  sequenceOf(eventId: string): Promise<number | undefined> {
    return Promise.resolve(this.#byId.get(eventId)?.sequence);
  }

  receipts(query: EventQuery): Promise<ReceiptPage> {
    const { rows, next, more } = this.#page(query);
    return Promise.resolve({
      receipts: rows.map(({ eventId, sequence }) => ({ eventId, sequence })),
      next,
      more,
    });
  }

  /** Everything fits on one page here. */
  projects(): Promise<ProjectPage> {
    const summaries = [...this.#projects].map(([projectUuid, { slug, nodes }]) => ({
      projectUuid,
      projectSlug: slug,
      events: [...nodes.values()].reduce((sum, node) => sum + node.events, 0),
      nodes: [...nodes.values()].sort((a, b) => compareText(a.nodeId, b.nodeId)),
    }));
    return Promise.resolve({
      projects: summaries.sort((a, b) => compareText(a.projectUuid, b.projectUuid)),
    });
  }

  board({ project, feature }: BoardQuery): Promise<BoardPage> {
    return Promise.resolve({ features: this.#projection.board(project, feature) });
  }

  recentWorkPackages(limit: number): Promise<readonly PlacedWorkPackage[]> {
    const recent = [...this.#changed.values()].reverse().slice(0, limit);
    return Promise.resolve(
      recent.flatMap(({ project, feature, workPackage }) =>
        this.#projection
          .board(project, feature)
          .flatMap((board) => board.work_packages)
          .filter((state) => state.wp_id === workPackage)
          .map((state) => ({ projectUuid: project, featureSlug: feature, state })),
      ),
    );
  }

  position(): Promise<TeamPosition> {
    return Promise.resolve({ lamport: this.#lamport, sequence: this.#log.length });
  }

  #appendOne({ eventId, document, event, known }: IncomingEvent): AppendAnswer {
    const there = this.#byId.get(eventId);
    if (there !== undefined) {
      return { answer: isSameEvent(there.document, document) ? 'duplicate' : 'id-conflict' };
    }
    const cell = cellOf(event);
    const kept: KeptEvent = {
      sequence: this.#log.length + 1,
      receivedAtMs: this.#clock.nowMs(),
      known,
      document,
      eventId,
      project: cell.project,
    };
    this.#log.push(kept);
    this.#byId.set(eventId, kept);
    this.#projection.add({ ...event, event_id: eventId });
    this.#noteNode(cell.project, event, kept.receivedAtMs);
    if (cell.workPackage !== '' && isFollowed(event.lamport_clock)) {
      this.#changed.delete(cellKey(cell));
      this.#changed.set(cellKey(cell), cell);
    }
    return { answer: 'stored', sequence: kept.sequence };
  }

  #noteNode(uuid: string, event: IncomingEvent['event'], receivedAtMs: number): void {
    const lamport = isFollowed(event.lamport_clock) ? event.lamport_clock : 0;
    this.#lamport = Math.max(this.#lamport, lamport);
    if (uuid === '') return;
    const project = this.#projects.get(uuid) ?? { slug: undefined, nodes: new Map<string, NodeFreshness>() };
    this.#projects.set(uuid, project);
    project.slug = event.project_slug ?? project.slug;
    const node = project.nodes.get(event.node_id);
    project.nodes.set(event.node_id, {
      nodeId: event.node_id,
      events: (node?.events ?? 0) + 1,
      lastLamport: Math.max(node?.lastLamport ?? 0, lamport),
      lastReceivedAtMs: receivedAtMs,
    });
  }

  #page(query: EventQuery): { rows: readonly KeptEvent[]; next: number; more: boolean } {
    const after = this.#log.filter(
      (event) =>
        event.sequence > query.after && (query.project === undefined || event.project === query.project),
    );
    let left = query.bytes ?? Infinity;
    const rows = after
      .slice(0, query.limit)
      .filter(({ document }, at) => (left -= utf8Length(document)) >= 0 || at === 0);
    return { rows, next: rows.at(-1)?.sequence ?? query.after, more: after.length > rows.length };
  }
}

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
