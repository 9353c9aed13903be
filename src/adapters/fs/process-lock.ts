import { closeSync, constants, fstatSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isSyncError, SyncError } from '../../domain/errors.js';
import { COMMAND_KIND, makeCommandLockFile, takeByCommand } from './flock-command.js';
import { makeDirectory } from './make-directory.js';
import { loadNativeLock, type TakeLock } from './native-lock.js';
import { NO_DETOUR } from './repository-file.js';
import { storageFailure } from './storage-failure.js';

/** An exclusive lock that this process holds until it releases it or ends, however it ends. */
export interface HeldLock {
  /** Gives the lock back; safe to repeat. */
  release(): void;
}

/**
 * Takes the lock of a file, or returns `undefined` at once when anybody else has it, in this process or another. The
 * file is made when it is missing and never deleted: a lock belongs to the file's inode, not to its name.
 */
export const tryLockFile = (path: string, kinds: LockKinds = KINDS): HeldLock | undefined => {
  const descriptor = openForLocking(path, kinds);
  try {
    kindOf(descriptor, path, kinds)(descriptor);
  } catch (error) {
    closeSync(descriptor);
    if (isContention(error)) return undefined;
    throw isSyncError(error) ? error : unsupported(path, error);
  }
  let held = true;
  return {
    release: () => {
      if (!held) return;
      held = false;
      // Closing the only descriptor of an open file description gives up its locks.
      closeSync(descriptor);
    },
  };
};

/** Polls for the lock, since no kernel call has a time-out. `undefined` when `waitMs` passed or the signal aborted. */
export const lockFile = async (
  path: string,
  waitMs: number,
  signal?: AbortSignal,
): Promise<HeldLock | undefined> => {
  const free = tryLockFile(path);
  if (free !== undefined) return free;
  const start = performance.now();
  const deadline = start + waitMs;
  // Who has waited for long waits for a whole command, whose hooks may take a minute: there are others to leave the machine to.
  const longest = (): number => (performance.now() - start < LONG_MS ? LONGEST_PAUSE_MS : LATER_PAUSE_MS);
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 1.5, longest())) {
    if (signal?.aborted === true || performance.now() + pauseMs > deadline) return undefined;
    await delay(pauseMs);
    const lock = tryLockFile(path);
    if (lock !== undefined) return lock;
  }
};

/** The two ways to a kernel lock. */
export interface LockKinds {
  /** The package's, or why it cannot be had here. */
  readonly native: () => TakeLock;
  readonly command: TakeLock;
}

const FIRST_PAUSE_MS = 1;
const LONGEST_PAUSE_MS = 5;
const LONG_MS = 1_000;
const LATER_PAUSE_MS = 20;

let loaded: TakeLock | undefined;

const KINDS: LockKinds = { native: () => (loaded ??= loadNativeLock()), command: takeByCommand };

const CONTENTION = new Set(['EAGAIN', 'EWOULDBLOCK', 'EACCES', 'EBUSY', 'ERROR_LOCK_VIOLATION']);

const isContention = (error: unknown): boolean => CONTENTION.has((error as NodeJS.ErrnoException).code ?? '');

/** Every process takes the kind that the file was made for, so that both kinds never meet on one file. */
const kindOf = (descriptor: number, path: string, kinds: LockKinds): TakeLock => {
  if (fstatSync(descriptor).size === COMMAND_KIND.length) return kinds.command;
  try {
    return kinds.native();
  } catch (error) {
    if (!isUnsupported(error)) throw error;
    throw new SyncError('lock-unsupported', `${path} is used by programs with another kind of lock.`, {
      cause: error,
      hint: 'Set SPEC_KITTY_HOME to another directory, and use a clone of its own.',
    });
  }
};

const openForLocking = (path: string, kinds: LockKinds): number => {
  try {
    return openIfThere(path) ?? makeForLocking(path, kinds);
  } catch (error) {
    throw storageFailure(path, error);
  }
};

/** An exclusive lock needs a writable descriptor; an existing file is never shortened. */
const openIfThere = (path: string): number | undefined => {
  try {
    return openSync(path, constants.O_RDWR | NO_DETOUR);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
};

const makeForLocking = (path: string, kinds: LockKinds): number => {
  makeDirectory(dirname(path));
  if (!hasNative(kinds)) makeCommandLockFile(path);
  return openSync(path, constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | NO_DETOUR, 0o600);
};

const hasNative = (kinds: LockKinds): boolean => {
  try {
    kinds.native();
    return true;
  } catch (error) {
    if (!isUnsupported(error)) throw error;
    return false;
  }
};

const isUnsupported = (error: unknown): boolean => isSyncError(error) && error.kind === 'lock-unsupported';

const unsupported = (path: string, cause: unknown): SyncError =>
  new SyncError('lock-unsupported', `The file system gives no lock on ${path}.`, {
    cause,
    hint: 'Set SPEC_KITTY_HOME to a directory on a local disk.',
  });
