import { answerOf, type Answer } from '../../domain/delivery/outcome.js';
import type { AckMessage } from '../../domain/wire.js';

/** Matches the acks of a live session to the events that were sent on it, by id. */
export class AckBook {
  readonly #expected = new Map<string, (answer: Answer | undefined) => void>();

  /** The answer about an event; `undefined` when the session ends without one. */
  expect(eventId: string): Promise<Answer | undefined> {
    return new Promise((resolve) => this.#expected.set(eventId, resolve));
  }

  /** An ack that nobody expects changes nothing. */
  enter(ack: AckMessage): void {
    this.#expected.get(ack.event_id)?.(answerOf(ack));
    this.#expected.delete(ack.event_id);
  }

  /** No ack will come any more. */
  close(): void {
    for (const resolve of this.#expected.values()) resolve(undefined);
    this.#expected.clear();
  }
}
