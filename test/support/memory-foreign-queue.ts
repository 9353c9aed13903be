import { SyncError } from '../../src/domain/errors.js';
import type { ForeignQueue, QueuedRow } from '../../src/ports/outbox.js';

/** Queues of older clients that live in memory, by file name. */
export class MemoryForeignQueue implements ForeignQueue {
  readonly #files: ReadonlyMap<string, readonly QueuedRow[]>;

  constructor(files: ReadonlyMap<string, readonly QueuedRow[]>) {
    this.#files = files;
  }

  async files(place: string): Promise<readonly string[]> {
    return [...this.#files.keys()].filter((file) => file === place || file.startsWith(`${place}/`));
  }

  async rows(file: string): Promise<readonly QueuedRow[]> {
    const rows = this.#files.get(file);
    if (rows === undefined) throw new SyncError('input-invalid', `${file} does not exist.`);
    return rows;
  }
}
