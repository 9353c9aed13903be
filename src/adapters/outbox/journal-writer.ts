import { closeSync, constants, fdatasyncSync, fsyncSync, ftruncateSync, renameSync, statSync } from 'node:fs';
import type { LamportReading } from '../../ports/events.js';
import { syncDirectory, writeFileAtomicSync, writeFully } from '../fs/atomic-write.js';
import { makeDirectory, secureEntries } from '../fs/make-directory.js';
import { appendToLog, lineWithoutNewline } from '../fs/sealed-log.js';
import {
  endOf,
  type JournalEnd,
  type JournalTail,
  type OpenSegment,
  openSegment,
  readAt,
  readSettledMark,
  readTail,
  type SettledMark,
} from './journal-end.js';
import { newestSegment, segmentPath } from './journal-reader.js';
import { OUTBOX_DEPTH, type OutboxPaths, type OutboxSurroundings } from './outbox-paths.js';
import { decodeRecord, encodeHeader, encodeRecord, type StoredRecord } from './record-format.js';
import { scanSegment, type SegmentScan } from './scan-segment.js';

/** Where a journal ends, seen by who holds the lock, and what the clock says of the node that appends to it. */
export interface WriterEnd extends JournalEnd, Pick<LamportReading, 'nodeId' | 'rebuilt'> {}

/** What is done under the capture lock. `looks-full`: nothing happened; come back with an exact count of what waits. */
export type Visit<T> = (
  writer: JournalWriter,
  end: WriterEnd,
  /** How many more events may wait; an estimate until it is exact. */
  room: number,
  isExact: boolean,
) => T | 'looks-full';

/**
 * One visit to a journal, in the order of its methods: `lookAhead`; take the capture lock; `enter`, `append`; give the lock
 * back; `sync`; `close`. Everybody waits for the lock, so what can be done without it is done before it or after it: under
 * it are one look at which file is the open segment, its last bytes, the clock, and the two writes.
 */
export class JournalWriter {
  readonly #paths: OutboxPaths;
  readonly #surroundings: OutboxSurroundings;
  #mark: SettledMark | undefined;
  #segment: OpenSegment | undefined;
  #size = 0;
  #end: WriterEnd | undefined;
  /** Whether the open segment has no record. */
  #isEmpty = false;
  #mayHold = false;

  constructor(paths: OutboxPaths, surroundings: OutboxSurroundings) {
    this.#paths = paths;
    this.#surroundings = surroundings;
  }

  /** Whether something that was appended may be in the journal, confirmed or not. */
  get mayHold(): boolean {
    return this.#mayHold;
  }

  /**
   * Opens what will be needed. The mark may be older by the time that `enter` uses it, and the segment sealed: the first
   * says at worst that more waits than does, the second is noticed.
   */
  lookAhead(): void {
    this.#mark = readSettledMark(this.#paths.settled);
    this.#segment = openSegment(this.#paths.current, APPENDING);
  }

  /** Finds the end of the journal, repairing a torn one; makes the journal when there is none. */
  enter(): WriterEnd {
    const { value, ...node } = this.#surroundings.clock.load();
    const tail = this.#findTail(value);
    this.#isEmpty = tail.next === tail.segmentFirst;
    this.#end = { ...endOf(tail, this.#mark), clock: Math.max(value, tail.clock), ...node };
    return this.#end;
  }

  /**
   * Stores the clock and adds records, numbered from the end on, in one write, so that they are in the journal as a whole
   * or not at all. A write that fails half-way leaves the journal as it was.
   */
  append(records: readonly Omit<StoredRecord, 'eventId' | 'record'>[]): void {
    const last = records.at(-1);
    if (last === undefined) return;
    if (this.#end === undefined) throw new Error('nobody has entered the journal');
    const { journal, next, segmentFirst, clock, nodeId, rebuilt } = this.#end;
    this.#surroundings.clock.store(last.clock, nodeId);
    if (rebuilt !== undefined)
      this.#surroundings.warn?.(`The Lamport clock goes on above everything captured: ${rebuilt}.`);
    const isFull = next - segmentFirst >= (this.#surroundings.segmentRecords ?? SEGMENT_RECORDS);
    if (isFull) {
      this.#seal(segmentFirst);
      this.#goOn(journal, next, clock);
    }
    if (isFull || this.#isEmpty) this.#secureNames(isFull ? next : segmentFirst);
    const lines = records.map((record, index) => encodeRecord({ ...record, record: next + index })).join('');
    this.#mayHold = true;
    this.#write(lines);
  }

  /** Makes everything in the journal durable, whoever wrote it. */
  sync(): void {
    if (this.#segment !== undefined) fdatasyncSync(this.#segment.descriptor);
  }

  close(): void {
    this.#surroundings.clock.close();
    this.#closeSegment();
  }

  /** Where the open segment ends, as it is now: another process may have sealed the one that was opened ahead. */
  #findTail(clock: number): JournalTail {
    const { current } = this.#paths;
    const there = statSync(current, { bigint: true, throwIfNoEntry: false });
    if (this.#segment === undefined || this.#segment.inode !== there?.ino) {
      this.#closeSegment();
      this.#segment = openSegment(current, APPENDING);
    }
    if (this.#segment === undefined) return this.#begin(clock);
    this.#size = Number(there?.size ?? this.#segment.size);
    return readTail(this.#segment, this.#size) ?? this.#repair(this.#segment);
  }

  #closeSegment(): void {
    const segment = this.#segment;
    this.#segment = undefined;
    if (segment !== undefined) closeSync(segment.descriptor);
  }

  /**
   * Makes the names durable under which a segment is found, before its first record. Whoever made them may have been
   * killed before it could, and whoever adds a later record only looks at the file.
   */
  #secureNames(segmentFirst: number): void {
    const { directory, segments } = this.#paths;
    if (segmentFirst > 1) secureEntries(segments, 0);
    secureEntries(directory, segmentFirst > 1 ? 0 : OUTBOX_DEPTH);
  }

  #write(lines: string): void {
    const { descriptor } = this.#opened();
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

  #opened(): OpenSegment {
    if (this.#segment === undefined) throw new Error('the journal is not open');
    return this.#segment;
  }

  /** The first segment of a journal, or the one after a rotation that was cut short. */
  #begin(clock: number): JournalTail {
    makeDirectory(this.#paths.directory);
    const sealed = newestSegment(this.#paths);
    // The name that the sealed segment had must not be taken before the one that it has now is durable.
    if (sealed !== undefined) syncDirectory(this.#paths.segments);
    return this.#goOn(sealed?.journal, sealed?.next ?? 1, Math.max(clock, sealed?.clock ?? 0));
  }

  /** The slow path, for a segment whose header or last line is not in order. */
  #repair({ descriptor }: OpenSegment): JournalTail {
    const sealed = newestSegment(this.#paths);
    const scan = scanSegment(readAt(descriptor, 0, this.#size), sealed?.next);
    const next = scan.rest.length > 0 && this.#mend(descriptor, scan) ? scan.next + 1 : scan.next;
    if (scan.header !== undefined)
      return { journal: scan.header.journal, segmentFirst: scan.first, next, clock: scan.clock };
    // Nobody could read the end of a segment without a header quickly: it is sealed as it is, and another one goes on.
    if (next > scan.first) this.#seal(scan.first);
    return this.#goOn(sealed?.journal, next, Math.max(scan.clock, sealed?.clock ?? 0));
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

  /** Seals the open segment, durably. */
  #seal(segmentFirst: number): void {
    const { current, segments, directory } = this.#paths;
    fsyncSync(this.#opened().descriptor);
    makeDirectory(segments);
    renameSync(current, segmentPath(this.#paths, segmentFirst));
    syncDirectory(segments);
    syncDirectory(directory);
  }

  /** Begins the segment of record `first`: of another journal where nobody can say of which one it is. */
  #goOn(known: string | undefined, first: number, clock: number): JournalTail {
    const { current } = this.#paths;
    const journal = known ?? this.#surroundings.newJournalId();
    // Windows replaces no file that is open.
    this.#closeSegment();
    writeFileAtomicSync(current, encodeHeader({ journal, first, clock }), { mode: 0o600 });
    this.#segment = openSegment(current, APPENDING);
    this.#size = this.#opened().size;
    return { journal, segmentFirst: first, next: first, clock };
  }
}

const APPENDING = constants.O_RDWR | constants.O_APPEND;
const SEGMENT_RECORDS = 1000;

/** Makes everything in a journal durable, whoever wrote it. Sealed segments are on disk already. */
export const syncJournal = (paths: OutboxPaths): void => {
  const segment = openSegment(paths.current, 'r+');
  if (segment === undefined) return;
  try {
    fdatasyncSync(segment.descriptor);
  } finally {
    closeSync(segment.descriptor);
  }
};
