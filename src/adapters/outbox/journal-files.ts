import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { segmentFirst, segmentName, type OutboxPaths } from './outbox-paths.js';
import { scanSegment } from './scan-segment.js';

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
