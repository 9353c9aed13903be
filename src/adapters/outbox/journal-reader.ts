import { existsSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { JournalRecord } from '../../ports/outbox.js';
import { storageFailure } from '../fs/storage-failure.js';
import {
  currentTail,
  type JournalTail,
  sealedJournal,
  sealedSegments,
  segmentPath,
} from './journal-writer.js';
import type { OutboxPaths } from './outbox-paths.js';
import { damagedRecord } from './record-format.js';
import { scanSegment, type SegmentScan } from './scan-segment.js';

/** Which journal this is and which records are there. */
interface JournalExtent {
  readonly journal: string;
  readonly first: number;
  readonly last: number;
}

/** Reads an outbox's journal without any lock; what is being appended at the moment is not there yet. */
export class JournalReader {
  readonly #paths: OutboxPaths;

  constructor(paths: OutboxPaths) {
    this.#paths = paths;
  }

  /**
   * The records from `from` on, ascending, one segment in memory at a time. Numbers that nobody has between two segments
   * are damaged records; segments that are reclaimed meanwhile are left out.
   */
  async *records(from = 1): AsyncGenerator<JournalRecord> {
    let next = from;
    // Where the part that was read ends; unknown when what came before was reclaimed.
    let end: number | undefined;
    for (;;) {
      const listed = this.#sealed();
      for (const first of startingWith(listed, next)) {
        const scan = await this.#scan(segmentPath(this.#paths, first), readFile, first);
        for (const record of recordsOf(end, scan, next)) yield record;
        next = Math.max(next, scan?.next ?? 0);
        end = scan?.next;
      }
      const current = await this.#scan(this.#paths.current, readFile, end);
      // A rotation took place between the two looks: what was the open segment is sealed now.
      const isBehind = current === undefined || current.first > next;
      if (isBehind && this.#sealed().at(-1) !== listed.at(-1)) continue;
      for (const record of recordsOf(end, current, next)) yield record;
      return;
    }
  }

  /** Which journal this is and which records are there; `undefined` when there is no journal. */
  async extent(): Promise<JournalExtent | undefined> {
    for (;;) {
      const extent = this.#quickExtent() ?? (await this.#scannedExtent());
      if (extent !== 'moved') return extent;
    }
  }

  /** From the ends of the open segment alone, as capture does it; `undefined` when they are not in order. */
  #quickExtent(): JournalExtent | undefined {
    let tail: JournalTail | undefined;
    try {
      tail = currentTail(this.#paths.current);
    } catch (error) {
      throw storageFailure(this.#paths.current, error);
    }
    if (tail === undefined) return undefined;
    // Listed afterwards: what was sealed meanwhile belongs to the same row of records.
    return { journal: tail.journal, first: this.#sealed()[0] ?? tail.segmentFirst, last: tail.next - 1 };
  }

  /** The same by reading everything that can tell; `moved` when a rotation took place meanwhile. */
  async #scannedExtent(): Promise<JournalExtent | 'moved' | undefined> {
    const sealed = this.#sealed();
    const newest = sealed.at(-1);
    let current = await this.#scan(this.#paths.current, readFileSync);
    const isHeaded = current?.header !== undefined;
    const before =
      isHeaded || newest === undefined
        ? undefined
        : await this.#scan(segmentPath(this.#paths, newest), readFileSync, newest);
    // Where its header cannot be read, the open segment begins where the newest sealed one ends.
    if (current !== undefined && before !== undefined)
      current = await this.#scan(this.#paths.current, readFileSync, before.next);
    if (current === undefined && this.#sealed().at(-1) !== newest) return 'moved';
    const scan = current ?? before;
    if (scan === undefined) return undefined;
    const header = current?.header ?? before?.header;
    const journal = header?.journal ?? this.#sealedJournal() ?? '';
    return { journal, first: sealed[0] ?? scan.first, last: scan.next - 1 };
  }

  #sealed(): readonly number[] {
    try {
      return sealedSegments(this.#paths);
    } catch (error) {
      throw storageFailure(this.#paths.segments, error);
    }
  }

  #sealedJournal(): string | undefined {
    try {
      return sealedJournal(this.#paths);
    } catch (error) {
      throw storageFailure(this.#paths.segments, error);
    }
  }

  async #scan(path: string, read: Read, first?: number): Promise<SegmentScan | undefined> {
    try {
      return scanSegment(await read(path), first);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw storageFailure(path, error);
    }
  }
}

type Read = (path: string) => Buffer | Promise<Buffer>;

/** The segments that can hold `record` or a later one. */
const startingWith = (segments: readonly number[], record: number): readonly number[] =>
  segments.slice(
    Math.max(
      0,
      segments.findLastIndex((first) => first <= record),
    ),
  );

/** The records from `next` on of a segment, before them those that should lie between it and what was read. */
function* recordsOf(
  end: number | undefined,
  scan: SegmentScan | undefined,
  next: number,
): Generator<JournalRecord> {
  if (scan === undefined) return;
  for (let record = Math.max(end ?? scan.first, next); record < scan.first; record++)
    yield damagedRecord(record);
  for (const record of scan.records) if (record.record >= next) yield record;
}

/** Ids of the events in every segment that can hold record `from` or a later one. */
export const idsFrom = (paths: OutboxPaths, from: number): ReadonlySet<string> =>
  new Set(segmentsFrom(paths, from).flatMap((path) => idsIn(readFileSync(path))));

/**
 * Those of the ids that the journal has in record `from` or later. Normally it has none, and then nothing is decoded:
 * this runs under the capture lock, where everybody waits for it.
 */
export const capturedAmong = (
  paths: OutboxPaths,
  from: number,
  ids: readonly string[],
): ReadonlySet<string> => {
  const captured = segmentsFrom(paths, from).flatMap((path) => {
    const bytes = readFileSync(path);
    return ids.some((id) => bytes.includes(id)) ? idsIn(bytes) : [];
  });
  const wanted = new Set(ids);
  return new Set(captured.filter((id) => wanted.has(id)));
};

const segmentsFrom = (paths: OutboxPaths, from: number): readonly string[] => {
  const sealed = sealedSegments(paths);
  const start = sealed.findLastIndex((first) => first <= from);
  return [
    ...sealed.slice(Math.max(0, start)).map((first) => segmentPath(paths, first)),
    ...(existsSync(paths.current) ? [paths.current] : []),
  ];
};

const idsIn = (bytes: Buffer): readonly string[] =>
  scanSegment(bytes).records.flatMap(({ eventId, json }) => (json === undefined ? [] : [eventId]));
