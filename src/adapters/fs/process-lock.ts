import { closeSync, constants, fstatSync, linkSync, openSync, unlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isSyncError, messageOf, SyncError } from '../../domain/errors.js';
import { makeDirectory } from './make-directory.js';
import { NO_DETOUR } from './repository-file.js';
import { storageFailure, unlessAbsent } from './storage-failure.js';

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
    if (CONTENTION.has((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw isSyncError(error) ? error : unsupported(path, error);
  }
  let held = true;
  return {
    release: () => {
      // Closing the only descriptor of an open file description gives up its locks.
      if (held) closeSync(descriptor);
      held = false;
    },
  };
};

/**
 * Polls for the lock, since no kernel call has a time-out. `undefined` when `waitMs` passed or the signal aborted: who
 * was told to stop gets no lock, also one that is free.
 */
export const lockFile = async (
  path: string,
  waitMs: number,
  signal?: AbortSignal,
): Promise<HeldLock | undefined> => {
  const start = nowMs();
  // Who has waited for long waits for a whole command, whose hooks may take a minute: there are others to leave the machine to.
  const longest = (): number => (nowMs() - start < LONG_MS ? LONGEST_PAUSE_MS : LATER_PAUSE_MS);
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 1.5, longest())) {
    if (signal?.aborted === true) return undefined;
    const lock = tryLockFile(path);
    if (lock !== undefined || nowMs() + pauseMs > start + waitMs) return lock;
    await delay(pauseMs);
  }
};

export interface Waiting {
  /** How long at most. */
  readonly waitMs: number;
  /** Told each second how long it has been; with `undefined` when a wait of which it was told is over. */
  readonly onWait?: ((waitedMs: number | undefined) => void) | undefined;
}

/**
 * Takes the lock of a file in the order of arrival. Kernel locks know no order: of many who poll, one may lose for ever,
 * and who has just come polls most often. So there is a row of places before the lock, each a lock of its own; whoever
 * waits goes from the last to the first and keeps a place until the next one is free. Who dies leaves its place to the
 * next, since the kernel gives it back. Beyond as many as there are places, chance decides who gets the last one.
 * `undefined` when the time is over or the signal aborted.
 */
export const lockInTurn = async (
  path: string,
  { waitMs, onWait }: Waiting,
  signal?: AbortSignal,
): Promise<HeldLock | undefined> => {
  const startMs = nowMs();
  let wasTold = false;
  const teller = setInterval(() => {
    wasTold = true;
    onWait?.(nowMs() - startMs);
  }, TOLD_EACH_MS);
  let held: HeldLock | undefined;
  try {
    // Where nobody waits, the first place is free.
    held = tryLockFile(placeBefore(path, 1));
    const places = held === undefined ? PLACES.map((place) => placeBefore(path, place)) : [];
    for (const step of [...places, path]) {
      const next = await lockFile(step, Math.max(0, startMs + waitMs - nowMs()), signal);
      held?.release();
      held = next;
      if (next === undefined) return undefined;
    }
    return held;
  } catch (error) {
    held?.release();
    throw error;
  } finally {
    clearInterval(teller);
    if (wasTold) onWait?.(undefined);
  }
};

/** The two ways to a kernel lock. */
export interface LockKinds {
  /** The package's; `undefined` where it does not run. */
  readonly native: () => TakeLock | undefined;
  readonly command: TakeLock;
}

/** Takes an exclusive lock on the open file behind a descriptor, or throws at once when anybody else has one. */
type TakeLock = (descriptor: number) => void;

// `performance` is loaded in a millisecond, and every command takes a lock.
const nowMs = (): number => process.uptime() * 1000;

const FIRST_PAUSE_MS = 1;
const LONGEST_PAUSE_MS = 5;
const LONG_MS = 1_000;
const LATER_PAUSE_MS = 20;

const placeBefore = (path: string, place: number): string => `${path}-queue/${place}`;

/** From the last to the first. */
const PLACES = Array.from({ length: 64 }, (_, at) => 64 - at);
const TOLD_EACH_MS = 1_000;

const CONTENTION = new Set(['EAGAIN', 'EWOULDBLOCK', 'EACCES', 'EBUSY', 'ERROR_LOCK_VIOLATION']);

/** Every process takes the kind that the file was made for, so that both kinds never meet on one file. */
const kindOf = (descriptor: number, path: string, kinds: LockKinds): TakeLock => {
  if (fstatSync(descriptor).size === COMMAND_KIND.length) return kinds.command;
  const native = kinds.native();
  if (native !== undefined) return native;
  throw new SyncError('lock-unsupported', `${path} is used by programs with another kind of lock.`, {
    hint: 'Set SPEC_KITTY_HOME to another directory, and use a clone of its own.',
  });
};

/** An exclusive lock needs a writable descriptor; an existing file is never shortened. */
const openForLocking = (path: string, kinds: LockKinds): number => {
  try {
    const open = unlessAbsent(() => openSync(path, constants.O_RDWR | NO_DETOUR), undefined);
    if (open !== undefined) return open;
    makeDirectory(dirname(path));
    if (kinds.native() === undefined) makeCommandLockFile(path);
    return openSync(path, constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | NO_DETOUR, 0o600);
  } catch (error) {
    throw storageFailure(path, error);
  }
};

const unsupported = (path: string, cause: unknown): SyncError =>
  new SyncError('lock-unsupported', `The file system gives no lock on ${path}.`, {
    cause,
    hint: 'Set SPEC_KITTY_HOME to a directory on a local disk.',
  });

/**
 * The kernel's own locks: OFD on Linux, flock on macOS, LockFileEx on Windows. The package's entry asks several helpers
 * where its binary is, which takes ten times as long as loading it; the place is fixed by the package's layout.
 */
const loadNativeLock = (): TakeLock | undefined => {
  const system = `${process.platform}-${process.arch}`;
  try {
    const require = createRequire(import.meta.url);
    const native: unknown = require(`fs-native-extensions/prebuilds/${system}/fs-native-extensions.node`);
    const { tryLock } = native as { tryLock(descriptor: number, ...range: [number, number, boolean]): void };
    return (descriptor) => tryLock(descriptor, 0, 0, true);
  } catch (error) {
    // For want of descriptors it could not be loaded now: that says nothing about the system's locks.
    if (!/EMFILE|ENFILE|too many open files/i.test(messageOf(error))) return undefined;
    throw new SyncError('storage-failed', `No more files can be opened: ${messageOf(error)}`, {
      cause: error,
      hint: 'Let the process open more files ("ulimit -n" shows how many), then run the command again.',
    });
  }
};

/**
 * The second kernel lock, for systems on which the package for the first one does not run (musl). `flock(1)` locks the
 * open file description that it inherits; the description stays open here when the program has ended, and with it the
 * lock, until this process closes it or dies.
 *
 * It does not exclude those who use the first kind. Which kind a lock file is for is therefore decided when the file is
 * made, by its content, once and for all: empty for the first kind, {@link COMMAND_KIND} for this one.
 */
export const takeByCommand: TakeLock = (descriptor) => {
  // Loaded here and not above: where the first kind runs, a capture has no use for it.
  const { spawnSync } = process.getBuiltinModule('node:child_process');
  const { status, error } = spawnSync('flock', ['-x', '-n', '3'], {
    // A folder of PATH that is not absolute is then none of a repository.
    cwd: '/',
    stdio: ['ignore', 'ignore', 'ignore', descriptor],
    windowsHide: true,
  });
  if (error !== undefined) {
    const system = `${process.platform}-${process.arch}`;
    const reason = `The package for kernel locks does not run on ${system}, and the program flock is not installed.`;
    throw new SyncError('lock-unsupported', reason, {
      cause: error,
      hint: 'Install util-linux or busybox, or use a system of glibc, macOS or Windows.',
    });
  }
  if (status !== 0) throw Object.assign(new Error('the lock is held'), { code: 'EAGAIN' });
};

/** What a lock file of this kind holds. */
const COMMAND_KIND = 'flock\n';

/** Makes the lock file as one of this kind, with its content from the first moment; leaves an existing one alone. */
const makeCommandLockFile = (path: string): void => {
  const temporary = `${path}.${process.pid}.tmp`;
  writeFileSync(temporary, COMMAND_KIND, { mode: 0o600 });
  try {
    linkSync(temporary, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    unlinkSync(temporary);
  }
};

let loaded: TakeLock | undefined;

const KINDS: LockKinds = { native: () => (loaded ??= loadNativeLock()), command: takeByCommand };
