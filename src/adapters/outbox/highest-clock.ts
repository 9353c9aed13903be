import { readFileSync } from 'node:fs';
import { newestSegment } from './journal-files.js';
import type { OutboxPaths } from './outbox-paths.js';
import { scanSegment } from './scan-segment.js';

/** Highest Lamport clock in the open segment of an outbox, else in its newest sealed one; 0 when there is neither. */
export const highestClock = (paths: OutboxPaths): number => {
  const sealed = newestSegment(paths)?.clock ?? 0;
  try {
    return Math.max(sealed, scanSegment(readFileSync(paths.current)).clock);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return sealed;
    throw error;
  }
};
