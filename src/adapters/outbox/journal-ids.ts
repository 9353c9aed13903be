import { existsSync, readFileSync } from 'node:fs';
import { sealedSegments, segmentPath } from './journal-files.js';
import type { OutboxPaths } from './outbox-paths.js';
import { scanSegment } from './scan-segment.js';

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
  scanSegment(bytes).records.flatMap((record) => ('damaged' in record ? [] : [record.eventId]));
