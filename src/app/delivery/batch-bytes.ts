import type { DueEvent } from './due-records.js';

/**
 * Keeps the documents of one batch after the other in the same room: no segment has to be kept for the events of it that
 * are still to be sent.
 */
export class BatchBytes {
  #room = new Uint8Array(0);
  #filled = 0;

  /** The same event with a copy of its document, which holds until {@link clear}. */
  keep(event: DueEvent): DueEvent {
    const { json } = event;
    if (this.#filled + json.length > this.#room.length) {
      // What was kept before stays in the room that it is in.
      this.#room = new Uint8Array(Math.max(LEAST_ROOM, 2 * this.#room.length, json.length));
      this.#filled = 0;
    }
    const start = this.#filled;
    this.#room.set(json, start);
    this.#filled += json.length;
    return new KeptEvent(event, this.#room, start);
  }

  /** Nobody asks for what was kept any more. */
  clear(): void {
    this.#filled = 0;
  }
}

/** Its document is cut out of the room only when it is asked for: a view takes more memory than the rest of an event. */
class KeptEvent implements DueEvent {
  readonly record: number;
  readonly eventId: string;
  readonly attempts: number;
  readonly bytes: number;
  readonly isUnclaimed: boolean;
  readonly #room: Uint8Array;
  readonly #start: number;

  constructor(event: DueEvent, room: Uint8Array, start: number) {
    this.record = event.record;
    this.eventId = event.eventId;
    this.attempts = event.attempts;
    this.bytes = event.bytes;
    this.isUnclaimed = event.isUnclaimed;
    this.#room = room;
    this.#start = start;
  }

  get json(): Uint8Array {
    return this.#room.subarray(this.#start, this.#start + this.bytes);
  }
}

const LEAST_ROOM = 1024 * 1024;
