import type { LamportReading, LamportStore } from '../../ports/events.js';

/** A Lamport clock that lives as long as this object. */
export class MemoryLamportStore implements LamportStore {
  readonly #nodeId: string;
  #value: number;

  constructor(nodeId = '00000000000a', value = 0) {
    this.#nodeId = nodeId;
    this.#value = value;
  }

  async read(): Promise<LamportReading> {
    return this.now();
  }

  async update(decide: (value: number) => number): Promise<LamportReading> {
    return this.advance(decide);
  }

  /** The same step without a promise, for the memory outbox, which seals inside one turn. */
  advance(decide: (value: number) => number): LamportReading {
    this.#value = Math.max(this.#value, decide(this.#value));
    return this.now();
  }

  now(): LamportReading {
    return { value: this.#value, nodeId: this.#nodeId };
  }
}
