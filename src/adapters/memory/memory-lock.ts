import { SyncError } from '../../domain/errors.js';

/** A repository's lock among the callers of one process. */
export class MemoryLock {
  #isHeld = false;

  /** Waits for its turn, at most about 5 s. */
  async exclusive<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    for (let turn = 0; this.#isHeld && turn < PATIENCE_MS; turn++) {
      if (signal?.aborted === true) {
        throw new SyncError('interrupted', 'Interrupted while waiting for the repository.');
      }
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    const done = await this.tryExclusive(work);
    if (done !== 'busy') return done.value;
    throw new SyncError('lock-busy', 'Another command is at work in this repository.', {
      hint: 'Nothing has changed. Wait until it has ended and run the command again.',
    });
  }

  async tryExclusive<T>(work: () => Promise<T>): Promise<{ readonly ran: true; readonly value: T } | 'busy'> {
    if (this.#isHeld) return 'busy';
    this.#isHeld = true;
    try {
      return { ran: true, value: await work() };
    } finally {
      this.#isHeld = false;
    }
  }
}

const PATIENCE_MS = 5_000;
