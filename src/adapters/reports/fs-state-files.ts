import { constants, existsSync, statfsSync } from 'node:fs';
import { access, chmod, lstat, readdir, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { StateFiles, StateFilesReading } from '../../ports/outbox.js';
import { networkFileSystem } from '../fs/network-file-system.js';
import { tryLockFile } from '../fs/process-lock.js';
import type { StateRoot } from '../fs/state-root.js';
import { attempt, onStorage } from '../fs/storage-failure.js';

/** The state root as the file system shows it. */
export class FsStateFiles implements StateFiles {
  readonly #root: StateRoot;

  constructor(root: StateRoot) {
    this.#root = root;
  }

  async read(nowMs: number): Promise<StateFilesReading> {
    const root = this.#root.path;
    if (!existsSync(root))
      return { root, exists: false, loose: [], stale: [], inaccessible: [], busyLocks: [] };
    return onStorage(root, async () => {
      const entries = await this.#entries('');
      const network = networkFileSystem(root);
      const disk = attempt(() => statfsSync(root));
      return {
        root,
        exists: true,
        loose: looseAmong(entries).map(({ path }) => path),
        stale: entries.filter((entry) => isStale(entry, nowMs)).map(({ path }) => path),
        inaccessible: entries.filter(({ isAccessible }) => !isAccessible).map(({ path }) => path),
        busyLocks: entries.map(({ path }) => path).filter((path) => this.#isBusyLock(path)),
        ...(disk === undefined ? {} : { freeBytes: disk.bavail * disk.bsize }),
        ...(network === undefined ? {} : { networkFileSystem: network }),
      };
    });
  }

  async secure(paths: readonly string[]): Promise<number> {
    return count(paths, async (path) => {
      const place = join(this.#root.path, path);
      const { mode } = await lstat(place);
      await chmod(place, mode & PRIVATE);
    });
  }

  async remove(paths: readonly string[]): Promise<number> {
    return count(paths, (path) => unlink(join(this.#root.path, path)));
  }

  async isGone(directory: string): Promise<boolean> {
    return !existsSync(directory) && existsSync(dirname(directory));
  }

  /** The root itself is the entry with the empty path. A directory that goes away meanwhile is left out. */
  async #entries(path: string): Promise<readonly Entry[]> {
    const place = join(this.#root.path, path);
    const stats = await lstat(place).catch(() => undefined);
    if (stats === undefined || stats.isSymbolicLink()) return [];
    const isDirectory = stats.isDirectory();
    const wanted = constants.R_OK | constants.W_OK | (isDirectory ? constants.X_OK : 0);
    const isAccessible = await access(place, wanted).then(
      () => true,
      () => false,
    );
    const own = { path, mode: stats.mode, changedAtMs: stats.mtimeMs, isAccessible };
    if (!isDirectory || !isAccessible) return [own];
    const names = await readdir(place).catch(() => []);
    const inside = await Promise.all(
      names.sort().map((name) => this.#entries(path === '' ? name : `${path}/${name}`)),
    );
    return [own, ...inside.flat()];
  }

  /** The kernel is asked, which takes a free lock for a moment. */
  #isBusyLock(path: string): boolean {
    if (path !== 'lock' && !path.startsWith('locks/')) return false;
    const lock = tryLockFile(join(this.#root.path, path));
    lock?.release();
    return lock === undefined;
  }
}

interface Entry {
  readonly path: string;
  readonly mode: number;
  readonly changedAtMs: number;
  readonly isAccessible: boolean;
}

const PRIVATE = 0o700;
const OF_OTHERS = 0o077;
const STALE_AFTER_MS = 10 * 60 * 1000;
const TEMPORARY = /(^|\/)\.[^/]+\.\d+\.[0-9a-z]+\.\d+\.tmp$/;

/**
 * Behind a private root nothing can be reached, whatever its own mode is; only the credentials, which people copy, are
 * held to theirs in every case. The code cache holds nothing of the user's; Windows has no such modes.
 */
const looseAmong = (entries: readonly Entry[]): readonly Entry[] => {
  if (process.platform === 'win32') return [];
  const open = entries.filter(({ mode, path }) => (mode & OF_OTHERS) !== 0 && !path.startsWith('cache'));
  const isRootOpen = open.some(({ path }) => path === '');
  return isRootOpen ? open : open.filter(({ path }) => path === 'credentials');
};

const isStale = ({ path, changedAtMs }: Entry, nowMs: number): boolean =>
  TEMPORARY.test(path) && Math.abs(nowMs - changedAtMs) > STALE_AFTER_MS;

/** One that cannot be changed does not keep the others from it. */
const count = async (paths: readonly string[], change: (path: string) => Promise<void>): Promise<number> => {
  const done = await Promise.allSettled(paths.map(change));
  return done.filter(({ status }) => status === 'fulfilled').length;
};
