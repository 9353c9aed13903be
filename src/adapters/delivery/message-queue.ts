/** What a queue tells its source, so that memory stays bounded when the reader is slow. */
export interface QueueFlow {
  /** Called when `highWater` values wait. */
  readonly onFull?: () => void;
  /** Called when the reader has taken half of them. */
  readonly onDrained?: () => void;
  readonly highWater?: number;
}

/** Values from one source to one reader, in order; after `end` the reader gets what still waits, then its end. */
export class MessageQueue<T> {
  readonly #flow: QueueFlow;
  readonly #highWater: number;
  #waiting: T[] = [];
  #taken = 0;
  #full = false;
  #ended = false;
  #wake: (() => void) | undefined;

  constructor(flow: QueueFlow = {}) {
    this.#flow = flow;
    this.#highWater = flow.highWater ?? 1024;
  }

  push(value: T): void {
    if (this.#ended) return;
    this.#waiting.push(value);
    if (!this.#full && this.#waiting.length - this.#taken >= this.#highWater) {
      this.#full = true;
      this.#flow.onFull?.();
    }
    this.#wakeReader();
  }

  end(): void {
    this.#ended = true;
    this.#wakeReader();
  }

  async *read(): AsyncGenerator<T, void, undefined> {
    for (;;) {
      while (this.#taken < this.#waiting.length) yield this.#take();
      if (this.#ended) return;
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  #take(): T {
    const value = this.#waiting[this.#taken++] as T;
    if (this.#taken === this.#waiting.length) {
      this.#waiting = [];
      this.#taken = 0;
    }
    if (this.#full && this.#waiting.length - this.#taken <= this.#highWater / 2) {
      this.#full = false;
      this.#flow.onDrained?.();
    }
    return value;
  }

  #wakeReader(): void {
    this.#wake?.();
    this.#wake = undefined;
  }
}
