import type { StateFiles, StateFilesReading } from '../../ports/outbox.js';

/** A state root that a test describes. */
export class MemoryStateFiles implements StateFiles {
  /** What is found; a test changes it as it likes. */
  found: StateFilesReading = {
    root: '/state',
    exists: true,
    loose: [],
    stale: [],
    inaccessible: [],
    busyLocks: [],
  };
  /** Directories outside that are gone for good. */
  readonly gone = new Set<string>();

  async read(): Promise<StateFilesReading> {
    return this.found;
  }

  async secure(paths: readonly string[]): Promise<number> {
    const secured = this.found.loose.filter((path) => paths.includes(path));
    this.found = { ...this.found, loose: this.found.loose.filter((path) => !paths.includes(path)) };
    return secured.length;
  }

  async remove(paths: readonly string[]): Promise<number> {
    const removed = this.found.stale.filter((path) => paths.includes(path));
    this.found = { ...this.found, stale: this.found.stale.filter((path) => !paths.includes(path)) };
    return removed.length;
  }

  async isGone(directory: string): Promise<boolean> {
    return this.gone.has(directory);
  }
}
