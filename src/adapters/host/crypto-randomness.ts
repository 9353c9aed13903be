import { randomInt, randomUUID } from 'node:crypto';
import type { Randomness } from '../../ports/host.js';

/** The operating system's randomness. */
export class CryptoRandomness implements Randomness {
  next(): number {
    return randomInt(RESOLUTION) / RESOLUTION;
  }

  uuid(): string {
    return randomUUID();
  }
}

/** Half the largest range that `randomInt` takes, so that every quotient is exact. */
const RESOLUTION = 2 ** 47;
