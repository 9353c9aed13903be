import { checkJson } from '../../domain/events/check-json.js';
import { LOCAL_TEAM, type EnvelopeDocument } from '../../domain/events/envelope.js';
import { isFollowed } from '../../domain/events/lamport.js';
import { parseEnvelope } from '../../domain/events/parse-envelope.js';
import { isEventType } from '../../domain/events/payloads.js';
import { upcast } from '../../domain/events/upcast.js';
import { err, ok, type Issue, type Result } from '../../domain/result.js';
import { isFields, ownMember } from '../../domain/document.js';
import type { EventResult } from '../../domain/wire.js';
import { textOf } from '../../domain/hub/board-event.js';
import type { IncomingEvent } from '../../ports/hub.js';
import type { HubLimits } from './hub-limits.js';

/** An event somebody sent: its exact text, and what `JSON.parse` made of it. */
export interface SentEvent {
  readonly text: string;
  readonly value: unknown;
  /** How many members and items it has, at any depth. */
  readonly values: number;
  /** Hears its answer, and before anybody else does under which number it was stored. */
  readonly answer?: (result: EventResult, sequence?: number) => void;
}

/** Judges one event by itself, for the team of the credential it came with; the error is its answer. */
export const judgeEvent = (
  { text, value, values }: SentEvent,
  team: string,
  { foreignEventBytes: maxBytes, eventValues }: HubLimits,
): Result<IncomingEvent, EventResult> => {
  if (values > eventValues)
    return err(refusal(value, 'event-too-large', `The event has more than ${eventValues} values.`));
  if (Buffer.byteLength(text) > maxBytes)
    return err(refusal(value, 'event-too-large', `The event measures more than ${maxBytes} bytes.`));
  const parsed = parseEnvelope(value, 'foreign', NAMED_ISSUES);
  if (!parsed.ok) return err(refusal(value, 'schema', describe(parsed.error)));
  const document = parsed.value;
  const { team_slug: sentFor } = document;
  if (sentFor !== team && sentFor !== LOCAL_TEAM) {
    return err(refusal(value, 'unknown-team', `This sign-in is for the team ${team}, not for ${sentFor}.`));
  }
  const event = upcast(document);
  const [unfit] = Object.entries(keysOf(event)).find(([, id]) => id !== undefined && !isKey(id)) ?? [];
  if (unfit !== undefined) {
    const reason = `${unfit} is longer than ${LONGEST_ID} bytes, or holds the character NUL.`;
    return err(refusal(value, 'schema', reason));
  }
  return ok({
    eventId: event.event_id,
    document: text,
    event,
    known: isFollowed(event.lamport_clock) && isOurs(document, event),
  });
};

/** The id under which a sender looks for the answer: what was sent, as far as it can be used. */
export const sentId = (value: unknown): string => {
  const id = isFields(value) ? ownMember(value, 'event_id') : undefined;
  return typeof id === 'string' && id !== '' && id.length <= LONGEST_ID ? id : 'unknown';
};

export const refusal = (value: unknown, code: string, message: string): EventResult => ({
  event_id: sentId(value),
  status: 'error',
  code,
  error_message: message,
});

/** What names things in the hub's tables: by one rule for every database, of which none has keys without end. */
const LONGEST_ID = 200;

const isKey = (id: string): boolean => !id.includes('\u0000') && Buffer.byteLength(id) <= LONGEST_ID;

const keysOf = (event: EnvelopeDocument): Readonly<Record<string, string | undefined>> => ({
  event_type: event.event_type,
  aggregate_id: event.aggregate_id,
  node_id: event.node_id,
  project_slug: event.project_slug ?? undefined,
  'payload.feature_slug': textOf(event.payload, 'feature_slug'),
  'payload.wp_id': textOf(event.payload, 'wp_id'),
});

/** An answer names what a person can read; whoever sends something wholly different is not helped by a list of it. */
const NAMED_ISSUES = 20;
const NAMED_CHARACTERS = 200;

const describe = (issues: readonly Issue[]): string =>
  issues
    .map(({ path, reason }) => `${path === '' ? 'the event' : shortened(path)} ${shortened(reason)}`)
    .join('; ');

const shortened = (text: string): string => text.slice(0, NAMED_CHARACTERS);

/** Whether nothing of the payload had to be converted, or borne with, to be understood; what was left out is no matter. */
const isOurs = (document: EnvelopeDocument, event: EnvelopeDocument): boolean =>
  isEventType(document.event_type) &&
  document.timestamp === event.timestamp &&
  Object.entries(document.payload).every(([key, value]) => isSame(value, event.payload[key])) &&
  checkJson(document.payload, { most: 1 }).length === 0;

const isSame = (a: unknown, b: unknown): boolean =>
  // Older clients write null for what they do not have.
  (a ?? undefined) === (b ?? undefined) ||
  (Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((item, at) => item === b[at])) ||
  (isFields(a) && isFields(b));
