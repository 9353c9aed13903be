import type { EventIdSource } from '../../ports/host.js';

/** Valid ULIDs that count up from one, so that tests know them beforehand. */
export class SequentialEventIds implements EventIdSource {
  #last: number;
  readonly #prefix: string;

  /** `prefix`: up to ten digits that keep the ids of several sources apart. */
  constructor(prefix = '01', last = 0) {
    this.#prefix = prefix;
    this.#last = last;
  }

  next(): string {
    this.#last += 1;
    return this.#prefix + String(this.#last).padStart(26 - this.#prefix.length, '0');
  }
}
