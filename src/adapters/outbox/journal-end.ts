import { closeSync, existsSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs';
import { writeFileAtomic } from '../fs/atomic-write.js';
import { parseLine, sealLine } from '../fs/sealed-log.js';
import { unlessAbsent } from '../fs/storage-failure.js';
import type { OutboxPaths } from './outbox-paths.js';
import { decodeHeader, decodeRecord, type SegmentHeader } from './record-format.js';

/** Where a journal ends, and how much of it waits. */
export interface JournalEnd {
  readonly journal: string;
  /** First record number of the open segment. */
  readonly segmentFirst: number;
  /** Number that the next record gets. */
  readonly next: number;
  /** Lamport clock after the last record, else when the segment was begun. */
  readonly clock: number;
  /** How many records seem to wait: only ever an estimate. */
  readonly waiting: number;
}

/** The end as anybody may read it, without the lock; `undefined` when the journal is missing or not in order. */
export const currentEnd = (paths: OutboxPaths): JournalEnd | undefined => {
  const tail = currentTail(paths.current);
  return tail === undefined ? undefined : endOf(tail, readSettledMark(paths.settled));
};

/**
 * What tail and mark say together. A journal that ends before what was already settled lost its last records: their
 * numbers are never used again, since the ledger would take the events under them for settled. Where the mark says
 * nothing of this journal, all of it seems to wait, and the ledger is asked before anything is refused.
 */
export const endOf = (tail: JournalTail, mark: SettledMark | undefined): JournalEnd => {
  if (mark?.journal !== tail.journal) return { ...tail, waiting: tail.next - 1 };
  const next = Math.max(tail.next, mark.newest + 1);
  return { ...tail, next, waiting: next - 1 - mark.through - mark.beyond };
};

/** How much of a journal waits, readable without the ledger. Written after the ledger. */
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

/** The mark; `undefined` where there is none that can be read. */
export const readSettledMark = (path: string): SettledMark | undefined => {
  try {
    // Whoever is not signed in has none, and an error is dear to make.
    if (!existsSync(path)) return undefined;
    return parseLine(readFileSync(path)) as unknown as SettledMark | undefined;
  } catch {
    return undefined;
  }
};

/** What the files of the journal alone say about its end. */
export type JournalTail = Omit<JournalEnd, 'waiting'>;

/** The tail of a segment file, read without the lock; `undefined` when it is missing or not in order. */
export const currentTail = (path: string): JournalTail | undefined => {
  const segment = openSegment(path, 'r');
  if (segment === undefined) return undefined;
  try {
    return readTail(segment, segment.size);
  } finally {
    closeSync(segment.descriptor);
  }
};

/** A segment file that is open. Its first line never changes; whether it still is the open segment, its inode tells. */
export interface OpenSegment {
  readonly descriptor: number;
  readonly inode: bigint;
  /** When it was opened. */
  readonly size: number;
  /** Absent when it is damaged. */
  readonly header: SegmentHeader | undefined;
  readonly headerEnd: number;
}

/** Opens a segment, and `undefined` only for one that is certainly not there: another failure is thrown. */
export const openSegment = (path: string, flags: string | number): OpenSegment | undefined => {
  const descriptor = unlessAbsent(() => openSync(path, flags), undefined);
  if (descriptor === undefined) return undefined;
  try {
    const { ino: inode, size } = fstatSync(descriptor, { bigint: true });
    const head = readAt(descriptor, 0, HEADER_BYTES);
    const headerEnd = head.indexOf(NEWLINE);
    const header = headerEnd === -1 ? undefined : decodeHeader(head.subarray(0, headerEnd));
    return { descriptor, inode, size: Number(size), header, headerEnd };
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
};

/** The tail from the last bytes alone, whatever the length of the segment; `undefined` when they are not in order. */
export const readTail = (
  { descriptor, header, headerEnd }: OpenSegment,
  size: number,
): JournalTail | undefined => {
  if (header === undefined) return undefined;
  const { journal, first: segmentFirst, clock } = header;
  if (size === headerEnd + 1) return { journal, segmentFirst, next: segmentFirst, clock };
  for (const length of [QUICK_TAIL_BYTES, TAIL_BYTES]) {
    const start = Math.max(headerEnd, size - length);
    const bytes = readAt(descriptor, start, size - start);
    if (bytes.at(-1) !== NEWLINE) return undefined;
    const before = bytes.lastIndexOf(NEWLINE, -2);
    if (before === -1) continue;
    const record = decodeRecord(bytes.subarray(before + 1, -1));
    return record && { journal, segmentFirst, next: record.record + 1, clock: record.clock };
  }
  return undefined;
};

const NEWLINE = 0x0a;
const HEADER_BYTES = 256;
const QUICK_TAIL_BYTES = 4 * 1024;
// One record is at most 64 KiB of event with a short head, so the newline before the last one is always in it.
const TAIL_BYTES = 160 * 1024;

/** The bytes from `start` on, fewer where the file ends. */
export const readAt = (descriptor: number, start: number, length: number): Buffer => {
  const bytes = Buffer.allocUnsafe(length);
  let filled = 0;
  while (filled < length) {
    const read = readSync(descriptor, bytes, filled, length - filled, start + filled);
    if (read === 0) break;
    filled += read;
  }
  return bytes.subarray(0, filled);
};
