import {
  closeSync,
  constants,
  fchmodSync,
  fsyncSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { unlessAbsent } from './storage-failure.js';

interface AtomicWriteOptions {
  /** File mode; an existing file's mode has to be passed by the caller to survive. Default 0o644. */
  readonly mode?: number;
  /** `false` leaves out the syncs: the write is then atomic, but a power cut may undo it. Default `true`. */
  readonly durable?: boolean;
  /** `false` leaves the sync of the directory to the caller, who writes more files in it. Default: as `durable`. */
  readonly syncsDirectory?: boolean;
}

/**
 * Replaces a file in one step: readers see the old or the new content, never a mixture and never nothing. The
 * temporary file lies in the same directory under a name that no other writer uses, and is gone if this fails. A rename
 * that Windows refuses for a moment is tried again.
 */
export const writeFileAtomic = async (
  path: string,
  content: string | Uint8Array,
  options?: AtomicWriteOptions,
): Promise<void> => {
  for (let attempt = 1; ; attempt++) {
    try {
      return writeFileAtomicSync(path, content, options);
    } catch (error) {
      if (attempt > RENAME_RETRIES || !isTransientRename(error)) throw error;
      await delay(RENAME_RETRY_MS * attempt);
    }
  }
};

/** The same without waiting, for code that holds a lock: a rename that fails is reported at once. */
export const writeFileAtomicSync = (
  path: string,
  content: string | Uint8Array,
  options: AtomicWriteOptions = {},
): void => {
  const temporary = writeTemporary(path, content, options);
  try {
    renameSync(temporary, path);
  } catch (error) {
    removeQuietly(temporary);
    throw error;
  }
  if (options.syncsDirectory ?? options.durable !== false) syncDirectory(dirname(path));
};

/**
 * Removes the temporary files that writers of this file left beside it when they died. For the holder of the lock under
 * which the file is written: nobody else's can then be among them. Without the directory there are none.
 */
export const removeTemporaries = (path: string): void => {
  const [folder, base] = [dirname(path), basename(path)];
  for (const name of unlessAbsent(() => readdirSync(folder), [])) {
    if (isTemporaryOf(name, base)) rmSync(join(folder, name), { force: true });
  }
};

/** Whether a name is that of a temporary file for `base`, which stays behind when its writer dies. */
const isTemporaryOf = (name: string, base: string): boolean =>
  name.startsWith(`.${base}.`) && /^\d+\.[0-9a-z]+\.\d+\.tmp$/.test(name.slice(base.length + 2));

/** Makes the entries of a directory durable. Windows has no such call and needs none for NTFS metadata. */
export const syncDirectory = (directory: string): void => {
  if (process.platform === 'win32') return;
  const descriptor = openSync(directory, constants.O_RDONLY);
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
};

/** Writes all bytes, from `start` of the file on, else where the descriptor is; one call may write fewer than asked. */
export const writeFully = (descriptor: number, bytes: Uint8Array, start?: number): void => {
  for (let offset = 0; offset < bytes.length;) {
    const position = start === undefined ? null : start + offset;
    offset += writeSync(descriptor, bytes, offset, bytes.length - offset, position);
  }
};

let counter = 0;

// Windows refuses to rename over a file that somebody has open for a moment, such as a virus scanner.
const RENAME_RETRIES = 5;
const RENAME_RETRY_MS = 10;

const isTransientRename = (error: unknown): boolean => {
  const { code = '', syscall } = error as NodeJS.ErrnoException;
  return process.platform === 'win32' && syscall === 'rename' && /^(?:EPERM|EACCES|EBUSY)$/.test(code);
};

const removeQuietly = (path: string): void => {
  try {
    unlinkSync(path);
  } catch {
    // It was never made, or it is already gone: the failure that brought us here matters more.
  }
};

const writeTemporary = (path: string, content: string | Uint8Array, options: AtomicWriteOptions): string => {
  const mode = options.mode ?? 0o644;
  const name = `.${basename(path)}.${process.pid}.${Date.now().toString(36)}.${counter++}.tmp`;
  const temporary = join(dirname(path), name);
  const descriptor = openSync(temporary, 'wx', mode);
  try {
    if (process.platform !== 'win32') fchmodSync(descriptor, mode);
    writeFully(descriptor, typeof content === 'string' ? Buffer.from(content, 'utf8') : content);
    if (options.durable !== false) fsyncSync(descriptor);
  } catch (error) {
    closeSync(descriptor);
    removeQuietly(temporary);
    throw error;
  }
  closeSync(descriptor);
  return temporary;
};
