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
    return this.#file.load();
  }

  async update(decide: (value: number) => number): Promise<LamportReading> {
    const lock = await lockFile(this.#lockPath, LOCK_WAIT_MS);
    if (lock === undefined) {
      throw new SyncError('lock-busy', 'Another process holds the clock.', {
        hint: 'Try again; `spec-kitty sync doctor` shows who holds the lock.',
      });
    }
    try {
      const present = this.#file.load();
      const value = decide(present.value);
      if (value <= present.value) return present;
      this.#file.store(value, present.nodeId);
      return { ...present, value };
    } finally {
      lock.release();
    }
  }
}

const LOCK_WAIT_MS = 5000;
