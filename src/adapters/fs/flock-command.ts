import { linkSync, unlinkSync, writeFileSync } from 'node:fs';
import { SyncError } from '../../domain/errors.js';
import type { TakeLock } from './native-lock.js';

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
    throw new SyncError('lock-unsupported', 'The program flock is not installed.', {
      cause: error,
      hint: 'Install util-linux or busybox.',
    });
  }
  if (status !== 0) throw Object.assign(new Error('the lock is held'), { code: 'EAGAIN' });
};

/** What a lock file of this kind holds. */
export const COMMAND_KIND = 'flock\n';

/** Makes the lock file as one of this kind, with its content from the first moment; leaves an existing one alone. */
export const makeCommandLockFile = (path: string): void => {
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
