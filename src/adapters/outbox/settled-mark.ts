import { readFileSync } from 'node:fs';
import { writeFileAtomic } from '../fs/atomic-write.js';
import { parseLine, sealLine } from '../fs/sealed-log.js';
import type { JournalTail } from './journal-writer.js';

/** How much of a journal waits, readable without the ledger. Written after the ledger; only ever an estimate. */
export interface SettledMark {
  readonly journal: string;
  readonly hub: string;
  readonly team: string;
  readonly through: number;
  /** Records beyond `through` that do not wait, less those up to it that do. */
  readonly beyond: number;
  /** Newest record that the ledger speaks of. */
  readonly newest: number;
}

export const writeSettledMark = (path: string, mark: SettledMark): Promise<void> =>
  writeFileAtomic(path, sealLine(JSON.stringify(mark)), { mode: 0o600, durable: false });

export const readSettledMark = (path: string): SettledMark | undefined => {
  try {
    return parseLine(readFileSync(path)) as unknown as SettledMark | undefined;
  } catch {
    // Without a mark everything seems to wait, and the ledger is asked before anything is refused.
    return undefined;
  }
};

/**
 * The number that the next record gets. A journal that ends before what was already settled lost its last records:
 * their numbers are never used again, since the ledger would take the events under them for settled.
 */
export const nextNumber = (tail: JournalTail, mark: SettledMark | undefined): number =>
  mark?.journal === tail.journal ? Math.max(tail.next, mark.newest + 1) : tail.next;

/** How many records up to `last` seem to wait: all of them where the mark says nothing of this journal. */
export const estimateWaiting = (journal: string, last: number, mark: SettledMark | undefined): number =>
  mark?.journal === journal ? last - mark.through - mark.beyond : last;
