import { idsFrom } from './journal-ids.js';
import type { JournalTail } from './journal-tail.js';
import type { OutboxPaths } from './outbox-paths.js';

/** Ids of the events of a journal, kept up to date by looking at what came since the last look. */
export class KnownIds {
  readonly #paths: OutboxPaths;
  #journal: string | undefined;
  #from = 0;
  #ids = new Set<string>();

  constructor(paths: OutboxPaths) {
    this.#paths = paths;
  }

  /** `tail`: where the journal ends, read before this look. Another journal has other events. */
  look({ journal, next }: Pick<JournalTail, 'journal' | 'next'>): void {
    if (journal !== this.#journal) {
      this.#ids = new Set();
      this.#from = 0;
      this.#journal = journal;
    }
    for (const id of idsFrom(this.#paths, this.#from)) this.#ids.add(id);
    this.#from = next;
  }

  has(eventId: string): boolean {
    return this.#ids.has(eventId);
  }
}
