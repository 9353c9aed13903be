import type { EmittedIn } from '../outbox/event-emitter.js';

/**
 * What sees to delivery in a process that emits. It starts with the first emitted event that may be delivered, never for a
 * process that emits nothing, never makes an emission wait and never makes it fail.
 */
export class SyncRuntime {
  readonly #deliver: (over: AbortSignal) => Promise<void>;
  readonly #over = new AbortController();
  #delivering: Promise<void> | undefined;

  /** `deliver` has the background process started, or is it until the signal aborts. */
  constructor(deliver: (over: AbortSignal) => Promise<void>) {
    this.#deliver = deliver;
  }

  emitted({ autoStart, isDeliverable }: EmittedIn): void {
    if (autoStart && isDeliverable)
      this.#delivering ??= this.#deliver(this.#over.signal).catch(() => undefined);
  }

  /** Resolves after a last bounded flush, where this process delivers; safe to repeat, and when nothing was started. */
  async stop(): Promise<void> {
    this.#over.abort();
    await this.#delivering;
  }
}
