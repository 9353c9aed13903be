import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tryLockFile } from '../../../src/adapters/fs/process-lock.js';
import { StateRoot } from '../../../src/adapters/fs/state-root.js';
import { FsStateFiles } from '../../../src/adapters/reports/fs-state-files.js';
import { stateFilesContract } from '../../contracts/state-files.contract.js';
import { scratchDirectory } from '../../support/scratch-directory.js';

const NOW_MS = Date.UTC(2026, 2, 1);
const OLD_TEMPORARY = 'outbox/.ledger.json.7.abc.0.tmp';

/** Modes mean nothing on Windows. */
const whereModesCount = process.platform === 'win32' ? it.skip : it;

if (process.platform !== 'win32') {
  stateFilesContract({
    name: 'file system',
    durable: true,
    setup: async () => {
      const place = mkdtempSync(join(tmpdir(), 'state-'));
      const path = join(place, 'root');
      return {
        subject: new FsStateFiles(new StateRoot(path)),
        nowMs: NOW_MS,
        disorder: async () => {
          mkdirSync(join(path, 'outbox'), { recursive: true, mode: 0o700 });
          writeFileSync(join(path, 'credentials'), '', { mode: 0o644 });
          writeFileSync(join(path, OLD_TEMPORARY), '', { mode: 0o600 });
          utimesSync(join(path, OLD_TEMPORARY), NOW_MS / 1000 - 3600, NOW_MS / 1000 - 3600);
          return { loose: 'credentials', stale: OLD_TEMPORARY };
        },
        there: place,
        gone: join(place, 'gone'),
        dispose: async () => rmSync(place, { recursive: true, force: true }),
      };
    },
  });
}

describe('the state root as files', () => {
  const scratch = scratchDirectory();
  const files = (path = scratch.path) => new FsStateFiles(new StateRoot(path));

  it('is no fault where there is none, and none is made', async () => {
    const path = join(scratch.path, 'none');
    expect(await files(path).read(NOW_MS)).toEqual({
      root: path,
      exists: false,
      loose: [],
      stale: [],
      inaccessible: [],
      busyLocks: [],
    });
    expect(await files(scratch.path).isGone(path)).toBe(true);
  });

  it('names the locks that somebody holds, and leaves the free ones free', async () => {
    mkdirSync(join(scratch.path, 'locks'), { mode: 0o700 });
    const held = tryLockFile(join(scratch.path, 'locks', 'background'));
    tryLockFile(join(scratch.path, 'lock'))?.release();
    expect((await files().read(NOW_MS)).busyLocks).toEqual(['locks/background']);
    held?.release();
    expect((await files().read(NOW_MS)).busyLocks).toEqual([]);
  });

  it('says how much room there is', async () => {
    expect((await files().read(NOW_MS)).freeBytes).toBeGreaterThan(0);
  });

  it('takes a temporary file that was touched just now for one that is in use', async () => {
    mkdirSync(join(scratch.path, 'outbox'));
    writeFileSync(join(scratch.path, OLD_TEMPORARY), '');
    utimesSync(join(scratch.path, OLD_TEMPORARY), NOW_MS / 1000, NOW_MS / 1000);
    expect((await files().read(NOW_MS)).stale).toEqual([]);
  });

  whereModesCount('finds the root itself open to others, and closes it', async () => {
    chmodSync(scratch.path, 0o755);
    expect((await files().read(NOW_MS)).loose).toEqual(['']);
    expect(await files().secure([''])).toBe(1);
    expect((await files().read(NOW_MS)).loose).toEqual([]);
  });

  whereModesCount(
    'minds the mode of a file behind a private root only where it holds credentials',
    async () => {
      mkdirSync(join(scratch.path, 'hub'));
      for (const name of ['hub/events.db', 'credentials']) {
        writeFileSync(join(scratch.path, name), '');
        chmodSync(join(scratch.path, name), 0o644);
      }
      expect((await files().read(NOW_MS)).loose).toEqual(['credentials']);
      chmodSync(scratch.path, 0o750);
      expect((await files().read(NOW_MS)).loose).toEqual(['', 'credentials', 'hub', 'hub/events.db']);
    },
  );

  whereModesCount('does not mind who reads the code cache, and follows no link out of the root', async () => {
    mkdirSync(join(scratch.path, 'cache'), { mode: 0o755 });
    symlinkSync('/', join(scratch.path, 'link'));
    expect((await files().read(NOW_MS)).loose).toEqual([]);
  });

  it('goes on where one file cannot be changed', async () => {
    writeFileSync(join(scratch.path, 'a'), '', { mode: 0o644 });
    expect(await files().secure(['missing', 'a'])).toBe(1);
  });

  it('that is no directory is broken storage', async () => {
    writeFileSync(join(scratch.path, 'file'), '');
    expect((await files(join(scratch.path, 'file')).read(NOW_MS)).exists).toBe(true);
  });
});
