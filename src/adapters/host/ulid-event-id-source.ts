import { randomBytes } from 'node:crypto';
import { monotonicFactory } from 'ulid';
import type { EventIdSource, WallClock } from '../../ports/host.js';

/** ULIDs that grow within the process, also when the wall clock stands still or goes back. */
export class UlidEventIdSource implements EventIdSource {
  readonly #clock: WallClock;
  readonly #mint = monotonicFactory(randomFraction);

  constructor(clock: WallClock) {
    this.#clock = clock;
  }

  next(): string {
    return this.#mint(this.#clock.nowMs());
  }
}

/**
 * The source that the package looks for by itself is the browser's, which takes Node longer to load than all the ids.
 * Bytes are fetched in portions, because each call of Node costs more than a portion does.
 */
const randomFraction = (): number => {
  if (unused.length === 0) unused = randomBytes(PORTION);
  const [byte = 0] = unused;
  unused = unused.subarray(1);
  return byte / 256;
};

const PORTION = 256;
let unused: Uint8Array = new Uint8Array(0);
