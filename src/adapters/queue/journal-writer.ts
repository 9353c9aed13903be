import {
  closeSync,
  constants,
  existsSync,
  fdatasyncSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  renameSync,
} from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomicSync, syncDirectory, writeFully } from '../fs/atomic-write.js';
import { appendToLog } from '../fs/sealed-log.js';
import { makeDirectory } from '../fs/make-directory.js';
import { newestSegment } from './journal-files.js';
import { readAt, readTail, type JournalTail } from './journal-tail.js';
import { segmentName, type OutboxPaths } from './outbox-paths.js';
import { decodeRecord, encodeHeader, type SegmentHeader } from './record-format.js';
import { scanSegment } from './scan-segment.js';

/** Records per segment. */
export const SEGMENT_RECORDS = 1000;

/**
 * Appends to an outbox's journal. Every method is synchronous and must be called under the capture lock; what was
 * appended is durable once {@link sync} returned, which needs no lock.
 */
export class JournalWriter {
  readonly #paths: OutboxPaths;
  readonly #newJournalId: () => string;
  #descriptor: number | undefined;
  #size = 0;

  constructor(paths: OutboxPaths, newJournalId: () => string) {
    this.#paths = paths;
    this.#newJournalId = newJournalId;
  }

  /** Finds the end of the journal, repairing a torn one; makes the journal when there is none. */
  open(clock: number): JournalTail {
    const descriptor = this.#openCurrent(clock);
    this.#descriptor = descriptor;
    this.#size = fstatSync(descriptor).size;
    return readTail(descriptor, this.#size) ?? this.#repair(descriptor);
  }

  /** Adds whole lines. A write that fails half-way leaves the journal as it was. */
  append(lines: string): void {
    const descriptor = this.#open();
    const bytes = Buffer.from(lines, 'utf8');
    try {
      writeFully(descriptor, bytes);
      this.#size += bytes.length;
    } catch (error) {
      ftruncateSync(descriptor, this.#size);
      throw error;
    }
  }

  /** Seals the open segment, durably, and begins the next one. */
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

  #open(): number {
    if (this.#descriptor === undefined) throw new Error('the journal is not open');
    return this.#descriptor;
  }

  #openCurrent(clock: number): number {
    const { current } = this.#paths;
    if (!existsSync(current)) this.#begin(clock);
    return openSync(current, constants.O_RDWR | constants.O_APPEND);
  }

  /** The first segment of a journal, or the one after a rotation that was cut short. */
  #begin(clock: number): void {
    const { current, directory } = this.#paths;
    makeDirectory(directory);
    const sealed = newestSegment(this.#paths);
    const journal = sealed?.journal ?? this.#newJournalId();
    const header = { journal, first: sealed?.next ?? 1, clock: Math.max(clock, sealed?.clock ?? 0) };
    writeFileAtomicSync(current, encodeHeader(header), { mode: 0o600 });
  }

  /**
   * The slow path, for an end that is not a readable record: a whole record that only lost its newline is kept;
   * anything else after the last newline was never acknowledged, and is moved aside and counted.
   */
  #repair(descriptor: number): JournalTail {
    const sealed = newestSegment(this.#paths);
    const bytes = readAt(descriptor, 0, this.#size);
    const scan = scanSegment(bytes, sealed?.next);
    let next = scan.next;
    if (scan.rest.length > 0) {
      const record = decodeRecord(scan.rest);
      if (record !== undefined && record.record === next) {
        this.append('\n');
        next += 1;
      } else {
        appendToLog(this.#paths.torn, [{ at: scan.completeBytes, bytes: scan.rest.toString('base64') }]);
        ftruncateSync(descriptor, scan.completeBytes);
        this.#size = scan.completeBytes;
      }
    }
    const journal = scan.header?.journal ?? sealed?.journal;
    const segmentFirst = scan.header?.first ?? sealed?.next ?? scan.records[0]?.record ?? 1;
    if (journal === undefined) return this.#setAside(descriptor, segmentFirst, next, scan.clock);
    return { journal, segmentFirst, next };
  }

  /** A journal whose only header is damaged cannot say whose it is: it is sealed as it is, and another one goes on. */
  #setAside(descriptor: number, segmentFirst: number, next: number, clock: number): JournalTail {
    this.#seal(descriptor, segmentFirst);
    return this.#continue({ journal: this.#newJournalId(), first: next, clock });
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
