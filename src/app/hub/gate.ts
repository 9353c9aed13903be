/** Lets only so many pieces of work run at once and so many wait; the rest are told to come back. */
export class Gate {
  readonly #open: number;
  readonly #places: number;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(open: number, places: number) {
    this.#open = open;
    this.#places = places;
  }

  /** Runs the work when it is its turn; `full` when there is no place left to wait. */
  async pass<T>(work: () => Promise<T>): Promise<T | 'full'> {
    if (this.#running >= this.#open) {
      if (this.#waiting.length >= this.#places) return 'full';
      // Whoever leaves hands its place over, so the count stays as it is.
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    } else {
      this.#running++;
    }
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#running--;
      else next();
    }
  }
}
