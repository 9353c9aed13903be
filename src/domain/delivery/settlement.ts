import { unreachable } from '../errors.js';
import { eventDelayMs } from './backoff.js';
import type { Settlement } from '../outbox/ledger.js';
import { MAX_ATTEMPTS, type Answer } from './outcome.js';

/** An event that was sent, as far as its settlement needs it. */
export interface SentEvent {
  readonly record: number;
  readonly eventId: string;
  /** How often it was rejected before. */
  readonly attempts: number;
}

/** The hub's own refusals are asked again after this time. */
export const REFUSAL_RETRY_MS = 60 * 60 * 1000;

/**
 * What a hub's answer makes of an event; `undefined` when it stays as it was. `random` is uniform in [0, 1).
 */
export const settlementOf = (
  event: SentEvent,
  answer: Answer | undefined,
  nowMs: number,
  random: number,
): Settlement | undefined => {
  const { record, eventId } = event;
  if (answer === undefined) return undefined;
  switch (answer.answer) {
    case 'accepted':
      return { record, eventId, became: 'delivered' };
    case 'duplicate':
      return { record, eventId, became: 'duplicate' };
    case 'pending':
      return undefined;
    case 'rejected':
      return answer.code === 'unknown-team'
        ? {
            record,
            eventId,
            became: 'refused',
            attempts: event.attempts,
            reason: answer.reason,
            dueAtMs: nowMs + REFUSAL_RETRY_MS,
          }
        : rejection(event, answer.reason, nowMs, random);
    default:
      return unreachable(answer);
  }
};

/** One more attempt failed: due again after its backoff, or given up on. */
export const rejection = (event: SentEvent, reason: string, nowMs: number, random: number): Settlement => {
  const attempts = event.attempts + 1;
  const { record, eventId } = event;
  return attempts >= MAX_ATTEMPTS
    ? { record, eventId, became: 'dead', attempts, reason }
    : {
        record,
        eventId,
        became: 'failing',
        attempts,
        reason,
        dueAtMs: nowMs + eventDelayMs(attempts, random),
      };
};

/** Given up on at once: no further attempt could end otherwise. */
export const deadLetter = (event: SentEvent, reason: string): Settlement => ({
  record: event.record,
  eventId: event.eventId,
  became: 'dead',
  attempts: event.attempts,
  reason,
});
