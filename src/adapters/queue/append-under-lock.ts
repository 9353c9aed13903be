import type { HeldLock } from '../fs/process-lock.js';
import type { JournalTail } from './journal-tail.js';
import { JournalWriter } from './journal-writer.js';
import type { OutboxPaths } from './outbox-paths.js';
import type { OutboxSurroundings } from './outbox-surroundings.js';

/**
 * The frame of everything that appends to a journal: `append` runs under the lock, the sync to disk comes after the
 * lock is given back. `looks-full` says that nothing was appended.
 */
export const appendUnderLock = <T>(
  paths: OutboxPaths,
  surroundings: OutboxSurroundings,
  lock: HeldLock,
  append: (writer: JournalWriter) => T,
): T => {
  const writer = new JournalWriter(paths, () => surroundings.newJournalId());
  try {
    const result = append(writer);
    lock.release();
    if (result !== 'looks-full') writer.sync();
    return result;
  } finally {
    lock.release();
    writer.close();
  }
};

export const isSegmentFull = (tail: JournalTail, surroundings: OutboxSurroundings): boolean =>
  tail.next - tail.segmentFirst >= (surroundings.segmentRecords ?? SEGMENT_RECORDS);

const SEGMENT_RECORDS = 1000;
