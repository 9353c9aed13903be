import type { EventType, PayloadOf } from './payloads.js';

/** Version of the envelope's shape that this program writes. */
export const SCHEMA_VERSION = '1.0';

/** The team of an event that was captured while nobody was signed in. */
export const LOCAL_TEAM = 'local';

export type AggregateType = 'WorkPackage' | 'Feature';

/**
 * An immutable fact about a project, exactly as it travels: the domain type is the JSON document, in this key
 * order. `null` means "known to be absent"; a key that an older client never wrote stays absent.
 */
export interface EventEnvelope<T extends EventType = EventType> {
  /** ULID; also the idempotency key everywhere. */
  readonly event_id: string;
  readonly event_type: T;
  /** The work package id, the feature slug, or the literal `error`. */
  readonly aggregate_id: string;
  readonly aggregate_type: AggregateType;
  readonly payload: PayloadOf<T>;
  /** The machine that captured the event: 12 hex characters. */
  readonly node_id: string;
  /** Lamport timestamp: strictly increasing per node over all processes. */
  readonly lamport_clock: number;
  /** The event, or the command run, that directly led to this one. */
  readonly causation_id: string | null;
  /** Occurrence time, ISO 8601 UTC; informational, never used for order. */
  readonly timestamp: string;
  readonly team_slug: string;
  readonly project_uuid: string | null;
  readonly project_slug: string | null;
  readonly git_branch: string | null;
  readonly head_commit_sha: string | null;
  readonly repo_slug: string | null;
  /** ULID of the command run; equal on all events of one run. */
  readonly correlation_id: string;
  readonly schema_version: string;
}

/** Everything about an event but node id and Lamport timestamp, which only the capture itself can give. */
export type EventFacts<T extends EventType = EventType> = Omit<EventEnvelope<T>, 'node_id' | 'lamport_clock'>;

/** Key order of the wire document. */
export const ENVELOPE_KEYS = [
  'event_id',
  'event_type',
  'aggregate_id',
  'aggregate_type',
  'payload',
  'node_id',
  'lamport_clock',
  'causation_id',
  'timestamp',
  'team_slug',
  'project_uuid',
  'project_slug',
  'git_branch',
  'head_commit_sha',
  'repo_slug',
  'correlation_id',
  'schema_version',
] as const satisfies readonly (keyof EventEnvelope)[];
