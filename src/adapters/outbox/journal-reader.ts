import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JournalRecord, OutboxReading } from '../../ports/outbox.js';
import { storageFailure, unlessAbsent } from '../fs/storage-failure.js';
import { currentTail } from './journal-end.js';
import { segmentFirst, segmentName, type OutboxPaths } from './outbox-paths.js';
import { damagedRecord } from './record-format.js';
import { scanSegment, type SegmentScan } from './scan-segment.js';

/**
 * The records from `from` on, ascending, up to the newest at the time of the first look. Takes no lock. Numbers that
 * nobody has between two segments are damaged records; segments that are reclaimed meanwhile are left out.
 */
export async function* journalRecords(paths: OutboxPaths, from = 1): AsyncGenerator<JournalRecord> {
  let next = from;
  // Where the part that was read ends; unknown when what came before was reclaimed.
  let end: number | undefined;
  try {
    for (const scanNext of segmentsFrom(paths, from)) {
      const scan = scanNext(end);
      const first = scan?.first ?? 0;
      for (let record = Math.max(end ?? first, next); record < first; record++) yield damagedRecord(record);
      for (const record of scan?.records ?? []) if (record.record >= next) yield record;
      next = Math.max(next, scan?.next ?? 0);
      end = scan?.next;
    }
  } catch (error) {
    throw storageFailure(paths.directory, error);
  }
}

/**
 * The segments that can hold record `from` or a later one, each to be scanned in its turn, so that one is in memory at a
 * time beside the open one. That comes last, and is read before the sealed ones are listed: what is sealed in between is
 * among these. Each is told where the one before it ends.
 */
const segmentsFrom = (
  paths: OutboxPaths,
  from: number,
): readonly ((end: number | undefined) => SegmentScan | undefined)[] => {
  const current = bytesOf(paths.current);
  const sealed = sealedSegments(paths);
  const start = sealed.findLastIndex((first) => first <= from);
  return [
    ...sealed.slice(Math.max(0, start)).map((first) => () => scanFile(segmentPath(paths, first), first)),
    (end) => current && scanSegment(current, end),
  ];
};

/**
 * Which journal this is and which records are there: from its ends, as capture finds them, else by reading all that can
 * tell; `undefined` without a journal.
 */
export const journalExtent = (
  paths: OutboxPaths,
): Pick<OutboxReading, 'journal' | 'first' | 'last'> | undefined => {
  const tail = currentTail(paths.current);
  const current = tail === undefined ? bytesOf(paths.current) : undefined;
  // Listed afterwards: what was sealed meanwhile belongs to the same row of records.
  const [oldest] = sealedSegments(paths);
  if (tail !== undefined)
    return { journal: tail.journal, first: oldest ?? tail.segmentFirst, last: tail.next - 1 };
  const newest = newestSegment(paths);
  // Where its header cannot be read, the open segment begins where the newest sealed one ends.
  const open = current && scanSegment(current, newest?.next);
  const end = open ?? newest;
  if (end === undefined) return undefined;
  const journal = open?.header?.journal ?? newest?.journal ?? '';
  return { journal, first: oldest ?? end.first, last: end.next - 1 };
};

const bytesOf = (path: string): Buffer | undefined => unlessAbsent(() => readFileSync(path), undefined);

const scanFile = (path: string, first?: number): SegmentScan | undefined => {
  const bytes = bytesOf(path);
  return bytes && scanSegment(bytes, first);
};

/** Ids of the events in every segment that can hold record `from` or a later one. */
export function* idsFrom(paths: OutboxPaths, from: number): Generator<string> {
  for (const scan of segmentsFrom(paths, from))
    for (const { eventId, json } of scan(undefined)?.records ?? []) if (json !== undefined) yield eventId;
}

/** First record numbers of the sealed segments, ascending. */
export const sealedSegments = (paths: OutboxPaths): readonly number[] =>
  unlessAbsent(() => readdirSync(paths.segments), [])
    .map(segmentFirst)
    .filter((first): first is number => first !== undefined)
    .sort((a, b) => a - b);

export const segmentPath = (paths: OutboxPaths, first: number): string =>
  join(paths.segments, segmentName(first));

/**
 * What the newest sealed segment says about the journal: needed only when the open segment cannot say it. Which journal it
 * is, the newest header that can be read tells: a segment whose own header was damaged was sealed as it was.
 */
export const newestSegment = (paths: OutboxPaths) => {
  let newest: SegmentScan | undefined;
  for (const first of [...sealedSegments(paths)].reverse()) {
    const scan = scanFile(segmentPath(paths, first), first);
    newest ??= scan;
    if (newest !== undefined && scan?.header !== undefined)
      return { ...newest, journal: scan.header.journal };
  }
  return newest && { ...newest, journal: undefined };
};

/** Highest Lamport clock in the open segment of an outbox and its newest sealed one; 0 when there is neither. */
export const highestClock = (paths: OutboxPaths): number =>
  Math.max(newestSegment(paths)?.clock ?? 0, scanFile(paths.current)?.clock ?? 0);
