import { isFields, type Fields } from './document.js';

/**
 * The messages that client and hub exchange, shared by both sides. Guards accept any object whose required keys
 * have the right type and pass unknown keys on, so that either side may be newer than the other.
 */

/** The body of `POST /api/v1/events/batch/`. Events stay `unknown` here: each is judged on its own. */
export interface BatchBody {
  readonly events: readonly unknown[];
}

/** One line of a batch answer, and the `ack` frame of a live session. */
export interface EventResult {
  readonly event_id: string;
  readonly status: string;
  readonly error_message?: string | null;
  /** Older spelling of `error_message`. */
  readonly error?: string | null;
  /** Extension: stable kebab-case reason. */
  readonly code?: string;
  /** Extension: with the code `clock-behind`. */
  readonly server_clock?: number;
}

/** First frame of a session. Everything but `type` and `work_packages` is an extension. */
export interface SnapshotMessage {
  readonly type: 'snapshot';
  readonly work_packages: readonly unknown[];
  /** What the hub can do beyond the base contract: `ack`, `auth`, `sequence`. */
  readonly capabilities?: readonly string[];
  readonly lamport_clock?: number;
  readonly limits?: {
    /** Events of one batch. */
    readonly batch_events?: number;
    /** Bytes of the body of a batch as it travels. */
    readonly batch_bytes?: number;
    readonly event_bytes?: number;
  };
  readonly hub_id?: string;
  /** With the capability `sequence`: that of the last event stored for the team before this session. */
  readonly sequence?: number;
}

/** An event of somebody else: the envelope's fields lie flat beside `type`. */
export interface EventMessage {
  readonly type: 'event';
  readonly event_id: string;
  readonly event_type: string;
  readonly lamport_clock: number;
  readonly node_id: string;
  /** With the capability `sequence`: the number under which the hub stored it; no part of the event. */
  readonly hub_sequence?: unknown;
  readonly [key: string]: unknown;
}

export interface PingMessage {
  readonly type: 'ping';
  readonly timestamp: number;
}

export interface AckMessage extends EventResult {
  readonly type: 'ack';
}

export interface AuthenticatedMessage {
  readonly type: 'auth';
  readonly status: string;
}

export type ServerMessage = SnapshotMessage | EventMessage | PingMessage | AckMessage | AuthenticatedMessage;

export interface PongMessage {
  readonly type: 'pong';
  readonly timestamp: number;
}

export interface AuthMessage {
  readonly type: 'auth';
  readonly token: string;
}

/** What a client sends: a raw envelope has no `type`. */
export type ClientMessage = PongMessage | AuthMessage;

export const isBatchBody = (value: unknown): value is BatchBody =>
  isFields(value) && Array.isArray(value['events']);

/** Id and status decide: a hub that spells an explanation differently has answered all the same. */
export const isEventResult = (value: unknown): value is EventResult =>
  isFields(value) && typeof value['event_id'] === 'string' && typeof value['status'] === 'string';

/** Reads one frame of a hub; `undefined` for a frame that this version does not know or that is malformed. */
export const parseServerMessage = (value: unknown): ServerMessage | undefined => {
  if (!isFields(value)) return undefined;
  switch (value['type']) {
    case 'snapshot':
      return Array.isArray(value['work_packages']) ? (value as unknown as SnapshotMessage) : undefined;
    case 'event':
      return isEventMessage(value) ? value : undefined;
    case 'ping':
      return typeof value['timestamp'] === 'number' ? (value as unknown as PingMessage) : undefined;
    case 'ack':
      return isEventResult(value) ? (value as unknown as AckMessage) : undefined;
    case 'auth':
      return typeof value['status'] === 'string' ? (value as unknown as AuthenticatedMessage) : undefined;
    default:
      return undefined;
  }
};

/** Reads one typed frame of a client; anything without a known `type` is an envelope or noise. */
export const parseClientMessage = (value: unknown): ClientMessage | undefined => {
  if (!isFields(value)) return undefined;
  if (value['type'] === 'pong' && typeof value['timestamp'] === 'number')
    return value as unknown as PongMessage;
  if (value['type'] === 'auth' && typeof value['token'] === 'string') return value as unknown as AuthMessage;
  return undefined;
};

const isEventMessage = (value: Fields): value is EventMessage =>
  typeof value['event_id'] === 'string' &&
  typeof value['event_type'] === 'string' &&
  typeof value['lamport_clock'] === 'number' &&
  typeof value['node_id'] === 'string';
