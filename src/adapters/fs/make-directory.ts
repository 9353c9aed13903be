import { existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { syncDirectory } from './atomic-write.js';

/** Makes a directory and its missing parents, private to the user, with durable entries. Does nothing when it exists. */
export const makeDirectory = (path: string): void => {
  const firstMade = makeMissing(path);
  if (firstMade === undefined) return;
  // Every directory whose entry is fresh has to be synced through its parent.
  const top = dirname(firstMade);
  for (let parent = dirname(path); ; parent = dirname(parent)) {
    syncDirectory(parent);
    if (parent === top || parent === dirname(parent)) return;
  }
};

/**
 * Makes the entries of a directory durable, and those of so many directories above it: whoever made them may have been
 * killed before it could. A directory that we may not read is somebody else's, and so is the care for it.
 */
export const secureEntries = (directory: string, above: number): void => {
  for (let path = directory, level = 0; level <= above; path = dirname(path), level++) {
    try {
      syncDirectory(path);
    } catch (error) {
      if (!NOT_OURS.has((error as NodeJS.ErrnoException).code ?? '')) throw error;
    }
  }
};

const NOT_OURS = new Set(['ENOENT', 'EACCES']);

/**
 * The topmost directory that had to be made. Not left to Node's own way of making parents, which goes on for ever where
 * a directory is there and takes no entries, as in `/proc`.
 */
const makeMissing = (path: string): string | undefined => {
  try {
    mkdirSync(path, { mode: 0o700 });
    return path;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) return undefined;
    if (code !== 'ENOENT' || dirname(path) === path || existsSync(dirname(path))) throw error;
  }
  const top = makeMissing(dirname(path));
  return makeMissing(path) === undefined ? top : (top ?? path);
};
