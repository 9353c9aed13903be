import { existsSync, readFileSync } from 'node:fs';
import { sealedSegments, segmentPath } from './journal-files.js';
import type { OutboxPaths } from './outbox-paths.js';
import { scanSegment } from './scan-segment.js';

/** Ids of the events in every segment that can hold record `from` or a later one. */
export const idsFrom = (paths: OutboxPaths, from: number): ReadonlySet<string> => {
  const sealed = sealedSegments(paths);
  const start = sealed.findLastIndex((first) => first <= from);
  const files = [
    ...sealed.slice(Math.max(0, start)).map((first) => segmentPath(paths, first)),
    ...(existsSync(paths.current) ? [paths.current] : []),
  ];
  return new Set(
    files
      .flatMap((path) => scanSegment(readFileSync(path)).records)
      .flatMap((record) => ('damaged' in record ? [] : [record.eventId])),
  );
};
