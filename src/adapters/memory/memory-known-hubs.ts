import type { KnownHub } from '../../domain/delivery/known-hubs.js';
import type { KnownHubs } from '../../ports/delivery.js';

/** Which hub is where, in memory. */
export class MemoryKnownHubs implements KnownHubs {
  #known: readonly KnownHub[] = [];

  list(): Promise<readonly KnownHub[]> {
    return Promise.resolve(this.#known);
  }

  update(change: (known: readonly KnownHub[]) => readonly KnownHub[]): Promise<readonly KnownHub[]> {
    this.#known = change(this.#known);
    return Promise.resolve(this.#known);
  }
}
