import { splitLines } from '../fs/sealed-line.js';
import { decodeHeader, decodeRecord, type SegmentHeader, type StoredRecord } from './record-format.js';

/** A record whose line cannot be read keeps its number. */
export interface DamagedRecord {
  readonly record: number;
  readonly damaged: true;
}

export interface SegmentScan {
  readonly header: SegmentHeader | undefined;
  readonly records: readonly (StoredRecord | DamagedRecord)[];
  /** The number after the last record. */
  readonly next: number;
  /** Highest Lamport clock seen. */
  readonly clock: number;
  /** Length of the file up to and including the last newline. */
  readonly completeBytes: number;
  /** What follows the last newline: an append in progress, or the torn tail of one. */
  readonly rest: Buffer;
}

/**
 * Reads a whole segment. `expectedFirst` is the number of its first record where the header cannot tell; where nobody
 * can, the first readable record does. A line that cannot be read stands for one record, unless the number of the next
 * readable line says that it stood for more.
 */
export const scanSegment = (bytes: Buffer, expectedFirst?: number): SegmentScan => {
  const { lines, rest } = splitLines(bytes);
  const header = lines[0] === undefined ? undefined : decodeHeader(lines[0]);
  const records: (StoredRecord | DamagedRecord)[] = [];
  let next = header?.first ?? expectedFirst ?? guessFirst(lines);
  let clock = header?.clock ?? 0;
  let unreadable = 0;
  for (const line of lines.slice(1)) {
    const stored = decodeRecord(line);
    if (stored === undefined || stored.record < next) {
      unreadable += 1;
      continue;
    }
    for (; next < stored.record; next++) records.push({ record: next, damaged: true });
    records.push(stored);
    next += 1;
    unreadable = 0;
    clock = Math.max(clock, stored.clock);
  }
  for (; unreadable > 0; unreadable--, next++) records.push({ record: next, damaged: true });
  return { header, records, next, clock, completeBytes: bytes.length - rest.length, rest };
};

const guessFirst = (lines: readonly Buffer[]): number => {
  for (const [index, line] of lines.entries()) {
    const record = decodeRecord(line)?.record;
    if (record !== undefined) return Math.max(1, record - Math.max(0, index - 1));
  }
  return 1;
};
