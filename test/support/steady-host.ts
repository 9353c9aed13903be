import { setTimeout as delay } from 'node:timers/promises';
import type { Timer, WallClock } from '../../src/ports/host.js';

/** A wall clock that a test sets. */
export class SetClock implements WallClock {
  #nowMs: number;

  constructor(nowMs = Date.UTC(2026, 0, 1)) {
    this.#nowMs = nowMs;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  advance(ms: number): void {
    this.#nowMs += ms;
  }
}

/** Sleeps that end when the test says that their time has come. */
export class HandTimer implements Timer {
  #sleepers: { readonly untilMs: number; readonly wake: () => void }[] = [];
  #nowMs = 0;

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted === true) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = (): void => {
        signal?.removeEventListener('abort', wake);
        this.#sleepers = this.#sleepers.filter((each) => each.wake !== wake);
        resolve();
      };
      this.#sleepers.push({ untilMs: this.#nowMs + ms, wake });
      signal?.addEventListener('abort', wake, { once: true });
    });
  }

  /** Lets time pass, waking in order whoever has slept enough, and lets each act before the next wakes. */
  async pass(ms: number): Promise<void> {
    const endMs = this.#nowMs + ms;
    for (;;) {
      const due = this.#sleepers
        .filter((each) => each.untilMs <= endMs)
        .sort((a, b) => a.untilMs - b.untilMs)[0];
      if (due === undefined) break;
      this.#nowMs = due.untilMs;
      due.wake();
      await new Promise((resolve) => setImmediate(resolve));
    }
    this.#nowMs = endMs;
  }
}

/** Real time, for what only a real socket can show. */
export const realTimer: Timer = {
  sleep: (ms, signal) =>
    delay(ms, undefined, { ...(signal && { signal }), ref: false }).catch(() => undefined),
};
