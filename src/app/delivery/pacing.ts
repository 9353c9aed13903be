import type { Timer, WallClock } from '../../ports/host.js';

/** Keeps two requests apart, for a hub that wants few of them; without an interval it does nothing. */
export class Pacing {
  readonly #intervalMs: () => Promise<number>;
  readonly #timer: Timer;
  readonly #clock: WallClock;
  #lastAtMs = -Infinity;

  constructor(intervalMs: () => Promise<number>, timer: Timer, clock: WallClock) {
    this.#intervalMs = intervalMs;
    this.#timer = timer;
    this.#clock = clock;
  }

  /** Resolves when the next request may go, or the signal aborts. */
  async turn(signal?: AbortSignal): Promise<void> {
    const intervalMs = await this.#intervalMs();
    // A wall clock that was set back makes nobody wait for longer than the interval.
    const waitMs = Math.min(intervalMs, this.#lastAtMs + intervalMs - this.#clock.nowMs());
    if (waitMs > 0) await this.#timer.sleep(waitMs, signal);
    this.#lastAtMs = this.#clock.nowMs();
  }
}
