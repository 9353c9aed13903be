import { closeSync, fdatasyncSync, openSync } from 'node:fs';
import type { OutboxPaths } from './outbox-paths.js';

/** Makes everything in the journal durable, whoever wrote it. Sealed segments are on disk already. */
export const syncJournal = (paths: OutboxPaths): void => {
  let descriptor: number;
  try {
    descriptor = openSync(paths.current, 'r+');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  try {
    fdatasyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
};
