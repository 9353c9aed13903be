import type { Settlement } from '../outbox/ledger.js';
import type { EventResult } from '../wire.js';
import { eventDelayMs } from './backoff.js';

/**
 * What a hub can say about one event. The first two are receipts: the hub has the event on disk.
 * `rejected` counts an attempt against the event; `pending` and silence count nothing.
 */
export type Answer =
  | { readonly answer: 'accepted' }
  | { readonly answer: 'duplicate' }
  | { readonly answer: 'pending' }
  | {
      readonly answer: 'rejected';
      readonly reason: string;
      /** Stable kebab-case reason of a hub that has such codes, e.g. `unknown-team`. */
      readonly code?: string;
      /** Sent with `clock-behind`: where the hub's Lamport clock stands. */
      readonly serverClock?: number;
    };

/** Answers by event id; an event that is not named has no answer yet. */
export type Answers = ReadonlyMap<string, Answer>;

/**
 * What a request with a whole batch came back with. Only `answered` and `refused-by-id` speak of single events;
 * all others leave every event as it was.
 */
export type BatchOutcome =
  /** The hub answered event by event (possibly not about all of them). */
  | { readonly outcome: 'answered'; readonly answers: Answers }
  /** The batch was refused because of the named events; the others can be sent again at once. */
  | { readonly outcome: 'refused-by-id'; readonly answers: Answers }
  /** Some event is poison and the hub did not say which: halve until it is alone. */
  | { readonly outcome: 'refused-opaque'; readonly reason: string }
  /** Too much for one request: halve and remember the size. */
  | { readonly outcome: 'too-large' }
  /** The access token is not accepted: refresh it once, then give up until somebody signs in. */
  | { readonly outcome: 'unauthorized' }
  /** The account may not write here: ends the pass, the events are held with the reason. */
  | { readonly outcome: 'forbidden'; readonly reason: string }
  /** Trouble that passes by itself (outage, throttling): counts against no event. */
  | { readonly outcome: 'unavailable'; readonly reason: string; readonly retryAfterMs?: number }
  /** One side must be upgraded: ends the pass. */
  | { readonly outcome: 'protocol-mismatch'; readonly reason: string }
  /** An answer outside the contract: ends the pass. */
  | { readonly outcome: 'unexpected'; readonly reason: string };

/** After this many `rejected` answers an event is a dead letter. */
export const MAX_ATTEMPTS = 5;

export const isReceipt = (answer: Answer): boolean =>
  answer.answer === 'accepted' || answer.answer === 'duplicate';

/** What one line of a batch answer, or one `ack` frame, says about its event. An unknown status is a rejection. */
export const answerOf = ({ status, error_message, error, code, server_clock }: EventResult): Answer => {
  if (status === 'success') return { answer: 'accepted' };
  if (status === 'duplicate' || status === 'pending') return { answer: status };
  const [reason = `the hub answered "${status}"`] = [error_message, error, code].filter(isSaid);
  return {
    ...{ answer: 'rejected', reason },
    ...(isSaid(code) ? { code } : {}),
    ...(typeof server_clock === 'number' ? { serverClock: server_clock } : {}),
  };
};

const isSaid = (text: unknown): text is string => typeof text === 'string' && text !== '';

/** An event that was sent, as far as its settlement needs it. */
interface SentEvent {
  readonly record: number;
  readonly eventId: string;
  /** How often it was rejected before. */
  readonly attempts: number;
}

/** The hub's own refusals are asked again after this time. */
export const REFUSAL_RETRY_MS = 60 * 60 * 1000;

/** What a hub's answer makes of an event; `undefined` when it stays as it was. `random` is uniform in [0, 1). */
export const settlementOf = (
  event: SentEvent,
  answer: Answer | undefined,
  nowMs: number,
  random: number,
): Settlement | undefined => {
  if (answer === undefined || answer.answer === 'pending') return undefined;
  const { record, eventId, attempts } = event;
  if (answer.answer !== 'rejected')
    return { record, eventId, became: answer.answer === 'accepted' ? 'delivered' : 'duplicate' };
  const { code, reason } = answer;
  if (code !== 'unknown-team') return rejection(event, reason, nowMs, random);
  return { record, eventId, became: 'refused', attempts, reason, dueAtMs: nowMs + REFUSAL_RETRY_MS };
};

/** One more attempt failed: due again after its backoff, or given up on. */
export const rejection = (event: SentEvent, reason: string, nowMs: number, random: number): Settlement => {
  const failed = { ...event, attempts: event.attempts + 1 };
  if (failed.attempts >= MAX_ATTEMPTS) return deadLetter(failed, reason);
  const { record, eventId, attempts } = failed;
  const dueAtMs = nowMs + eventDelayMs(attempts, random);
  return { record, eventId, became: 'failing', attempts, reason, dueAtMs };
};

/** Given up on at once: no further attempt could end otherwise. */
export const deadLetter = ({ record, eventId, attempts }: SentEvent, reason: string): Settlement => ({
  record,
  eventId,
  became: 'dead',
  attempts,
  reason,
});
