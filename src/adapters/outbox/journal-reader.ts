import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JournalRecord } from '../../ports/outbox.js';
import { onStorage, unlessAbsent } from '../fs/storage-failure.js';
import { currentTail } from './journal-end.js';
import { segmentFirst, segmentName, type OutboxPaths } from './outbox-paths.js';
import { damagedRecord } from './record-format.js';
import { scanSegment, type SegmentScan } from './scan-segment.js';

/**
 * The records from `from` on, ascending, one segment in memory at a time. Takes no lock: what is being appended at the
 * moment is not there yet. Numbers that nobody has between two segments are damaged records; segments that are reclaimed
 * meanwhile are left out.
 */
export async function* journalRecords(paths: OutboxPaths, from = 1): AsyncGenerator<JournalRecord> {
  let next = from;
  // Where the part that was read ends; unknown when what came before was reclaimed.
  let end: number | undefined;
  for (;;) {
    const listed = await listSealed(paths);
    for (const first of startingWith(listed, next)) {
      const scan = await scanFile(segmentPath(paths, first), first);
      for (const record of recordsOf(end, scan, next)) yield record;
      next = Math.max(next, scan?.next ?? 0);
      end = scan?.next;
    }
    const current = await scanFile(paths.current, end);
    // A rotation took place between the two looks: what was the open segment is sealed now.
    const isBehind = current === undefined || current.first > next;
    if (isBehind && (await listSealed(paths)).at(-1) !== listed.at(-1)) continue;
    for (const record of recordsOf(end, current, next)) yield record;
    return;
  }
}

/** Which journal this is and which records are there. */
interface JournalExtent {
  readonly journal: string;
  readonly first: number;
  readonly last: number;
}

/** From the ends of the journal, as capture finds them, else by reading all that can tell; `undefined` without a journal. */
export const journalExtent = async (paths: OutboxPaths): Promise<JournalExtent | undefined> => {
  for (;;) {
    const tail = await onStorage(paths.current, () => currentTail(paths.current));
    const sealed = await listSealed(paths);
    // Listed afterwards: what was sealed meanwhile belongs to the same row of records.
    if (tail !== undefined)
      return { journal: tail.journal, first: sealed[0] ?? tail.segmentFirst, last: tail.next - 1 };
    const newest = sealed.at(-1);
    const before = newest === undefined ? undefined : await scanFile(segmentPath(paths, newest), newest);
    // Where its header cannot be read, the open segment begins where the newest sealed one ends.
    const current = await scanFile(paths.current, before?.next);
    if (current === undefined && (await listSealed(paths)).at(-1) !== newest) continue;
    const scan = current ?? before;
    if (scan === undefined) return undefined;
    const header = current?.header ?? before?.header;
    const journal = header?.journal ?? (await onStorage(paths.segments, () => sealedJournal(paths))) ?? '';
    return { journal, first: sealed[0] ?? scan.first, last: scan.next - 1 };
  }
};

const listSealed = (paths: OutboxPaths): Promise<readonly number[]> =>
  onStorage(paths.segments, () => sealedSegments(paths));

const scanFile = (path: string, first?: number): Promise<SegmentScan | undefined> =>
  onStorage(path, () => unlessAbsent(() => scanSegment(readFileSync(path), first), undefined));

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
export const idsFrom = (paths: OutboxPaths, from: number): readonly string[] =>
  [
    ...startingWith(sealedSegments(paths), from).map((first) => segmentPath(paths, first)),
    ...(existsSync(paths.current) ? [paths.current] : []),
  ]
    .flatMap((path) => scanSegment(readFileSync(path)).records)
    .flatMap(({ eventId, json }) => (json === undefined ? [] : [eventId]));

/** First record numbers of the sealed segments, ascending. */
export const sealedSegments = (paths: OutboxPaths): readonly number[] =>
  unlessAbsent(() => readdirSync(paths.segments), [])
    .map(segmentFirst)
    .filter((first): first is number => first !== undefined)
    .sort((a, b) => a - b);

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
const sealedJournal = (paths: OutboxPaths): string | undefined => {
  for (const first of [...sealedSegments(paths)].reverse()) {
    const { header } = scanSegment(readFileSync(segmentPath(paths, first)), first);
    if (header !== undefined) return header.journal;
  }
  return undefined;
};

/** Highest Lamport clock in the open segment of an outbox, else in its newest sealed one; 0 when there is neither. */
export const highestClock = (paths: OutboxPaths): number => {
  const sealed = newestSegment(paths)?.clock ?? 0;
  return Math.max(
    sealed,
    unlessAbsent(() => scanSegment(readFileSync(paths.current)).clock, 0),
  );
};
