import type { Timer, WallClock } from '../../ports/host.js';

/** Clock and timer that stand still until they are told to move: waiting takes no real time. */
export class ControlledTime implements WallClock, Timer {
  #nowMs: number;
  #sleepers: readonly Sleeper[] = [];

  constructor(nowMs = Date.UTC(2026, 2, 1, 9, 30)) {
    this.#nowMs = nowMs;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (ms <= 0 || signal?.aborted === true) return;
    await new Promise<void>((wake) => {
      const interrupt = (): void => this.#wake([sleeper]);
      const sleeper: Sleeper = {
        dueMs: this.#nowMs + ms,
        wake: () => {
          signal?.removeEventListener('abort', interrupt);
          wake();
        },
      };
      this.#sleepers = [...this.#sleepers, sleeper];
      signal?.addEventListener('abort', interrupt, { once: true });
    });
  }

  /** Lets time pass and wakes whoever is due, in the order of their times. */
  async advance(ms: number): Promise<void> {
    const untilMs = this.#nowMs + ms;
    for (let due = this.#due(untilMs); due !== undefined; due = this.#due(untilMs)) {
      this.#nowMs = Math.max(this.#nowMs, due.dueMs);
      this.#wake([due]);
      await settled();
    }
    this.#nowMs = untilMs;
    await settled();
  }

  /** Sets the wall clock, forward or back, without waking anybody. */
  set(nowMs: number): void {
    this.#nowMs = nowMs;
  }

  /** How many are waiting. */
  get sleeping(): number {
    return this.#sleepers.length;
  }

  #due(untilMs: number): Sleeper | undefined {
    return this.#sleepers
      .filter(({ dueMs }) => dueMs <= untilMs)
      .reduce<Sleeper | undefined>(
        (first, sleeper) => (first === undefined || sleeper.dueMs < first.dueMs ? sleeper : first),
        undefined,
      );
  }

  #wake(woken: readonly Sleeper[]): void {
    this.#sleepers = this.#sleepers.filter((sleeper) => !woken.includes(sleeper));
    for (const { wake } of woken) wake();
  }
}

interface Sleeper {
  readonly dueMs: number;
  readonly wake: () => void;
}

/** Lets everything run that was made ready by what just happened. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
