import { closeSync, openSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { SyncError } from '../../domain/errors.js';
import { makeDirectory } from './make-directory.js';

/** An exclusive lock that this process holds until it releases it or ends, however it ends. */
export interface HeldLock {
  /** Gives the lock back; safe to repeat. */
  release(): void;
}

/**
 * Takes the lock of a file, or returns `undefined` at once when anybody else has it, in this process or another. The
 * file is made when it is missing and never deleted: a lock belongs to the file's inode, not to its name.
 */
export const tryLockFile = (path: string): HeldLock | undefined => {
  const descriptor = openForLocking(path);
  try {
    nativeLock().tryLock(descriptor, 0, 0, true);
  } catch (error) {
    closeSync(descriptor);
    if (isContention(error)) return undefined;
    throw new SyncError('lock-unsupported', `The file system gives no lock on ${path}.`, {
      cause: error,
      hint: 'Set SPEC_KITTY_HOME to a directory on a local disk.',
    });
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
  const deadline = performance.now() + waitMs;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 1.5, LONGEST_PAUSE_MS)) {
    if (signal?.aborted === true || performance.now() + pauseMs > deadline) return undefined;
    await delay(pauseMs);
    const lock = tryLockFile(path);
    if (lock !== undefined) return lock;
  }
};

interface NativeLock {
  tryLock(descriptor: number, offset: number, length: number, exclusive: boolean): void;
}

const FIRST_PAUSE_MS = 1;
const LONGEST_PAUSE_MS = 10;

const CONTENTION = new Set(['EAGAIN', 'EWOULDBLOCK', 'EACCES', 'EBUSY', 'ERROR_LOCK_VIOLATION']);

const isContention = (error: unknown): boolean => CONTENTION.has((error as NodeJS.ErrnoException).code ?? '');

const openForLocking = (path: string): number => {
  // An exclusive lock needs a writable descriptor; `a` makes the file without ever shortening it.
  try {
    return openSync(path, 'a', 0o600);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    makeDirectory(dirname(path));
    return openSync(path, 'a', 0o600);
  }
};

let loaded: NativeLock | undefined;

const nativeLock = (): NativeLock => {
  loaded ??= loadNativeLock();
  return loaded;
};

/**
 * The package's own entry asks several helpers where its binary is, which takes ten times as long as loading it; the
 * place is fixed by the package's layout.
 */
const loadNativeLock = (): NativeLock => {
  const require = createRequire(import.meta.url);
  try {
    const root = dirname(require.resolve('fs-native-extensions/package.json'));
    return require(
      join(root, 'prebuilds', `${process.platform}-${process.arch}`, 'fs-native-extensions.node'),
    ) as NativeLock;
  } catch (error) {
    throw new SyncError(
      'lock-unsupported',
      `No kernel lock is available on ${process.platform}-${process.arch}.`,
      {
        cause: error,
        hint: 'Reinstall spec-kitty-sync on a supported system: Linux (glibc), macOS or Windows on x64 or arm64.',
      },
    );
  }
};
