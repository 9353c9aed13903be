import { setImmediate } from 'node:timers/promises';

/**
 * Lets so many pieces of work run at once (one, unless told), so that many requests at once do not add up to one long
 * silence. Whoever waits is served in turn with all others: who sends a hundred batches waits for its own, and nobody
 * else does.
 */
export class Turns {
  readonly #places: number;
  readonly #atOnce: number;
  readonly #waiting = new Map<string, (() => void)[]>();
  #running = 0;

  /** So many pieces of work of one of them may wait. */
  constructor(places: number, atOnce = 1) {
    this.#places = places;
    this.#atOnce = atOnce;
  }

  /** How many pieces of work wait. */
  get waiting(): number {
    return [...this.#waiting.values()].reduce((sum, each) => sum + each.length, 0);
  }

  /** Runs the work when it is its turn; `full` when there is no place left to wait. */
  async take<T>(whose: string, work: (breather: Breather) => Promise<T>): Promise<T | 'full'> {
    if (this.#running < this.#atOnce) this.#running++;
    else {
      const waiting = this.#waiting.get(whose) ?? [];
      if (waiting.length >= this.#places) return 'full';
      this.#waiting.set(whose, waiting);
      // Whoever leaves hands its turn over.
      await new Promise<void>((resolve) => waiting.push(resolve));
    }
    try {
      return await work(new Breather());
    } finally {
      void setImmediate().then(() => this.#handOver());
    }
  }

  #handOver(): void {
    for (const [whose, waiting] of this.#waiting) {
      const next = waiting.shift();
      this.#waiting.delete(whose);
      // At the end of the row, behind all others.
      if (waiting.length > 0) this.#waiting.set(whose, waiting);
      if (next !== undefined) {
        next();
        return;
      }
    }
    this.#running--;
  }
}

/** Gives the event loop back when a piece of work has held it for long enough: to be called after each small part. */
export class Breather {
  #since = performance.now();

  async pause(): Promise<void> {
    if (performance.now() - this.#since < SLICE_MS) return;
    await setImmediate();
    this.#since = performance.now();
  }
}

const SLICE_MS = 8;
