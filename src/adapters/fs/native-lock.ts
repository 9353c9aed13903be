import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { messageOf, SyncError } from '../../domain/errors.js';

/** Takes an exclusive lock on the open file behind a descriptor, or throws at once when anybody else has one. */
export type TakeLock = (descriptor: number) => void;

/**
 * The kernel's own locks: OFD on Linux, flock on macOS, LockFileEx on Windows. The package's entry asks several helpers
 * where its binary is, which takes ten times as long as loading it; the place is fixed by the package's layout.
 */
export const loadNativeLock = (): TakeLock => {
  const require = createRequire(import.meta.url);
  try {
    const root = dirname(require.resolve('fs-native-extensions/package.json'));
    const native = require(
      join(root, 'prebuilds', `${process.platform}-${process.arch}`, 'fs-native-extensions.node'),
    ) as NativeExtensions;
    return (descriptor) => native.tryLock(descriptor, 0, 0, true);
  } catch (error) {
    // For want of descriptors it could not be loaded now: that says nothing about the system's locks.
    if (/EMFILE|ENFILE|too many open files/i.test(messageOf(error)))
      throw new SyncError('storage-failed', `No more files can be opened: ${messageOf(error)}`, {
        cause: error,
        hint: 'Let the process open more files ("ulimit -n" shows how many), then run the command again.',
      });
    throw new SyncError(
      'lock-unsupported',
      `The package for kernel locks does not run on ${process.platform}-${process.arch}.`,
      {
        cause: error,
        hint: 'Install the program flock (util-linux or busybox), or use a system of glibc, macOS or Windows.',
      },
    );
  }
};

interface NativeExtensions {
  tryLock(descriptor: number, offset: number, length: number, exclusive: boolean): void;
}
