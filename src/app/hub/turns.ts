/**
 * Lets one piece of work at a time have the thread, so that many requests at once do not add up to one long silence.
 * Teams take turns: whoever sends a hundred batches waits for its own, and nobody else does.
 */
export class Turns {
  readonly #places: number;
  readonly #waiting = new Map<string, (() => void)[]>();
  #busy = false;

  /** So many pieces of work of one team may wait. */
  constructor(places: number) {
    this.#places = places;
  }

  /** How many pieces of work wait. */
  get waiting(): number {
    return [...this.#waiting.values()].reduce((sum, each) => sum + each.length, 0);
  }

  /** Runs the work when it is the team's turn; `full` when there is no place left to wait. */
  async take<T>(team: string, work: (breather: Breather) => Promise<T>): Promise<T | 'full'> {
    if (this.#busy) {
      const waiting = this.#waiting.get(team) ?? [];
      if (waiting.length >= this.#places) return 'full';
      this.#waiting.set(team, waiting);
      // Whoever leaves hands its turn over.
      await new Promise<void>((resolve) => waiting.push(resolve));
    }
    this.#busy = true;
    try {
      return await work(new Breather());
    } finally {
      setImmediate(() => this.#handOver());
    }
  }

  #handOver(): void {
    for (const [team, waiting] of this.#waiting) {
      const next = waiting.shift();
      this.#waiting.delete(team);
      // At the end of the row, behind all other teams.
      if (waiting.length > 0) this.#waiting.set(team, waiting);
      if (next !== undefined) {
        next();
        return;
      }
    }
    this.#busy = false;
  }
}

/** Gives the event loop back when a piece of work has held it for long enough: to be called after each small part. */
export class Breather {
  #since = performance.now();

  async pause(): Promise<void> {
    if (performance.now() - this.#since < SLICE_MS) return;
    await new Promise<void>((resolve) => setImmediate(resolve));
    this.#since = performance.now();
  }
}

const SLICE_MS = 8;
