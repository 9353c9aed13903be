import { SyncError } from '../../domain/errors.js';
import type { LamportReading, LamportStore } from '../../ports/events.js';
import type { LamportFile } from './lamport-file.js';
import { lockFile } from '../fs/process-lock.js';
import { onStorage } from '../fs/storage-failure.js';

/** The Lamport clock of the state root, guarded by the same lock as every capture. */
export class JsonLamportStore implements LamportStore {
  readonly #file: LamportFile;
  readonly #lockPath: string;
  readonly #waitMs: number;

  constructor(file: LamportFile, lockPath: string, waitMs = 5000) {
    this.#file = file;
    this.#lockPath = lockPath;
    this.#waitMs = waitMs;
  }

  async read(): Promise<LamportReading> {
    const present = await onStorage(this.#file.path, () => this.#file.load());
    // Storing the rebuilt value is what makes the reason be said once.
    return present.rebuilt === undefined ? present : this.update((value) => value);
  }

  update(decide: (value: number) => number): Promise<LamportReading> {
    return onStorage(this.#file.path, () => this.#updateUnderLock(decide));
  }

  async #updateUnderLock(decide: (value: number) => number): Promise<LamportReading> {
    const lock = await lockFile(this.#lockPath, this.#waitMs);
    if (lock === undefined) {
      throw new SyncError('lock-busy', 'Another process holds the clock.', {
        hint: 'Try again; a command that hangs may hold the lock.',
      });
    }
    try {
      const present = this.#file.load();
      const value = Math.max(present.value, decide(present.value));
      if (value > present.value || present.rebuilt !== undefined) this.#file.store(value, present.nodeId);
      return { ...present, value };
    } finally {
      lock.release();
    }
  }
}
