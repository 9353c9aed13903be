import { checkJson } from '../../domain/events/check-json.js';
import type { EnvelopeDocument } from '../../domain/events/envelope-document.js';
import { LOCAL_TEAM } from '../../domain/events/envelope.js';
import { parseEnvelope } from '../../domain/events/parse-envelope.js';
import { isEventType } from '../../domain/events/payloads.js';
import { upcast } from '../../domain/events/upcast.js';
import { err, ok, type Issue, type Result } from '../../domain/result.js';
import { isFields, type EventResult } from '../../domain/wire.js';
import type { IncomingEvent } from '../../ports/hub.js';

/** An event somebody sent: its exact text, and what `JSON.parse` made of it. */
export interface SentEvent {
  readonly text: string;
  readonly value: unknown;
}

/** Judges one event by itself, for the team of the credential it came with; the error is its answer. */
export const judgeEvent = (
  { text, value }: SentEvent,
  team: string,
  maxBytes: number,
): Result<IncomingEvent, EventResult> => {
  // A code unit takes at least one byte, and at most three: the exact length is only counted where it matters.
  if (text.length > maxBytes || (text.length * 3 > maxBytes && Buffer.byteLength(text) > maxBytes)) {
    return err(refusal(value, 'event-too-large', `The event measures more than ${maxBytes} bytes.`));
  }
  const parsed = parseEnvelope(value, 'foreign');
  if (!parsed.ok)
    return err({ ...refusal(value, 'schema', describe(parsed.error)), ...{ issues: parsed.error } });
  const document = parsed.value;
  const { team_slug: sentFor } = document;
  if (sentFor !== team && sentFor !== LOCAL_TEAM) {
    return err(refusal(value, 'unknown-team', `This sign-in is for the team ${team}, not for ${sentFor}.`));
  }
  const event = upcast(document);
  return ok({ eventId: event.event_id, document: text, event, known: isOurs(document, event) });
};

/** The id under which a sender looks for the answer: what was sent, as far as it can be used. */
export const sentId = (value: unknown): string => {
  const id = isFields(value) && Object.hasOwn(value, 'event_id') ? value['event_id'] : undefined;
  return typeof id === 'string' && id !== '' && id.length <= LONGEST_ID ? id : 'unknown';
};

export const refusal = (value: unknown, code: string, message: string): EventResult => ({
  event_id: sentId(value),
  status: 'error',
  code,
  error_message: message,
});

const LONGEST_ID = 200;

const describe = (issues: readonly Issue[]): string =>
  issues.map(({ path, reason }) => (path === '' ? `the event ${reason}` : `${path} ${reason}`)).join('; ');

/** Whether nothing of the payload had to be converted, or borne with, to be understood; what was left out is no matter. */
const isOurs = (document: EnvelopeDocument, event: EnvelopeDocument): boolean =>
  isEventType(document.event_type) &&
  document.timestamp === event.timestamp &&
  Object.entries(document.payload).every(([key, value]) => isSame(value, event.payload[key])) &&
  checkJson(document.payload).length === 0;

const isSame = (a: unknown, b: unknown): boolean =>
  // Older clients write null for what they do not have.
  (a ?? undefined) === (b ?? undefined) ||
  (Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((item, at) => item === b[at])) ||
  (isFields(a) && isFields(b));
