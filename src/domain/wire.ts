import { exactOptional, nullable, unknown, type GenericSchema } from 'valibot';
import {
  bearing,
  choice,
  integer,
  isDocument,
  isFields,
  like,
  list,
  number,
  object,
  ownMember,
  text,
  type DocumentOf,
} from './document.js';

/**
 * The messages that client and hub exchange, shared by both sides. What is described accepts any object whose required
 * keys have the right type and passes unknown keys on, so that either side may be newer than the other.
 */

/** What an extension says beside the contract. Nobody is refused for how it is spelled. */
const extension = <S extends GenericSchema>(schema: S) => exactOptional(bearing(schema, () => true));

const aNumber = number('must be a number', () => true);

/** Id and status decide: a hub that spells an explanation differently has answered all the same. */
const RESULT = {
  event_id: text(),
  status: text(),
  error_message: extension(nullable(text())),
  /** Older spelling of `error_message`. */
  error: extension(nullable(text())),
  /** Stable kebab-case reason. */
  code: extension(text()),
  /** With the code `clock-behind`. */
  server_clock: extension(aNumber),
};

/** What a hub of ours can do beyond the base contract. */
export const CAPABILITIES = ['ack', 'auth', 'sequence', 'report'] as const;
export type Capability = (typeof CAPABILITIES)[number];

/** Milliseconds that have passed, so that no clock of two machines is compared. */
const age = integer(0);
const shortText = text('must be text of 1 to 200 characters without NUL', (value) =>
  /^[^\0]{1,200}$/u.test(value),
);

/** A sign of life of an agent's run: how long ago its program printed something. */
const RUN_SIGN = object({
  project_uuid: shortText,
  feature_slug: shortText,
  wp_id: shortText,
  agent: shortText,
  silent_ms: age,
});

/**
 * What a machine says of itself beside its events, to a hub with the capability `report` only. What is absent is not said
 * this time: what the hub was told of it before stays.
 */
export const MACHINE_REPORT = object(
  {
    node_id: shortText,
    /** Events that wait there for this hub, and for how long the oldest one does. */
    waiting: exactOptional(object({ events: integer(0), oldest_ms: exactOptional(age) })),
    runs: exactOptional(list(RUN_SIGN)),
  },
  like({ node_id: 'a1b2c3d4e5f6', waiting: { events: 3, oldest_ms: 90_000 } }),
);

export type MachineReport = DocumentOf<typeof MACHINE_REPORT>;
export type RunSign = DocumentOf<typeof RUN_SIGN>;

/** One line of a batch answer, and the `ack` frame of a live session. */
export const EVENT_RESULT = object(RESULT);

/** What a hub sends on a live session, by `type`. */
export const SERVER_MESSAGES = {
  /** First frame of a session. Everything but `type` and `work_packages` is an extension. */
  snapshot: object({
    type: choice(['snapshot']),
    work_packages: list(unknown()),
    /** What the hub can do beyond the base contract, such as {@link CAPABILITIES}. */
    capabilities: extension(list(text())),
    lamport_clock: extension(aNumber),
    limits: extension(
      object({
        /** Events of one batch. */
        batch_events: exactOptional(aNumber),
        /** Bytes of the body of a batch as it travels. */
        batch_bytes: exactOptional(aNumber),
        event_bytes: exactOptional(aNumber),
      }),
    ),
    hub_id: extension(text()),
    history: extension(text()),
    /** With the capability `sequence`: that of the last event stored for the team before this session. */
    sequence: extension(aNumber),
  }),
  /** An event of somebody else: the envelope's fields lie flat beside `type`. */
  event: object({
    type: choice(['event']),
    event_id: text(),
    event_type: text(),
    lamport_clock: aNumber,
    node_id: text(),
    /** With the capability `sequence`: the number under which the hub stored it; no part of the event. */
    hub_sequence: exactOptional(unknown()),
  }),
  ping: object({ type: choice(['ping']), timestamp: aNumber }),
  ack: object({ type: choice(['ack']), ...RESULT }),
  auth: object({ type: choice(['auth']), status: text() }),
};

/** What a client sends on a live session, by `type`; a raw envelope has none. */
export const CLIENT_MESSAGES = {
  pong: object({ type: choice(['pong']), timestamp: aNumber }),
  auth: object({ type: choice(['auth']), token: text() }),
};

export type EventResult = DocumentOf<typeof EVENT_RESULT>;
export type SnapshotMessage = DocumentOf<typeof SERVER_MESSAGES.snapshot>;
export interface EventMessage extends DocumentOf<typeof SERVER_MESSAGES.event> {
  readonly [key: string]: unknown;
}
export type AckMessage = DocumentOf<typeof SERVER_MESSAGES.ack>;
export type ServerMessage =
  | SnapshotMessage
  | EventMessage
  | AckMessage
  | DocumentOf<typeof SERVER_MESSAGES.ping>
  | DocumentOf<typeof SERVER_MESSAGES.auth>;
export type ClientMessage = DocumentOf<typeof CLIENT_MESSAGES.pong> | DocumentOf<typeof CLIENT_MESSAGES.auth>;

export const isEventResult = (value: unknown): value is EventResult => isDocument(EVENT_RESULT, value);

/** Reads one frame of a hub; `undefined` for a frame that this version does not know or that is malformed. */
export const parseServerMessage = (value: unknown): ServerMessage | undefined =>
  parsed(SERVER_MESSAGES, value) as ServerMessage | undefined;

/** Reads one typed frame of a client; anything without a known `type` is an envelope or noise. */
export const parseClientMessage = (value: unknown): ClientMessage | undefined =>
  parsed(CLIENT_MESSAGES, value) as ClientMessage | undefined;

const parsed = (messages: Readonly<Record<string, GenericSchema>>, value: unknown): unknown => {
  const type = isFields(value) ? value['type'] : undefined;
  const message =
    typeof type === 'string' ? (ownMember(messages, type) as GenericSchema | undefined) : undefined;
  return message !== undefined && isDocument(message, value) ? value : undefined;
};
