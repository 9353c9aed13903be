import type { OrchestrationStore, OrchestratorPlace } from '../../ports/agents.js';
import type { Timer } from '../../ports/host.js';
import type { OrchestrationProgress } from './orchestration-progress.js';

/** Whatever can stop a run: the signal of its caller, somebody's request to give it up, its own breakage. */
export class StopRequests {
  readonly #store: Pick<OrchestrationStore, 'isAskedToStop'>;
  readonly #timer: Timer;
  readonly #place: OrchestratorPlace;
  readonly #tell: (progress: OrchestrationProgress) => void;
  #cause: 'interrupted' | 'aborted' | 'failed' | undefined;

  constructor(
    store: Pick<OrchestrationStore, 'isAskedToStop'>,
    timer: Timer,
    place: OrchestratorPlace,
    tell: (progress: OrchestrationProgress) => void,
  ) {
    this.#store = store;
    this.#timer = timer;
    this.#place = place;
    this.#tell = tell;
  }

  /** What stopped the run first; `undefined` when it came to its end by itself. */
  get cause(): 'interrupted' | 'aborted' | 'failed' | undefined {
    return this.#cause;
  }

  /** Runs `work` with a signal that aborts as soon as anything stops it. */
  async during(
    signal: AbortSignal | undefined,
    work: (stopped: AbortSignal, broken: () => void) => Promise<void>,
  ): Promise<void> {
    const stopped = new AbortController();
    const over = new AbortController();
    const stop = (cause: 'interrupted' | 'aborted' | 'failed'): void => {
      if (this.#cause !== undefined) return;
      this.#cause = cause;
      this.#tell({ what: 'stopping', because: cause });
      stopped.abort();
    };
    const interrupt = (): void => stop('interrupted');
    if (signal?.aborted === true) interrupt();
    signal?.addEventListener('abort', interrupt, { once: true });
    const asking = this.#watch(over.signal, () => stop('aborted'));
    try {
      await work(stopped.signal, () => stop('failed'));
    } finally {
      over.abort();
      signal?.removeEventListener('abort', interrupt);
      await asking;
    }
  }

  async #watch(over: AbortSignal, asked: () => void): Promise<void> {
    while (!over.aborted) {
      await this.#timer.sleep(POLL_MS, over);
      if (!over.aborted && (await this.#store.isAskedToStop(this.#place))) return asked();
    }
  }
}

const POLL_MS = 300;
