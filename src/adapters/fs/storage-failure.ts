import { SyncError } from '../../domain/errors.js';
import { NoPlainFile } from './repository-file.js';

/** What to throw for an error: the operating system's own and whatever is no plain file become `storage-failed`, cause kept; others stay. */
export const storageFailure = (path: string, error: unknown): unknown => {
  const { syscall, message, code } = (error ?? {}) as NodeJS.ErrnoException;
  if (syscall === undefined && !(error instanceof NoPlainFile)) return error;
  return new SyncError('storage-failed', `${path} could not be read or written: ${message}`, {
    cause: error,
    hint:
      code === 'EMFILE' || code === 'ENFILE'
        ? 'Let the process open more files ("ulimit -n" shows how many), then run the command again.'
        : 'Check that the disk has room and that the directory is yours.',
  });
};

/** Runs a piece of work on the files of a place; throws `storage-failed` when the operating system refuses a part of it. */
export const onStorage = async <T>(path: string, work: () => T | Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (error) {
    throw storageFailure(path, error);
  }
};

/** What a piece of work gives on a file that may be missing; `absent` where it is. */
export const unlessAbsent = <T, U>(work: () => T, absent: U, codes: readonly string[] = ABSENT): T | U => {
  try {
    return work();
  } catch (error) {
    if (codes.includes((error as NodeJS.ErrnoException).code ?? '')) return absent;
    throw error;
  }
};

const ABSENT = ['ENOENT'];

/** What a piece of work gives; `undefined` where it fails, whatever the reason. */
export const attempt = <T>(work: () => T): T | undefined => {
  try {
    return work();
  } catch {
    return undefined;
  }
};
