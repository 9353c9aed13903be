import { answerOf, type Answer, type BatchOutcome } from '../../domain/delivery/outcome.js';
import type { AckMessage } from '../../domain/wire.js';
import type { Timer } from '../../ports/host.js';
import type { LiveSession, OutgoingEvent } from '../../ports/delivery.js';
import type { Courier } from './courier.js';

/** How long is waited for anything to move: for the next event to be taken, or the next ack. */
export const ACK_WAIT_MS = 30_000;

/** Delivers over one live session whose hub acknowledges every event by its id; one batch at a time. */
export class LiveCourier implements Courier {
  /** An ack that was due did not come: nothing more is carried over the session, and until the next one batches deliver. */
  isSilent = false;
  readonly #session: Pick<LiveSession, 'send'>;
  readonly #timer: Timer;
  /** By the ids of the events that are on their way. */
  readonly #expected = new Map<string, (answer: Answer) => void>();
  #moved = new AbortController();
  #isOver = false;

  constructor(session: Pick<LiveSession, 'send' | 'ended'>, timer: Timer) {
    this.#session = session;
    this.#timer = timer;
    void session.ended.then(() => {
      this.#isOver = true;
      this.#moved.abort();
    });
  }

  /** What was acknowledged before the session broke, or fell silent, counts. */
  async carry(events: readonly OutgoingEvent[], signal?: AbortSignal): Promise<BatchOutcome> {
    if (this.isSilent) return NO_ANSWER;
    const answers = new Map<string, Answer>();
    for (const { eventId } of events) this.#expected.set(eventId, (answer) => answers.set(eventId, answer));
    const isDone = (): boolean => this.#isOver || signal?.aborted === true || answers.size === events.length;
    void this.#sendAll(events, isDone);
    while (!isDone() && !this.isSilent) this.isSilent = !(await this.#moves(signal));
    this.#expected.clear();
    return answers.size === 0 && events.length > 0 ? NO_ANSWER : { outcome: 'answered', answers };
  }

  /** The hub has answered; an ack that nobody expects changes nothing. */
  enter(ack: AckMessage): void {
    this.#expected.get(ack.event_id)?.(answerOf(ack));
    this.#moved.abort();
  }

  async #sendAll(events: readonly OutgoingEvent[], isDone: () => boolean): Promise<void> {
    for (const event of events) {
      if (isDone() || this.isSilent) return;
      // What cannot be sent any more ends with the session.
      await this.#session.send(event).catch(() => undefined);
      this.#moved.abort();
    }
  }

  /** Waits until something moves, or nobody wants to know any more; `false` when neither came in time. */
  async #moves(signal: AbortSignal | undefined): Promise<boolean> {
    this.#moved = new AbortController();
    const stirred = AbortSignal.any([this.#moved.signal, ...(signal === undefined ? [] : [signal])]);
    await this.#timer.sleep(ACK_WAIT_MS, stirred);
    return stirred.aborted;
  }
}

const NO_ANSWER: BatchOutcome = { outcome: 'unavailable', reason: 'the live session gave no answer' };
