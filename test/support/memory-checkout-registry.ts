import type { CheckoutMemory, CheckoutRegistry, SharingPreference } from '../../src/ports/events.js';

/** Checkouts and what was said about sharing, in memory. */
export class MemoryCheckoutRegistry implements CheckoutRegistry {
  readonly #memories = new Map<string, CheckoutMemory>();
  readonly #preferences = new Map<string, SharingPreference>();

  async recall(path: string): Promise<CheckoutMemory | undefined> {
    return this.#memories.get(path);
  }

  async remember(memory: CheckoutMemory): Promise<void> {
    this.#memories.set(memory.path, { ...memory });
  }

  async list(): Promise<readonly CheckoutMemory[]> {
    return [...this.#memories.values()];
  }

  async forget(path: string): Promise<void> {
    this.#memories.delete(path);
  }

  async preference(projectUuid: string): Promise<SharingPreference | undefined> {
    return this.#preferences.get(projectUuid);
  }

  async setPreference(projectUuid: string, preference: SharingPreference): Promise<void> {
    this.#preferences.set(projectUuid, preference);
  }
}
