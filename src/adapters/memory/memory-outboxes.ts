import type { Outboxes } from '../../ports/outbox.js';
import { MemoryLamportStore } from './memory-lamport-store.js';
import { MemoryOutbox } from './memory-outbox.js';

/** The outboxes of a state root that lives in memory, all on one clock. */
export class MemoryOutboxes implements Outboxes {
  readonly #clock: MemoryLamportStore;
  readonly #outboxes = new Map<string | undefined, MemoryOutbox>();

  constructor(clock = new MemoryLamportStore()) {
    this.#clock = clock;
  }

  async list(): Promise<readonly (string | undefined)[]> {
    const used = [...this.#outboxes].filter(([, outbox]) => !outbox.isUntouched());
    return used.map(([project]) => project);
  }

  open(project: string | undefined): MemoryOutbox {
    const existing = this.#outboxes.get(project);
    if (existing !== undefined) return existing;
    const outbox = new MemoryOutbox(project, this.#clock);
    this.#outboxes.set(project, outbox);
    return outbox;
  }
}
