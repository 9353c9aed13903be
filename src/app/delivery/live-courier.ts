import { answerOf, type Answer, type BatchOutcome } from '../../domain/delivery/outcome.js';
import type { AckMessage } from '../../domain/wire.js';
import type { Timer } from '../../ports/host.js';
import type { LiveSession, OutgoingEvent } from '../../ports/delivery.js';
import type { Courier } from './courier.js';

/** How long is waited for anything to move: for the next event to be taken, and at the end for the acks. */
export const ACK_WAIT_MS = 30_000;

/** Delivers over one live session whose hub acknowledges every event by its id. */
export class LiveCourier implements Courier {
  /** An ack that was due did not come: nothing more is carried over the session, and until the next one batches deliver. */
  isSilent = false;
  readonly #session: Pick<LiveSession, 'send' | 'ended'>;
  readonly #timer: Timer;
  readonly #expected = new Map<string, (answer: Answer | undefined) => void>();

  constructor(session: Pick<LiveSession, 'send' | 'ended'>, timer: Timer) {
    this.#session = session;
    this.#timer = timer;
  }

  async carry(events: readonly OutgoingEvent[], signal?: AbortSignal): Promise<BatchOutcome> {
    if (this.isSilent) return NO_ANSWER;
    const answers = new Map<string, Answer>();
    const acknowledged = events.map(async ({ eventId }) => {
      const answer = await this.#answerAbout(eventId);
      if (answer !== undefined) answers.set(eventId, answer);
    });
    const isInTime =
      (await this.#sendAll(events, signal)) && (await this.#waitFor(Promise.all(acknowledged), signal));
    if (!isInTime && signal?.aborted !== true) this.isSilent = true;
    return answers.size === 0 && events.length > 0 ? NO_ANSWER : { outcome: 'answered', answers };
  }

  /** The hub has answered; an ack that nobody expects changes nothing. */
  enter(ack: AckMessage): void {
    this.#expected.get(ack.event_id)?.(answerOf(ack));
    this.#expected.delete(ack.event_id);
  }

  /** No ack will come any more. */
  close(): void {
    for (const resolve of this.#expected.values()) resolve(undefined);
    this.#expected.clear();
  }

  /** `false`: the hub stopped reading. What was acknowledged before a session broke still counts. */
  async #sendAll(events: readonly OutgoingEvent[], signal: AbortSignal | undefined): Promise<boolean> {
    let sent = 0;
    const send = async (): Promise<void> => {
      for (const event of events) {
        if (signal?.aborted === true) return;
        await this.#session.send(event);
        sent += 1;
      }
    };
    const sending = send().catch(() => undefined);
    for (let before = -1; before !== sent;) {
      before = sent;
      if (await this.#waitFor(sending, signal)) return true;
    }
    return false;
  }

  /** Until the work is done or the session is over; `false` when neither came in time. */
  async #waitFor(work: Promise<unknown>, signal: AbortSignal | undefined): Promise<boolean> {
    const waited = new AbortController();
    const patience = signal === undefined ? waited.signal : AbortSignal.any([signal, waited.signal]);
    const timeUp = this.#timer.sleep(ACK_WAIT_MS, patience).then(() => false);
    const isInTime = await Promise.race([
      work.then(() => true),
      this.#session.ended.then(() => true),
      timeUp,
    ]);
    waited.abort();
    return isInTime;
  }

  /** `undefined` when the session ends without one. */
  #answerAbout(eventId: string): Promise<Answer | undefined> {
    return new Promise((resolve) => this.#expected.set(eventId, resolve));
  }
}

const NO_ANSWER: BatchOutcome = { outcome: 'unavailable', reason: 'the live session gave no answer' };
