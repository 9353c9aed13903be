import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  readSync,
  realpathSync,
  statSync,
  type Stats,
} from 'node:fs';
import { isAbsolute, join, relative, sep } from 'node:path';
import { SyncError } from '../../domain/errors.js';

/**
 * How everything is opened that lies in a repository, which somebody else may have filled: its real place is below the
 * real root, it is a regular file, nothing waits for a writer or a device, and no more is read than a limit.
 */
export const MAX_DOCUMENT_BYTES = 8_388_608;

/**
 * Where a path of the repository really lies, its links followed. A way out of the root is refused, whether by `..` or
 * by a link. A link to nowhere counts as absent. Fails with `storage-failed`.
 */
export const placeBelow = (root: string, path: string): string | 'absent' => {
  if (isAbsolute(path) || path.split('/').includes('..')) throw outside(path);
  const realRoot = realPath(root, path);
  if (realRoot === 'absent') return 'absent';
  const place = realPath(join(realRoot, ...path.split('/')), path);
  if (place !== 'absent' && !isInside(realRoot, place)) throw outside(path);
  return place;
};

/**
 * Where a file of the repository is written: its real place, or the one in its folder where a new file comes to lie.
 * Refused when the way leads out of the root, or when something else than a file stands there; `absent` without the folder.
 */
export const writablePlace = (root: string, path: string): string | 'absent' => {
  const place = placeBelow(root, path);
  if (place !== 'absent') {
    demandFile(statSync(place));
    return place;
  }
  const slash = path.lastIndexOf('/');
  const folder = placeBelow(root, path.slice(0, Math.max(0, slash)));
  return folder === 'absent' ? folder : join(folder, path.slice(slash + 1));
};

/** The bytes of a regular file. Fails with a {@link NoPlainFile} for anything else and for more than the limit. */
export const readPlainFile = (place: string, maxBytes = MAX_DOCUMENT_BYTES): Buffer => {
  // Asked before it is opened, since opening alone may wait for a writer or set a device going.
  demandFile(statSync(place));
  const descriptor = openSync(place, constants.O_RDONLY | NEVER_WAITING);
  try {
    const stats = fstatSync(descriptor);
    demandFile(stats);
    if (stats.size > maxBytes)
      throw new NoPlainFile(`it measures ${stats.size} bytes, more than ${maxBytes}`);
    return readUpTo(descriptor, stats.size, maxBytes);
  } finally {
    closeSync(descriptor);
  }
};

/** The text of a file of git's own or of ours that may be missing; `undefined` when it cannot be had, whatever the reason. */
export const textIfPlain = (place: string, maxBytes = MAX_GIT_BYTES): string | undefined => {
  try {
    return readPlainFile(place, maxBytes).toString('utf8');
  } catch {
    return undefined;
  }
};

/** What lies at a place is no file that we read; the message says what it is instead. */
export class NoPlainFile extends Error {}

export const isInside = (root: string, place: string): boolean => {
  const way = relative(root, place);
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way));
};

export const outside = (path: string): SyncError =>
  new SyncError('storage-failed', `${path} leads out of the project.`, {
    hint: 'Put the file itself in its place instead of a link.',
  });

/** For files of our own that are opened to be written in place: no link is followed, and no pipe waited for. */
export const NO_DETOUR = (constants.O_NONBLOCK ?? 0) | (constants.O_NOFOLLOW ?? 0);

/** The references of a large repository, in one file. */
const MAX_GIT_BYTES = 134_217_728;

/** Windows has neither these flags nor what they are for. */
const NEVER_WAITING = constants.O_NONBLOCK ?? 0;

const demandFile = (stats: Stats): void => {
  if (stats.isFile()) return;
  const kind = stats.isDirectory() ? 'a directory' : stats.isFIFO() ? 'a pipe' : 'a device or a socket';
  throw new NoPlainFile(`it is ${kind} instead of a file`);
};

/** A file may grow while it is read, and some of the kernel's own have no size at all. */
const readUpTo = (descriptor: number, expected: number, maxBytes: number): Buffer => {
  let bytes = Buffer.allocUnsafe(Math.min(expected, maxBytes) + 1);
  let length = 0;
  for (;;) {
    const count = readSync(descriptor, bytes, length, bytes.length - length, length);
    if (count === 0) return bytes.subarray(0, length);
    length += count;
    if (length > maxBytes) throw new NoPlainFile(`it has more than ${maxBytes} bytes`);
    if (length === bytes.length) bytes = Buffer.concat([bytes], Math.min(bytes.length * 2, maxBytes + 1));
  }
};

/** `path`: what to name in the error. */
const realPath = (place: string, path: string): string | 'absent' => {
  try {
    return realpathSync.native(place);
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return 'absent';
    throw new SyncError('storage-failed', `${path} cannot be read (${code}).`, { cause: error });
  }
};
