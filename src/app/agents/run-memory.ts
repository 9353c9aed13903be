import type { OrchestrationState, WorkPackageRecord } from '../../domain/agents/state.js';

type Pause = NonNullable<WorkPackageRecord['pause']>;

/**
 * The state of a run in this process, and its way to the disk. Changes that are made while a write is under way go
 * together into the next one.
 */
export class RunMemory {
  readonly #store: (state: OrchestrationState) => Promise<void>;
  readonly #onPause: (id: string, pause: Pause) => void;
  #state: OrchestrationState;
  #written: OrchestrationState | undefined;
  #writing: Promise<void> = Promise.resolve();
  #next: Promise<void> | undefined;
  #isBroken = false;

  /** @param onPause hears of each work package that a person has to look at from then on */
  constructor(
    state: OrchestrationState,
    store: (state: OrchestrationState) => Promise<void>,
    onPause: (id: string, pause: Pause) => void,
  ) {
    this.#state = state;
    this.#store = store;
    this.#onPause = onPause;
  }

  get state(): OrchestrationState {
    return this.#state;
  }

  set state(state: OrchestrationState) {
    const before = new Set(this.#state.workPackages.flatMap(({ id, pause }) => (pause ? [id] : [])));
    this.#state = state;
    for (const { id, pause } of state.workPackages)
      if (pause !== undefined && !before.has(id)) this.#onPause(id, pause);
  }

  /** Whether it could not be written: then no work may go on. */
  get isBroken(): boolean {
    return this.#isBroken;
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
    try {
      await this.#store(state);
    } catch (error) {
      this.#isBroken = true;
      throw error;
    }
    this.#written = state;
  }
}
