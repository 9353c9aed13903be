import { signal } from '@preact/signals';
import type { EnvelopeDocument } from '../../domain/events/envelope.js';
import { upcast } from '../../domain/events/upcast.js';
import type {
  BoardDocument,
  EventsPage,
  MachinesDocument,
  Me,
  Project,
  ProjectsPage,
} from '../../domain/hub/api.js';
import type { FeatureBoard } from '../../domain/hub/cell-state.js';
import { LiveBoards, type BoardPart } from '../../domain/hub/live-boards.js';
import { get, pages, Refusal } from './api.js';

export interface ActivityEntry {
  readonly sequence: number;
  readonly receivedAt: string;
  readonly event: EnvelopeDocument;
}

export type Connection = 'connecting' | 'live' | 'lost';

export let boards = new LiveBoards();
/** Moves when anything below has moved; at most once a frame. */
export const version = signal(0);
export const connection = signal<Connection>('connecting');
/** When the hub was last heard, by the clock of this browser. */
export const asOf = signal(0);
export const me = signal<Me | 'unknown' | 'nobody'>('unknown');
/** Whether the boards have been read once. */
export const loaded = signal(false);
export const fault = signal('');
export const projects = new Map<string, Project>();
/** What machines say of themselves; read anew at every heartbeat of the hub. */
export let told: MachinesDocument = { machines: [], runs: [] };
/** The events that were stored last, the latest first. */
export let activity: readonly ActivityEntry[] = [];

const KEPT_ACTIVITY = 500;
/** From so many missed events on, reading the boards anew is the shorter way. */
const MUCH_MISSED = 5000;
const PAGE = 1000;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15_000;
const READING_AT_ONCE = 6;
const STALE_WAIT_MS = 300;

let socket: WebSocket | undefined;
let waitMs = FIRST_WAIT_MS;
let frame = 0;
let generation = 0;
/** The history of the hub's log that the cursor belongs to. */
let history = '';

/** Connects, and goes on connecting until {@link disconnect}. */
export const connect = async (): Promise<void> => {
  const own = ++generation;
  try {
    me.value = await get<Me>('/api/v1/me/');
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    if (error.status === 401 || error.status === 403) me.value = 'nobody';
    else lose(own);
    return;
  }
  if (own !== generation) return;
  const waiting: Frame[] = [];
  let ready = false;
  const opened = new WebSocket(`${location.origin.replace(/^http/, 'ws')}/ws/v1/events/`);
  socket = opened;
  opened.onmessage = ({ data }: MessageEvent<string>) => {
    const message = JSON.parse(data) as Frame;
    asOf.value = Date.now();
    if (message.type === 'ping') {
      opened.send(JSON.stringify({ type: 'pong', timestamp: message.timestamp }));
      void readTold().catch(() => undefined);
    } else if (message.type === 'snapshot')
      void begin(message.sequence ?? 0, message.history ?? '').then(
        () => {
          for (const each of waiting) hear(each);
          ready = true;
          waitMs = FIRST_WAIT_MS;
          connection.value = 'live';
          loaded.value = true;
          fault.value = '';
          moved();
        },
        (error: unknown) => {
          fault.value = error instanceof Error ? error.message : 'The hub cannot be read.';
          opened.close();
        },
      );
    else if (message.type === 'event') {
      if (ready) hear(message);
      else waiting.push(message);
    }
  };
  opened.onclose = () => lose(own);
};

/** Ends the connection for good: somebody has signed out. */
export const disconnect = (): void => {
  generation++;
  socket?.close();
  boards = new LiveBoards();
  projects.clear();
  activity = [];
  loaded.value = false;
  me.value = 'nobody';
};

interface Frame {
  readonly type: string;
  readonly timestamp?: number;
  readonly sequence?: number;
  readonly history?: string;
  readonly hub_sequence?: number;
}

const lose = (own: number): void => {
  if (own !== generation) return;
  connection.value = loaded.value || waitMs > FIRST_WAIT_MS ? 'lost' : 'connecting';
  setTimeout(() => own === generation && void connect(), waitMs);
  waitMs = Math.min(LONGEST_WAIT_MS, waitMs * 2);
};

/** From the snapshot's sequence number on the socket tells everything; what lies between it and the cursor is read. */
const begin = async (sequence: number, told: string): Promise<void> => {
  const missed = sequence - boards.cursor;
  // Of a hub that was restored the same numbers may mean other events.
  const isOther = history !== told;
  history = told;
  if (!loaded.value || isOther || missed < 0 || missed > MUCH_MISSED) return readAll(sequence);
  for (let more = missed > 0; more;) {
    const page = await readEvents(boards.cursor);
    for (const entry of page.events) note(entry);
    more = page.more && boards.cursor < sequence;
  }
};

const readAll = async (sequence: number): Promise<void> => {
  boards = new LiveBoards(sequence);
  projects.clear();
  for await (const page of pages<ProjectsPage>('/api/v1/projects/'))
    for (const project of page.projects) {
      const known = projects.get(project.project_uuid);
      projects.set(project.project_uuid, {
        ...project,
        events: project.events + (known?.events ?? 0),
        nodes: [...(known?.nodes ?? []), ...project.nodes],
      });
    }
  const waiting = [...projects.keys()].map((project) => ({ project }));
  for (const part of waiting) boards.begin(part);
  const reader = async (): Promise<void> => {
    for (let part = waiting.shift(); part !== undefined; part = waiting.shift()) await read(part);
  };
  const machines = readTold();
  const recent = readEvents(Math.max(0, sequence - KEPT_ACTIVITY / 2));
  await Promise.all(Array.from({ length: READING_AT_ONCE }, reader));
  activity = [...(await recent).events].reverse();
  await machines;
};

const readTold = async (): Promise<void> => {
  told = await get<MachinesDocument>('/api/v1/machines/');
  moved();
};

/** Reads a part that {@link LiveBoards.begin} was told of. */
const read = async (part: BoardPart): Promise<void> => {
  const features: FeatureBoard[] = [];
  const query = part.feature === undefined ? '' : `?feature=${encodeURIComponent(part.feature)}`;
  try {
    const path = `/api/v1/projects/${part.project}/board/${query}`;
    for await (const page of pages<BoardDocument>(path)) features.push(...page.features);
    boards.take(part, features);
  } catch (error) {
    boards.giveUp(part);
    if (!loaded.value) throw error;
  }
};

const readEvents = async (after: number) => {
  const page = await get<EventsPage>(`/api/v1/events/?after=${after}&limit=${PAGE}`);
  return {
    more: page.more,
    events: page.events.map(({ sequence, received_at: receivedAt, event }) => ({
      sequence,
      receivedAt,
      event: upcast(event),
    })),
  };
};

const hear = (message: Frame): void => {
  const { hub_sequence: sequence = 0, type: _type, ...event } = message as Frame & EnvelopeDocument;
  note({
    sequence,
    receivedAt: new Date().toISOString(),
    event: upcast(event as unknown as EnvelopeDocument),
  });
  moved();
};

const note = (entry: ActivityEntry): void => {
  if (!boards.hear(entry.event, entry.sequence)) return;
  activity = [entry, ...activity.slice(0, KEPT_ACTIVITY - 1)];
  const { project_uuid: uuid, project_slug: slug, node_id: node } = entry.event;
  if (typeof uuid !== 'string') return;
  const key = uuid.toLowerCase();
  const known = projects.get(key) ?? { project_uuid: key, project_slug: null, events: 0, nodes: [] };
  const machine = known.nodes.find((each) => each.node_id === node);
  projects.set(key, {
    ...known,
    project_slug: slug ?? known.project_slug,
    events: known.events + 1,
    nodes: [
      ...known.nodes.filter((each) => each !== machine),
      {
        node_id: node,
        events: (machine?.events ?? 0) + 1,
        last_lamport_clock: Math.max(machine?.last_lamport_clock ?? 0, entry.event.lamport_clock),
        last_received_at: entry.receivedAt,
      },
    ],
  });
};

const moved = (): void => {
  if (frame !== 0) return;
  frame = requestAnimationFrame(() => {
    frame = 0;
    version.value++;
  });
  scheduleStale();
};

let staleTimer = 0;

const scheduleStale = (): void => {
  if (staleTimer !== 0 || boards.stale().length === 0) return;
  staleTimer = setTimeout(() => {
    const parts = boards.stale();
    for (const part of parts) boards.begin(part);
    void Promise.all(parts.map(read)).then(() => {
      staleTimer = 0;
      moved();
    });
  }, STALE_WAIT_MS) as unknown as number;
};
