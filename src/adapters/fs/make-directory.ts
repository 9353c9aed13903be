import { closeSync, existsSync, fstatSync, mkdirSync, openSync, read, statfsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { syncDirectory } from './atomic-write.js';
import { promisify } from 'node:util';

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

/** Reads whole files, one after the other, into the same memory: what one read gave holds until the next. */
export class FileRoom {
  #room = Buffer.alloc(0);

  /** The file as long as it was when it was opened. Others get their turn while the disk works. */
  async read(path: string): Promise<Buffer> {
    const descriptor = openSync(path, 'r');
    try {
      const { size } = fstatSync(descriptor);
      // A little more than is needed: the next file is about as long.
      if (this.#room.length < size) this.#room = Buffer.allocUnsafeSlow(size + (size >> 3));
      let filled = 0;
      while (filled < size) {
        const { bytesRead } = await readInto(descriptor, this.#room, filled, size - filled, filled);
        if (bytesRead === 0) break;
        filled += bytesRead;
      }
      return this.#room.subarray(0, filled);
    } finally {
      closeSync(descriptor);
    }
  }
}

const readInto = promisify(read);

/**
 * Name of the network file system that a directory lies on; `undefined` for a local one, and wherever the system
 * does not say. Locks and renames are less reliable there than a user may expect.
 */
export const networkFileSystem = (directory: string, read = readType): string | undefined => {
  const type = read(directory);
  return type === undefined ? undefined : NETWORK_TYPES.get(type);
};

/** Magic numbers of Linux, from `statfs(2)`. */
const NETWORK_TYPES: ReadonlyMap<number, string> = new Map([
  [0x6969, 'NFS'],
  [0x517b, 'SMB'],
  [0xfe534d42, 'SMB'],
  [0xff534d42, 'CIFS'],
  [0x564c, 'NCP'],
  [0x5346414f, 'AFS'],
  [0x73757245, 'Coda'],
  [0x01021997, '9P'],
  [0x00c36400, 'Ceph'],
]);

const readType = (directory: string): number | undefined => {
  if (process.platform !== 'linux') return undefined;
  try {
    return statfsSync(directory).type;
  } catch {
    return undefined;
  }
};
