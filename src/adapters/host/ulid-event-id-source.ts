import { monotonicFactory } from 'ulid';
import type { EventIdSource, WallClock } from '../../ports/host.js';

/** ULIDs that grow within the process, also when the wall clock stands still or goes back. */
export class UlidEventIdSource implements EventIdSource {
  readonly #clock: WallClock;
  readonly #mint = monotonicFactory();

  constructor(clock: WallClock) {
    this.#clock = clock;
  }

  next(): string {
    return this.#mint(this.#clock.nowMs());
  }
}
