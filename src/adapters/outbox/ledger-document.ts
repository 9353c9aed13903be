import { readFileSync } from 'node:fs';
import { LowSync, type SyncAdapter } from 'lowdb';
import type { HubLedger } from '../../domain/outbox/ledger.js';
import { writeFileAtomicSync } from '../fs/atomic-write.js';
import { parseLine, sealLine } from '../fs/sealed-log.js';

/** The ledgers of one outbox, one for each hub and team, and the journal that they speak of. */
export interface LedgerDocument {
  readonly journal: string;
  readonly hubs: readonly HubLedger[];
}

/** What stands in the file; a missing, damaged or foreign one is as good as none. */
export const readLedger = (path: string, journal: string): LedgerDocument => {
  const database = open(path, journal);
  database.read();
  return database.data.journal === journal ? database.data : emptyLedger(journal);
};

/** One atomic, durable write of all ledgers. */
export const writeLedger = (path: string, document: LedgerDocument): void => {
  const database = open(path, document.journal);
  database.data = document;
  database.write();
};

const open = (path: string, journal: string): LowSync<LedgerDocument> =>
  new LowSync(new SealedFile(path), emptyLedger(journal));

const emptyLedger = (journal: string): LedgerDocument => ({ journal, hubs: [] });

/**
 * lowdb's own file adapter renames a temporary file of a fixed name without syncing it; this one is durable, unique
 * and notices damage.
 */
class SealedFile implements SyncAdapter<LedgerDocument> {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  read(): LedgerDocument | null {
    try {
      const document = parseLine(readFileSync(this.#path)) as unknown as LedgerDocument | undefined;
      return document === undefined || !Array.isArray(document.hubs) ? null : document;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw error;
    }
  }

  write(document: LedgerDocument): void {
    writeFileAtomicSync(this.#path, sealLine(JSON.stringify(document)), { mode: 0o600 });
  }
}
