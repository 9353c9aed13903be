import { exactOptional, nullable, type GenericSchema } from 'valibot';
import {
  choice,
  integer,
  matching,
  number,
  object,
  text,
  type DocumentOf,
  type Fields,
} from '../document.js';
import { normalizeEventId, NODE_ID_PATTERN, ULID_PATTERN, UUID_V4_PATTERN } from '../ids.js';
import { extendedTime, isUtcTime } from './iso-time.js';
import { isLamport, MAX_LAMPORT } from './lamport.js';
import { EVENT_TYPES, type EventType, type PayloadOf } from './payloads.js';
import { withRedactedInspect } from '../redacted-inspect.js';

/** Version of the envelope's shape that this program writes. */
export const SCHEMA_VERSION = '1.0';

/** The team of an event that was captured while nobody was signed in. */
export const LOCAL_TEAM = 'local';

/** A key as this program writes it, and as a reader takes it from any version of any client. */
const key = <Own extends GenericSchema, Foreign extends GenericSchema>(own: Own, foreign: Foreign) => ({
  own,
  foreign,
});

const alike = <S extends GenericSchema>(both: S) => key(both, both);

const isEventId = (id: string): boolean => normalizeEventId(id) !== undefined;

const someText = text('must be text that is not empty', (value) => value !== '', { minLength: 1 });
const textOrNull = nullable(text('must be text or null'));
const place = key(textOrNull, exactOptional(textOrNull));
const ulid = matching(ULID_PATTERN, 'must be a ULID in upper case');
const optionalId = exactOptional(nullable(text('must be a ULID, a UUID or null', isEventId)));

/** The envelope, its keys in the order of the wire. `null` means "known to be absent". */
const KEYS = {
  /** ULID; also the idempotency key everywhere. */
  event_id: key(ulid, text('must be a ULID or a UUID', isEventId)),
  event_type: key(choice(EVENT_TYPES, 'must be a known event type'), someText),
  /** The work package id, the feature slug, or the literal `error`. */
  aggregate_id: alike(someText),
  aggregate_type: key(choice(['WorkPackage', 'Feature'], 'must be WorkPackage or Feature'), someText),
  payload: alike(object({})),
  /** The machine that captured the event: 12 hex characters. */
  node_id: key(matching(NODE_ID_PATTERN, 'must be a node id of 12 hex characters'), someText),
  /** Lamport timestamp: strictly increasing per node over all processes. */
  lamport_clock: key(
    number('must be a Lamport timestamp', isLamport, { type: 'integer', minimum: 0, maximum: MAX_LAMPORT }),
    integer(0),
  ),
  /** The event, or the command run, that directly led to this one. */
  causation_id: key(nullable(matching(ULID_PATTERN, 'must be a ULID in upper case or null')), optionalId),
  /** Occurrence time, ISO 8601 UTC; informational, never used for order. */
  timestamp: key(
    text('must be a date-time in ISO 8601, in UTC', isUtcTime, { format: 'date-time' }),
    text('must be a date or date-time in ISO 8601', (moment) => extendedTime(moment) !== undefined),
  ),
  team_slug: alike(someText),
  project_uuid: key(
    nullable(matching(UUID_V4_PATTERN, 'must be a UUID of version 4 in lower case or null')),
    exactOptional(nullable(text('must be a UUID or null', (id) => id.length === 36 && isEventId(id)))),
  ),
  project_slug: place,
  git_branch: place,
  head_commit_sha: place,
  repo_slug: place,
  /** ULID of the command run; equal on all events of one run. */
  correlation_id: key(ulid, optionalId),
  schema_version: key(choice([SCHEMA_VERSION], `must be ${SCHEMA_VERSION}`), exactOptional(textOrNull)),
};

type Keys = typeof KEYS;

export const ENVELOPE_KEYS = Object.keys(KEYS) as readonly (keyof Keys)[];

const described = <Mode extends 'own' | 'foreign'>(mode: Mode) =>
  Object.fromEntries(Object.entries(KEYS).map(([name, each]) => [name, each[mode]])) as {
    readonly [Name in keyof Keys]: Keys[Name][Mode];
  };

/** What this program writes (every key, and nothing but these), and what a reader takes from anybody. */
export const ENVELOPE = {
  own: object(described('own'), { refuse: 'is not a key of an envelope' }),
  foreign: object(described('foreign')),
};

type Written = DocumentOf<typeof ENVELOPE.own>;
type Readable = DocumentOf<typeof ENVELOPE.foreign>;

export type AggregateType = Written['aggregate_type'];

/**
 * An immutable fact about a project, exactly as it travels: the domain type is the JSON document, in this key
 * order. A key that an older client never wrote stays absent.
 */
export interface EventEnvelope<T extends EventType = EventType> extends Omit<
  Written,
  'event_type' | 'payload'
> {
  readonly event_type: T;
  readonly payload: PayloadOf<T>;
}

/** Everything about an event but node id and Lamport timestamp, which only the capture itself can give. */
export type EventFacts<T extends EventType = EventType> = Omit<EventEnvelope<T>, 'node_id' | 'lamport_clock'>;

/**
 * An event as anybody may have written it: what every version of every client writes has its type, the rest may be
 * missing or unknown, the event type too. Keys that this version does not know stay in it.
 */
export interface EnvelopeDocument extends Omit<Readable, 'payload'> {
  readonly payload: Fields;
  readonly [key: string]: unknown;
}

/**
 * The only constructor of an envelope: the facts with the node and the Lamport timestamp that capture gives them, in
 * the key order of the wire. Never changes afterwards, and shows no payload when it is logged as an object.
 */
export const seal = <T extends EventType>(
  facts: EventFacts<T>,
  nodeId: string,
  lamport: number,
): EventEnvelope<T> => {
  const given = { ...facts, node_id: nodeId, lamport_clock: lamport };
  const envelope = Object.fromEntries(ENVELOPE_KEYS.map((name) => [name, given[name]])) as typeof given;
  return Object.freeze(withRedactedInspect(envelope, describe(envelope)));
};

const describe = (envelope: EventEnvelope): string =>
  `EventEnvelope(${envelope.event_type} ${envelope.event_id} ${envelope.aggregate_id} lamport ${envelope.lamport_clock})`;
