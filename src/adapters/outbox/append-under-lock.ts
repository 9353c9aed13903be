import type { HeldLock } from '../fs/process-lock.js';
import type { JournalTail } from './journal-tail.js';
import { JournalWriter } from './journal-writer.js';
import type { OutboxPaths } from './outbox-paths.js';
import type { OutboxSurroundings } from './outbox-surroundings.js';

/**
 * The frame of everything that appends to a journal: `append` runs under the lock, the sync to disk comes after the
 * lock is given back. `looks-full` says that nothing was appended.
 *
 * When the journal may hold what was appended and the disk did not confirm it, `unconfirmed` says what became of it;
 * `result` is absent when `append` itself did not come to its end. Every other failure is thrown.
 */
export const appendUnderLock = <T>(
  paths: OutboxPaths,
  surroundings: OutboxSurroundings,
  lock: HeldLock,
  append: (writer: JournalWriter) => T,
  unconfirmed: (error: unknown, result?: T) => T = rethrow,
): T => {
  const writer = new JournalWriter(paths, () => surroundings.newJournalId());
  let result: T | undefined;
  try {
    result = append(writer);
    lock.release();
    if (result !== 'looks-full') writer.sync();
    return result;
  } catch (error) {
    if (!writer.mayHold) throw error;
    return unconfirmed(error, result);
  } finally {
    lock.release();
    writer.close();
  }
};

export const isSegmentFull = (tail: JournalTail, surroundings: OutboxSurroundings): boolean =>
  tail.next - tail.segmentFirst >= (surroundings.segmentRecords ?? SEGMENT_RECORDS);

const rethrow = (error: unknown): never => {
  throw error;
};

const SEGMENT_RECORDS = 1000;
