import type { EventIdSource, Log, Randomness, Timer, WallClock } from '../../ports/host.js';

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
      const interrupt = (): void => this.#wake(sleeper);
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
      this.#wake(due);
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
    return this.#sleepers.filter(({ dueMs }) => dueMs <= untilMs).sort((a, b) => a.dueMs - b.dueMs)[0];
  }

  #wake(woken: Sleeper): void {
    this.#sleepers = this.#sleepers.filter((sleeper) => sleeper !== woken);
    woken.wake();
  }
}

interface Sleeper {
  readonly dueMs: number;
  readonly wake: () => void;
}

/** Lets everything run that was made ready by what just happened. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Randomness that repeats itself for the same seed (the generator is mulberry32). */
export class SeededRandomness implements Randomness {
  #state: number;

  constructor(seed = 1) {
    this.#state = seed >>> 0;
  }

  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  uuid(): string {
    return 'xxxxxxxx-xxxx-4xxx-yxxx-xxxxxxxxxxxx'.replaceAll(/[xy]/g, (place) => {
      const digit = Math.floor(this.next() * 16);
      return (place === 'x' ? digit : 8 | (digit & 3)).toString(16);
    });
  }
}

/** Valid ULIDs that count up from one, so that tests know them beforehand. */
export class SequentialEventIds implements EventIdSource {
  #last = 0;

  next(): string {
    this.#last += 1;
    return `01${String(this.#last).padStart(24, '0')}`;
  }
}

export interface LogEntry {
  readonly level: 'warn' | 'info' | 'debug';
  readonly message: string;
}

/** Keeps messages instead of showing them. */
export class RecordingLog implements Log {
  readonly entries: LogEntry[] = [];

  /** The messages of one level. */
  messages(level: LogEntry['level']): readonly string[] {
    return this.entries.filter((entry) => entry.level === level).map((entry) => entry.message);
  }

  warn(message: string): void {
    this.entries.push({ level: 'warn', message });
  }

  info(message: string): void {
    this.entries.push({ level: 'info', message });
  }

  debug(message: string): void {
    this.entries.push({ level: 'debug', message });
  }
}
