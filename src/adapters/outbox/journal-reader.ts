import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JournalRecord, OutboxReading } from '../../ports/outbox.js';
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
  const onJournal = <T>(work: () => T): Promise<T> => onStorage(paths.directory, work);
  let next = from;
  // Where the part that was read ends; unknown when what came before was reclaimed.
  let end: number | undefined;
  for (;;) {
    const listed = await onJournal(() => sealedSegments(paths));
    for (const first of startingWith(listed, next)) {
      const scan = await onJournal(() => scanFile(segmentPath(paths, first), first));
      for (const record of recordsOf(end, scan, next)) yield record;
      next = Math.max(next, scan?.next ?? 0);
      end = scan?.next;
    }
    const current = await onJournal(() => scanFile(paths.current, end));
    // A rotation took place between the two looks: what was the open segment is sealed now.
    const isBehind = current === undefined || current.first > next;
    if (isBehind && (await onJournal(() => sealedSegments(paths))).at(-1) !== listed.at(-1)) continue;
    for (const record of recordsOf(end, current, next)) yield record;
    return;
  }
}

/**
 * Which journal this is and which records are there: from its ends, as capture finds them, else by reading all that can
 * tell; `undefined` without a journal.
 */
export const journalExtent = (
  paths: OutboxPaths,
): Pick<OutboxReading, 'journal' | 'first' | 'last'> | undefined => {
  for (;;) {
    const tail = currentTail(paths.current);
    const sealed = sealedSegments(paths);
    // Listed afterwards: what was sealed meanwhile belongs to the same row of records.
    if (tail !== undefined)
      return { journal: tail.journal, first: sealed[0] ?? tail.segmentFirst, last: tail.next - 1 };
    const newest = newestSegment(paths);
    // Where its header cannot be read, the open segment begins where the newest sealed one ends.
    const current = scanFile(paths.current, newest?.next);
    if (current === undefined && sealedSegments(paths).at(-1) !== sealed.at(-1)) continue;
    const end = current ?? newest;
    if (end === undefined) return undefined;
    const journal = current?.header?.journal ?? newest?.journal ?? '';
    return { journal, first: sealed[0] ?? end.first, last: end.next - 1 };
  }
};

const scanFile = (path: string, first?: number): SegmentScan | undefined =>
  unlessAbsent(() => scanSegment(readFileSync(path), first), undefined);

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

/** Ids of the events in every segment that can hold record `from` or a later one; one segment in memory at a time. */
export function* idsFrom(paths: OutboxPaths, from: number): Generator<string> {
  const sealed = startingWith(sealedSegments(paths), from).map((first) => segmentPath(paths, first));
  for (const path of [...sealed, ...(existsSync(paths.current) ? [paths.current] : [])])
    for (const { eventId, json } of scanSegment(readFileSync(path)).records)
      if (json !== undefined) yield eventId;
}

/** First record numbers of the sealed segments, ascending. */
export const sealedSegments = (paths: OutboxPaths): readonly number[] =>
  unlessAbsent(() => readdirSync(paths.segments), [])
    .map(segmentFirst)
    .filter((first): first is number => first !== undefined)
    .sort((a, b) => a - b);

export const segmentPath = (paths: OutboxPaths, first: number): string =>
  join(paths.segments, segmentName(first));

/** What the newest sealed segment says about the journal: needed only when the open segment cannot say it. */
export const newestSegment = (paths: OutboxPaths) => {
  const first = sealedSegments(paths).at(-1);
  const scan = first === undefined ? undefined : scanFile(segmentPath(paths, first), first);
  return scan && { ...scan, journal: scan.header?.journal ?? sealedJournal(paths) };
};

/**
 * The journal that the sealed segments belong to, by the newest header among them that can be read: a segment whose
 * own header was damaged was sealed as it was.
 */
const sealedJournal = (paths: OutboxPaths): string | undefined => {
  for (const first of [...sealedSegments(paths)].reverse()) {
    const header = scanFile(segmentPath(paths, first), first)?.header;
    if (header !== undefined) return header.journal;
  }
  return undefined;
};

/** Highest Lamport clock in the open segment of an outbox and its newest sealed one; 0 when there is neither. */
export const highestClock = (paths: OutboxPaths): number =>
  Math.max(newestSegment(paths)?.clock ?? 0, scanFile(paths.current)?.clock ?? 0);
