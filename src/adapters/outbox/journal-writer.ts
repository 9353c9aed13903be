import {
  closeSync,
  constants,
  fdatasyncSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
} from 'node:fs';
import { join } from 'node:path';
import { syncDirectory, writeFileAtomicSync, writeFully } from '../fs/atomic-write.js';
import { lineWithoutNewline, splitLines, appendToLog } from '../fs/sealed-log.js';
import { makeDirectory, secureEntries } from '../fs/make-directory.js';
import { OUTBOX_DEPTH, type OutboxPaths, segmentFirst, segmentName } from './outbox-paths.js';
import { decodeHeader, decodeRecord, encodeHeader, type SegmentHeader } from './record-format.js';
import { scanSegment, type SegmentScan } from './scan-segment.js';

/**
 * Appends to an outbox's journal. Every method is synchronous and must be called under the capture lock; what was
 * appended is durable once {@link sync} returned, which needs no lock.
 */
export class JournalWriter {
  readonly #paths: OutboxPaths;
  readonly #newJournalId: () => string;
  #descriptor: number | undefined;
  #size = 0;
  /** First record number of the open segment while it has no record. */
  #empty: number | undefined;
  #mayHold = false;

  constructor(paths: OutboxPaths, newJournalId: () => string) {
    this.#paths = paths;
    this.#newJournalId = newJournalId;
  }

  /** Whether something that was appended may be in the journal, confirmed or not. */
  get mayHold(): boolean {
    return this.#mayHold;
  }

  /** Finds the end of the journal, repairing a torn one; makes the journal when there is none. */
  open(clock: number): JournalTail {
    const descriptor = openIfThere(this.#paths.current) ?? this.#begin(clock);
    this.#descriptor = descriptor;
    this.#size = fstatSync(descriptor).size;
    const tail = readTail(descriptor, this.#size) ?? this.#repair(descriptor);
    this.#empty = tail.next === tail.segmentFirst ? tail.segmentFirst : undefined;
    return tail;
  }

  /** Adds whole lines. A write that fails half-way leaves the journal as it was. */
  append(lines: string): void {
    if (this.#empty !== undefined) this.#secure(this.#empty);
    this.#empty = undefined;
    this.#mayHold = true;
    this.#write(lines);
  }

  /** Seals the open segment, durably, and begins the next one, whose first record gets the number `tail.next`. */
  rotate(tail: JournalTail, clock: number): JournalTail {
    this.#seal(this.#open(), tail.segmentFirst);
    return this.#continue({ journal: tail.journal, first: tail.next, clock });
  }

  /** Makes everything that was appended so far durable. */
  sync(): void {
    if (this.#descriptor !== undefined) fdatasyncSync(this.#descriptor);
  }

  close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }

  /**
   * Makes the names durable under which a segment is found, before its first record. Whoever made them may have been
   * killed before it could, and whoever adds a later record only looks at the file.
   */
  #secure(segmentFirst: number): void {
    const { directory, segments } = this.#paths;
    if (segmentFirst > 1) secureEntries(segments, 0);
    secureEntries(directory, segmentFirst > 1 ? 0 : OUTBOX_DEPTH);
  }

  #write(lines: string): void {
    const descriptor = this.#open();
    const bytes = Buffer.from(lines, 'utf8');
    try {
      writeFully(descriptor, bytes);
      this.#size += bytes.length;
    } catch (error) {
      ftruncateSync(descriptor, this.#size);
      this.#mayHold = false;
      throw error;
    }
  }

  #open(): number {
    if (this.#descriptor === undefined) throw new Error('the journal is not open');
    return this.#descriptor;
  }

  /** The first segment of a journal, or the one after a rotation that was cut short. */
  #begin(clock: number): number {
    const { current, directory } = this.#paths;
    makeDirectory(directory);
    const sealed = newestSegment(this.#paths);
    // The name that the sealed segment had must not be taken before the one that it has now is durable.
    if (sealed !== undefined) syncDirectory(this.#paths.segments);
    const journal = sealed?.journal ?? this.#newJournalId();
    const header = { journal, first: sealed?.next ?? 1, clock: Math.max(clock, sealed?.clock ?? 0) };
    writeFileAtomicSync(current, encodeHeader(header), { mode: 0o600 });
    return openSync(current, APPENDING);
  }

  /** The slow path, for a segment whose header or last line is not in order. */
  #repair(descriptor: number): JournalTail {
    const sealed = newestSegment(this.#paths);
    const scan = scanSegment(readAt(descriptor, 0, this.#size), sealed?.next);
    const next = scan.rest.length > 0 && this.#mend(descriptor, scan) ? scan.next + 1 : scan.next;
    if (scan.header !== undefined)
      return { journal: scan.header.journal, segmentFirst: scan.first, next, clock: scan.clock };
    // Nobody could read the end of a segment without a header quickly: it is sealed as it is, and another one goes on.
    // Where no sealed segment says whose it is, the one that goes on is another journal.
    if (next > scan.first) this.#seal(descriptor, scan.first);
    else this.close();
    const journal = sealed?.journal ?? this.#newJournalId();
    return this.#continue({ journal, first: next, clock: Math.max(scan.clock, sealed?.clock ?? 0) });
  }

  /**
   * Puts what follows the last newline in order, and says whether it was a record: a whole one that only lost its
   * newline is kept; anything else was never acknowledged, and is moved aside and counted.
   */
  #mend(descriptor: number, scan: SegmentScan): boolean {
    const line = lineWithoutNewline(scan.rest);
    const isRecord = line !== undefined && decodeRecord(line)?.record === scan.next;
    if (!isRecord)
      appendToLog(this.#paths.torn, [{ at: scan.completeBytes, bytes: scan.rest.toString('base64') }]);
    this.#size = scan.completeBytes + (isRecord ? line.length : 0);
    ftruncateSync(descriptor, this.#size);
    if (isRecord) this.#write('\n');
    return isRecord;
  }

  #seal(descriptor: number, segmentFirst: number): void {
    const { current, segments, directory } = this.#paths;
    fsyncSync(descriptor);
    makeDirectory(segments);
    renameSync(current, join(segments, segmentName(segmentFirst)));
    syncDirectory(segments);
    syncDirectory(directory);
    closeSync(descriptor);
    this.#descriptor = undefined;
  }

  #continue(header: SegmentHeader): JournalTail {
    writeFileAtomicSync(this.#paths.current, encodeHeader(header), { mode: 0o600 });
    return this.open(header.clock);
  }
}

const APPENDING = constants.O_RDWR | constants.O_APPEND;

/** Only a file that is certainly not there may be made: anything else would replace a journal that is. */
const openIfThere = (path: string): number | undefined => {
  try {
    return openSync(path, APPENDING);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
};

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
const readTail = (descriptor: number, size: number): JournalTail | undefined => {
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
const readAt = (descriptor: number, start: number, length: number): Buffer => {
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

/** First record numbers of the sealed segments, ascending. */
export const sealedSegments = (paths: OutboxPaths): readonly number[] => {
  try {
    return readdirSync(paths.segments)
      .map(segmentFirst)
      .filter((first): first is number => first !== undefined)
      .sort((a, b) => a - b);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
};

export const segmentPath = (paths: OutboxPaths, first: number): string =>
  join(paths.segments, segmentName(first));

/** What the newest sealed segment says about the journal: needed only when the open segment cannot say it. */
export const newestSegment = (
  paths: OutboxPaths,
): { readonly journal: string | undefined; readonly next: number; readonly clock: number } | undefined => {
  const first = sealedSegments(paths).at(-1);
  if (first === undefined) return undefined;
  const scan = scanSegment(readFileSync(segmentPath(paths, first)), first);
  return { journal: scan.header?.journal ?? sealedJournal(paths), next: scan.next, clock: scan.clock };
};

/**
 * The journal that the sealed segments belong to, by the newest header among them that can be read: a segment whose
 * own header was damaged was sealed as it was.
 */
export const sealedJournal = (paths: OutboxPaths): string | undefined => {
  for (const first of [...sealedSegments(paths)].reverse()) {
    const { header } = scanSegment(readFileSync(segmentPath(paths, first)), first);
    if (header !== undefined) return header.journal;
  }
  return undefined;
};

/** Makes everything in the journal durable, whoever wrote it. Sealed segments are on disk already. */
export const syncJournal = (paths: OutboxPaths): void => {
  let descriptor: number;
  try {
    descriptor = openSync(paths.current, 'r+');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  try {
    fdatasyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
};
