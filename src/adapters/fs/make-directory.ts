import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { syncDirectory } from './atomic-write.js';

/** Makes a directory and its missing parents, private to the user, with durable entries. Does nothing when it exists. */
export const makeDirectory = (path: string): void => {
  const firstMade = mkdirSync(path, { recursive: true, mode: 0o700 });
  if (firstMade === undefined) return;
  // Every directory whose entry is fresh has to be synced through its parent.
  const top = dirname(firstMade);
  for (let parent = dirname(path); ; parent = dirname(parent)) {
    syncDirectory(parent);
    if (parent === top || parent === dirname(parent)) return;
  }
};
