import { SyncError } from '../../domain/errors.js';
import type { LamportReading, LamportStore } from '../../ports/clock.js';
import type { LamportFile } from '../fs/lamport-file.js';
import { lockFile } from '../fs/process-lock.js';

/** The Lamport clock of the state root, guarded by the same lock as every capture. */
export class JsonLamportStore implements LamportStore {
  readonly #file: LamportFile;
  readonly #lockPath: string;

  constructor(file: LamportFile, lockPath: string) {
    this.#file = file;
    this.#lockPath = lockPath;
  }

  async read(): Promise<LamportReading> {
    const present = this.#file.load();
    // Storing the rebuilt value is what makes the reason be said once.
    return present.rebuilt === undefined ? present : this.#locked((value) => value);
  }

  async update(decide: (value: number) => number): Promise<LamportReading> {
    return this.#locked(decide);
  }

  async #locked(decide: (value: number) => number): Promise<LamportReading> {
    const lock = await lockFile(this.#lockPath, LOCK_WAIT_MS);
    if (lock === undefined) {
      throw new SyncError('lock-busy', 'Another process holds the clock.', {
        hint: 'Try again; `spec-kitty sync doctor` shows who holds the lock.',
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

const LOCK_WAIT_MS = 5000;
