import type { JournalRecord } from '../../ports/outbox.js';
import { beginsSealed, lineWithoutNewline, splitJoined, splitLines } from '../fs/sealed-log.js';
import {
  type SegmentHeader,
  type StoredRecord,
  damagedRecord,
  decodeHeader,
  decodeRecord,
} from './record-format.js';

export interface SegmentScan {
  readonly header: SegmentHeader | undefined;
  /** A record whose line cannot be read keeps its number. */
  readonly records: readonly JournalRecord[];
  /** The number of the first record, or of the one that will be. */
  readonly first: number;
  /** The number after the last record. */
  readonly next: number;
  /** At least the highest Lamport clock of the segment. */
  readonly clock: number;
  /** Length of the file up to and including the last newline. */
  readonly completeBytes: number;
  /** What follows the last newline: an append in progress, or the torn tail of one. */
  readonly rest: Buffer;
}

/**
 * Reads a whole segment. `expectedFirst` is the number of its first record where the header cannot tell; where nobody
 * can, the first readable record does. A line that cannot be read stands for one record, unless the number of the next
 * readable line says that it stood for more or fewer.
 */
export const scanSegment = (bytes: Buffer, expectedFirst?: number): SegmentScan => {
  const { lines, rest } = splitLines(bytes);
  const parts = lines.flatMap(partsOf);
  const [opening] = parts;
  const header = opening === undefined ? undefined : decodeHeader(opening.line);
  // The first line is the header, readable or not; unless that is gone and a record comes first.
  const body = opening?.stored === undefined ? parts.slice(1) : parts;
  const first = header?.first ?? expectedFirst ?? guessFirst(body);
  const records: JournalRecord[] = [];
  let next = first;
  let clock = header?.clock ?? 0;
  let unreadable = 0;
  const loseUpTo = (end: number): void => {
    // Each lost event had its own tick, so the clock was at least this far.
    clock += end - next;
    for (; next < end; next++) records.push(damagedRecord(next));
  };
  for (const { line, stored } of body) {
    if (stored === undefined || stored.record - next > MAX_GAP) {
      // The second half of a line that damage cut in two does not begin as a line does.
      if (unreadable === 0 || beginsSealed(line)) unreadable += 1;
    } else if (stored.record >= next) {
      const { clock: after, ...record } = stored;
      loseUpTo(record.record);
      records.push(record);
      next += 1;
      unreadable = 0;
      clock = Math.max(clock, after);
    }
  }
  loseUpTo(next + unreadable);
  // A whole record that only lost its newline will be kept, and its timestamp with it.
  const last = lineWithoutNewline(rest);
  clock = Math.max(clock, (last === undefined ? undefined : decodeRecord(last))?.clock ?? 0);
  return { header, records, first, next, clock, completeBytes: bytes.length - rest.length, rest };
};

// No journal loses this many records and goes on; a number beyond it is as good as damage, and costs no memory.
const MAX_GAP = 1_000_000;

interface Part {
  readonly line: Buffer;
  /** The record that it is, if it can be read. */
  readonly stored: StoredRecord | undefined;
}

/** Nearly every line is one whole record: only another one is looked at for two that damage joined. */
const partsOf = (line: Buffer): readonly Part[] => {
  const stored = decodeRecord(line);
  if (stored !== undefined) return [{ line, stored }];
  return splitJoined(line).map((part) => ({ line: part, stored: decodeRecord(part) }));
};

const guessFirst = (body: readonly Part[]): number => {
  const before = body.findIndex(({ stored }) => stored !== undefined);
  return Math.max(1, (body[before]?.stored?.record ?? 1) - Math.max(0, before));
};
