import type { Answer, BatchOutcome } from '../../domain/delivery/outcome.js';
import type { Timer } from '../../ports/host.js';
import type { LiveSession, OutgoingEvent } from '../../ports/transport.js';
import type { AckBook } from './ack-book.js';
import type { Courier } from './courier.js';

/** How long acks are waited for after the last event was sent. */
export const ACK_WAIT_MS = 30_000;

/** Delivers over one live session whose hub acknowledges every event by its id. */
export class LiveCourier implements Courier {
  readonly #session: LiveSession;
  readonly #acks: AckBook;
  readonly #timer: Timer;

  constructor(session: LiveSession, acks: AckBook, timer: Timer) {
    this.#session = session;
    this.#acks = acks;
    this.#timer = timer;
  }

  async carry(events: readonly OutgoingEvent[], signal?: AbortSignal): Promise<BatchOutcome> {
    const answers = new Map<string, Answer>();
    const acknowledged = events.map(async ({ eventId }) => {
      const answer = await this.#acks.expect(eventId);
      if (answer !== undefined) answers.set(eventId, answer);
    });
    try {
      for (const event of events) await this.#session.send(event);
    } catch {
      // What was acknowledged before the session broke still counts; the rest stays as it is.
    }
    await this.#waitFor(Promise.all(acknowledged), signal);
    return answers.size === 0 && events.length > 0
      ? { outcome: 'unavailable', reason: 'the live session gave no answer' }
      : { outcome: 'answered', answers };
  }

  /** Until every ack is there, the session is over, or nobody should wait any longer. */
  async #waitFor(acknowledged: Promise<unknown>, signal: AbortSignal | undefined): Promise<void> {
    const waited = new AbortController();
    const patience = signal === undefined ? waited.signal : AbortSignal.any([signal, waited.signal]);
    await Promise.race([acknowledged, this.#session.ended, this.#timer.sleep(ACK_WAIT_MS, patience)]);
    waited.abort();
  }
}
