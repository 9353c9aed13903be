import { readFileSync } from 'node:fs';
import { writeFileAtomic } from '../fs/atomic-write.js';
import { parseLine, sealLine } from '../fs/sealed-line.js';

/** How much of a journal waits, readable without the ledger. Written after the ledger; only ever an estimate. */
export interface SettledMark {
  readonly journal: string;
  readonly hub: string;
  readonly team: string;
  readonly through: number;
  /** Records beyond `through` that do not wait, less those up to it that do. */
  readonly beyond: number;
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
