import type { OrchestrationState } from '../../domain/agents/state.js';

/**
 * The state of a run in this process, and its way to the disk. Changes that are made while a write is under way go
 * together into the next one.
 */
export class RunMemory {
  readonly #store: (state: OrchestrationState) => Promise<void>;
  #state: OrchestrationState;
  #written: OrchestrationState | undefined;
  #writing: Promise<void> = Promise.resolve();
  #next: Promise<void> | undefined;

  constructor(state: OrchestrationState, store: (state: OrchestrationState) => Promise<void>) {
    this.#state = state;
    this.#store = store;
  }

  get state(): OrchestrationState {
    return this.#state;
  }

  set state(state: OrchestrationState) {
    this.#state = state;
  }

  /** Resolves when the present state, or a later one, is durable; at once when it is already. Fails as the store does. */
  save(): Promise<void> {
    this.#next ??= this.#writing
      .catch(() => undefined)
      .then(() => {
        this.#next = undefined;
        return (this.#writing = this.#write(this.#state));
      });
    return this.#next;
  }

  async #write(state: OrchestrationState): Promise<void> {
    if (state === this.#written) return;
    await this.#store(state);
    this.#written = state;
  }
}
