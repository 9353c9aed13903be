import { exactOptional, nullable, unknown } from 'valibot';
import {
  choice,
  flag,
  integer,
  like,
  list,
  object,
  text,
  type Description,
  type DocumentOf,
  type Fields,
} from '../document.js';
import type { EnvelopeDocument, EventEnvelope } from '../events/envelope.js';
import { LANES } from '../events/lane.js';
import { normalizeEventId } from '../ids.js';
import { agentPhase } from '../events/payloads.js';
import { CAPABILITIES, EVENT_RESULT } from '../wire.js';
import { AGENT_USAGE, FEATURE_BOARD } from './cell-state.js';

/**
 * What the calls of a hub take and answer: requests are held against it, the API description is made of it, and the
 * dashboard reads by it.
 */

const count = integer(0);
const word = text('must be text that is not empty', (value) => value !== '', { minLength: 1 });
const words = exactOptional(text());

/** An envelope inside of another document, for those who read its JSON Schema. */
export const ENVELOPE_ELSEWHERE = { $ref: '#/components/schemas/Envelope' };

export const EXAMPLE_EVENT: EventEnvelope<'WPStatusChanged'> = {
  event_id: '01JCX0000000000000000000A1',
  event_type: 'WPStatusChanged',
  aggregate_id: 'WP01',
  aggregate_type: 'WorkPackage',
  payload: {
    ...{ wp_id: 'WP01', previous_status: 'planned', new_status: 'doing' },
    ...{ changed_by: 'claude', feature_slug: '001-login' },
  },
  node_id: 'a1b2c3d4e5f6',
  lamport_clock: 7,
  causation_id: null,
  timestamp: '2026-01-01T12:00:00.000Z',
  team_slug: 'acme',
  project_uuid: '0b54a1a2-6c1e-4d3a-9b1f-2f6c1d9e8a77',
  project_slug: 'shop',
  git_branch: 'main',
  head_commit_sha: null,
  repo_slug: null,
  correlation_id: '01JCX0000000000000000000A0',
  schema_version: '1.0',
};

/** A frame of each type of a live session, by who sends it. */
export const EXAMPLE_FRAMES: Readonly<Record<'hub' | 'client', Readonly<Record<string, Fields>>>> = {
  hub: {
    snapshot: {
      type: 'snapshot',
      work_packages: [],
      capabilities: [...CAPABILITIES],
      sequence: 41,
    },
    event: { ...EXAMPLE_EVENT, hub_sequence: 42, type: 'event' },
    ping: { type: 'ping', timestamp: 1_767_268_800 },
    ack: { type: 'ack', event_id: EXAMPLE_EVENT.event_id, status: 'success' },
    auth: { type: 'auth', status: 'ok' },
  },
  client: {
    pong: { type: 'pong', timestamp: 1_767_268_800 },
    auth: { type: 'auth', token: 'a live token' },
  },
};

/** The body of a batch. Events stay `unknown` here: each is judged on its own. */
export const BATCH = object(
  { events: list(unknown(), { keywords: { items: ENVELOPE_ELSEWHERE } }) },
  like({ events: [EXAMPLE_EVENT] }),
);

export const BATCH_RESULTS = object(
  { results: list(EVENT_RESULT) },
  like({ results: [{ event_id: EXAMPLE_EVENT.event_id, status: 'success' }] }),
);

/** What opens a session. The team is the user's first one, when it is not named. */
export const SIGN_IN = object(
  { username: word, password: word, team_slug: words, device: words },
  like({ username: 'ada', password: 'correct horse', device: 'laptop' }),
);

export const REFRESH = object({ refresh: word }, like({ refresh: 'what a sign-in has answered' }));

export const DEVICE = object({ device: words }, like({ device: 'build server' }));

export const DEVICE_CODE = object(
  { device_code: word },
  like({ device_code: 'what device/code has answered' }),
);

/** What a person types on the page for devices, and on the one for the first user. */
export const DEVICE_FORM = object(
  { user_code: word, username: word, password: word, team_slug: words },
  like({ user_code: 'BCDF-GHJK', username: 'ada', password: 'correct horse' }),
);
export const SETUP_FORM = object(
  { code: word, team: word, username: word, password: word },
  like({ code: 'of the link', team: 'acme', username: 'ada', password: 'correct horse' }),
);
export const DEVICE_LINK = object({ user_code: words });
export const SETUP_LINK = object({ code: words });

export const SESSION_ID = object({ id: word }, like({ id: 'one of the list' }));

/** Empty stands for the beginning; a number has to be one that can be compared. */
const isCursor = (cursor: string): boolean =>
  /^\d{0,15}$/.test(cursor) || normalizeEventId(cursor) !== undefined;

const cursor = exactOptional(
  text('has to be a sequence number, or the id of an event of the team', isCursor, {
    description: 'The last sequence number that was seen, or the id of an event; the beginning, if absent.',
  }),
);

/** Which events a page is of. */
export const EVENTS_QUERY = object({
  after: cursor,
  limit: exactOptional(
    text('has to be a number from 1 up', (limit) => limit === '' || /^0*[1-9]\d{0,14}$/.test(limit), {
      ...{ type: 'integer', minimum: 1, default: 100 },
      description: 'More than 1000 are never on one page.',
    }),
  ),
  project: exactOptional(text('must be text', undefined, { description: 'Uuid of the project.' })),
  history: exactOptional(text('must be text', undefined, { description: 'The one that the cursor is of.' })),
});

/** `next` of the page before. */
export const PAGE_QUERY = object({ after: words });
export const BOARD_QUERY = object({ after: words, feature: words });
export const HISTORY_QUERY = object({ work_package: words });

const moment = text('must be a date-time', undefined, { format: 'date-time' });

/** An event as it was sent: from any version of any client. */
const event = object({}, { keywords: ENVELOPE_ELSEWHERE }) as Description as Description<EnvelopeDocument>;

/** Every refusal (RFC 9457). Clients of the base contract read `error` and `details`. */
export const PROBLEM = object({
  type: text('must be text', undefined, { description: 'Stable; may be compared.' }),
  title: text(),
  status: count,
  detail: exactOptional(text()),
  error: text(),
  details: text(),
});

export const HEALTH = object({ status: choice(['ok']) });

export const TOKENS = object({
  access: text(),
  refresh: text(),
  access_lifetime: count,
  refresh_lifetime: count,
  team_slug: text(),
  hub_id: text(),
});

export const LIVE_TOKEN = object({ ws_token: text(), expires_in: count });

/** RFC 8628. */
export const DEVICE_CODES = object({
  device_code: text(),
  user_code: text(),
  verification_uri: text(),
  verification_uri_complete: text(),
  expires_in: count,
  interval: count,
});

export const ME = object({
  user: object({ username: text() }),
  username: text(),
  team_slug: text(),
  teams: list(text()),
  hub_id: text(),
  history: text(),
  /** As in a snapshot. */
  capabilities: list(text()),
});

export const BROWSER = object({ username: text(), team_slug: text() });

export const ENDED = object({ ended: flag() });

const SESSION = object({
  id: text(),
  kind: choice(['device', 'program']),
  name: nullable(text()),
  team_slug: text(),
  opened_at: moment,
  expires_at: moment,
  /** Whether it is the one that asks. */
  current: flag(),
});

export const SESSIONS = object({ sessions: list(SESSION) });

/** An event with what the hub knows of it; a line of NDJSON. */
export const STORED_EVENT = object({
  sequence: count,
  received_at: moment,
  /** Whether its type and contents are in the hub's vocabulary. */
  known: flag(),
  event,
});

/** Where to go on; whether there is more. */
const CURSOR = { next: count, more: flag(), history: text() };

export const EVENTS = object({ events: list(STORED_EVENT), ...CURSOR });

export const RECEIPTS = object({ receipts: list(object({ event_id: text(), sequence: count })), ...CURSOR });

const MACHINE = object({
  node_id: text(),
  events: count,
  last_lamport_clock: count,
  last_received_at: moment,
});

const PROJECT = object({
  project_uuid: text(),
  project_slug: nullable(text()),
  events: count,
  nodes: list(MACHINE),
});

/** What machines say of themselves; times by the hub's clock. */
const TOLD_MACHINE = object({
  node_id: text(),
  told_at: moment,
  /** Events that waited there for the hub, and since when the oldest one did. */
  waiting: count,
  oldest_waiting: nullable(moment),
});

/** When the program of an agent last printed something, as its orchestrator said. */
const TOLD_RUN = object({
  project: text(),
  feature: text(),
  wp_id: text(),
  agent: text(),
  node_id: text(),
  told_at: moment,
  last_output: moment,
});

export const MACHINES = object({ machines: list(TOLD_MACHINE), runs: list(TOLD_RUN) });

/** What to ask on with as `after`; absent at the end. */
const NEXT = { next: exactOptional(text()) };

export const PROJECTS = object({ projects: list(PROJECT), ...NEXT });

export const BOARD = object({ project_uuid: text(), features: list(FEATURE_BOARD), ...NEXT });

export const USAGE = object({
  project_uuid: text(),
  usage: list(object({ feature_slug: text(), ...AGENT_USAGE })),
  ...NEXT,
});

const ENTRY = object({ sequence: count, received_at: moment, late: flag(), concurrent: flag(), event });

export const HISTORY = object({ entries: list(ENTRY), more: flag() });

const LANE_COUNTS = Object.fromEntries(LANES.map((lane) => [lane, count])) as Record<
  (typeof LANES)[number],
  typeof count
>;

/** How long work packages stayed in a lane that they have left, all stays of one together. */
const CYCLE_TIME = object({
  lane: choice(LANES),
  work_packages: count,
  /** Half of them stayed no longer than that. */
  median_ms: count,
  longest_ms: count,
});

export const FLOW = object({
  days: list(object({ day: text(), ...LANE_COUNTS })),
  cycle_times: list(CYCLE_TIME),
  more: flag(),
});

/** Where something is the matter, or somebody at work. */
const PLACE = {
  project: text(),
  feature: text(),
  wp_id: text(),
  title: nullable(text()),
  /** The machine that last said something of it. */
  node_id: text(),
  /** By the clock of that machine. */
  since: text(),
};

/** Something that goes on only when a person looks at it. */
const ATTENTION_ITEM = object({
  reason: choice(['paused', 'error', 'rejected', 'concurrent', 'review', 'silent']),
  ...PLACE,
  agent: nullable(text()),
  /** What was said of it: the message of an error. */
  detail: nullable(text()),
});

/** An agent that has a work package in hand. */
const AGENT_AT_WORK = object({
  agent: text(),
  phase: nullable(agentPhase.own),
  ...PLACE,
  /** When the hub last heard that machine, by the hub's clock. */
  last_heard: nullable(moment),
  /** When its program last printed something, by the hub's clock; `null` where nobody tells. */
  last_output: nullable(moment),
});

export const NOW = object({
  as_of: moment,
  attention: list(ATTENTION_ITEM),
  at_work: list(AGENT_AT_WORK),
  ...NEXT,
});

export type AttentionItem = DocumentOf<typeof ATTENTION_ITEM>;
export type AttentionReason = AttentionItem['reason'];
export type AgentAtWork = DocumentOf<typeof AGENT_AT_WORK>;
export type MachinesDocument = DocumentOf<typeof MACHINES>;
export type Me = DocumentOf<typeof ME>;
export type BrowserSessions = DocumentOf<typeof SESSIONS>;
export type Project = DocumentOf<typeof PROJECT>;
export type EventsPage = DocumentOf<typeof EVENTS>;
export type ProjectsPage = DocumentOf<typeof PROJECTS>;
export type BoardDocument = DocumentOf<typeof BOARD>;
export type FlowDocument = DocumentOf<typeof FLOW>;
export type CycleTime = DocumentOf<typeof CYCLE_TIME>;
export type HistoryDocument = DocumentOf<typeof HISTORY>;
