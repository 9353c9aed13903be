import type { WallClock } from '../../ports/host.js';

/** The machine's wall clock. */
export class SystemWallClock implements WallClock {
  nowMs(): number {
    return Date.now();
  }
}
