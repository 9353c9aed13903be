import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { splitLines } from '../fs/sealed-line.js';
import { decodeHeader, decodeRecord } from './record-format.js';

/** Where a journal ends. */
export interface JournalTail {
  readonly journal: string;
  /** First record number of the open segment. */
  readonly segmentFirst: number;
  /** Number that the next record gets. */
  readonly next: number;
  /** Lamport clock after the last record, else when the segment was begun. */
  readonly clock: number;
}

/** The tail from the last bytes alone, whatever the length of the segment; `undefined` when they are not in order. */
export const readTail = (descriptor: number, size: number): JournalTail | undefined => {
  const head = readAt(descriptor, 0, Math.min(size, HEADER_BYTES));
  const headerEnd = head.indexOf(0x0a);
  const header = headerEnd === -1 ? undefined : decodeHeader(head.subarray(0, headerEnd));
  if (header === undefined) return undefined;
  const { journal, first: segmentFirst, clock } = header;
  if (size === headerEnd + 1) return { journal, segmentFirst, next: segmentFirst, clock };
  for (const length of [QUICK_TAIL_BYTES, TAIL_BYTES]) {
    const start = Math.max(headerEnd + 1, size - length);
    const { lines, rest } = splitLines(readAt(descriptor, start, size - start));
    const last = lines.at(-1);
    if (rest.length > 0) return undefined;
    const record = last === undefined ? undefined : decodeRecord(last);
    if (record !== undefined) return { journal, segmentFirst, next: record.record + 1, clock: record.clock };
    if (lines.length > 1) return undefined;
  }
  return undefined;
};

/** The tail of a segment file as anybody may read it, without the lock; `undefined` when it is missing or not in order. */
export const currentTail = (path: string): JournalTail | undefined => {
  let descriptor: number;
  try {
    descriptor = openSync(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    return readTail(descriptor, fstatSync(descriptor).size);
  } finally {
    closeSync(descriptor);
  }
};

/** The bytes from `start` on, fewer where the file ends. */
export const readAt = (descriptor: number, start: number, length: number): Buffer => {
  const bytes = Buffer.alloc(length);
  let filled = 0;
  while (filled < length) {
    const read = readSync(descriptor, bytes, filled, length - filled, start + filled);
    if (read === 0) break;
    filled += read;
  }
  return bytes.subarray(0, filled);
};

const HEADER_BYTES = 256;
const QUICK_TAIL_BYTES = 4 * 1024;
// One record is at most 64 KiB of event with a short head, so two records always fit.
const TAIL_BYTES = 160 * 1024;
