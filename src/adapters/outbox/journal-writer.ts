import {
  closeSync,
  constants,
  fdatasyncSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  renameSync,
} from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomicSync, syncDirectory, writeFully } from '../fs/atomic-write.js';
import { lineWithoutNewline } from '../fs/sealed-line.js';
import { appendToLog } from '../fs/sealed-log.js';
import { makeDirectory, secureEntries } from '../fs/make-directory.js';
import { newestSegment } from './journal-files.js';
import { readAt, readTail, type JournalTail } from './journal-tail.js';
import { OUTBOX_DEPTH, segmentName, type OutboxPaths } from './outbox-paths.js';
import { decodeRecord, encodeHeader, type SegmentHeader } from './record-format.js';
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
