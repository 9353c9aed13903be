import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type LockKinds,
  takeByCommand,
  lockFile,
  tryLockFile,
} from '../../../src/adapters/fs/process-lock.js';
import { SyncError } from '../../../src/domain/errors.js';
import { scratchDirectory } from '../../support/scratch-directory.js';
import { startWorker } from '../../support/worker.js';

const root = scratchDirectory();
const path = (): string => join(root.path, 'locks', 'one');

describe('the lock of a file', () => {
  it('is had by one at a time within a process, and by the next one after its release', () => {
    const first = tryLockFile(path());
    expect(first).toBeDefined();
    expect(tryLockFile(path())).toBeUndefined();
    first?.release();
    first?.release();
    const second = tryLockFile(path());
    expect(second).toBeDefined();
    first?.release();
    expect(tryLockFile(path())).toBeUndefined();
    second?.release();
  });

  it('leaves the file there, with what is in it', () => {
    mkdirSync(join(root.path, 'locks'));
    writeFileSync(path(), 'kept');
    tryLockFile(path())?.release();
    expect(readFileSync(path(), 'utf8')).toBe('kept');
    expect(existsSync(path())).toBe(true);
  });

  it('keeps other processes out while one holds it, and is free when that one gives it back', async () => {
    const holder = startWorker('lock-holder.mjs', [path()]);
    await holder.said(1);
    expect(holder.lines).toEqual(['held']);
    expect(tryLockFile(path())).toBeUndefined();
    const other = startWorker('lock-holder.mjs', [path()]);
    await other.said(1);
    expect(other.lines).toEqual(['busy']);
    other.finish();
    holder.finish();
    expect([await holder.ended, await other.ended]).toEqual([0, 0]);
    const mine = tryLockFile(path());
    expect(mine).toBeDefined();
    mine?.release();
  });

  it('is free as soon as its holder is killed', async () => {
    const holder = startWorker('lock-holder.mjs', [path()]);
    await holder.said(1);
    holder.kill();
    expect(await holder.ended).toBeNull();
    const mine = tryLockFile(path());
    expect(mine).toBeDefined();
    mine?.release();
  });

  it('is waited for until it is free', async () => {
    const first = tryLockFile(path());
    const waiting = lockFile(path(), 10_000);
    first?.release();
    const second = await waiting;
    expect(second).toBeDefined();
    second?.release();
  });

  it('is not waited for longer than asked, nor after the signal aborted', async () => {
    const first = tryLockFile(path());
    expect(await lockFile(path(), 5)).toBeUndefined();
    expect(await lockFile(path(), 60_000, AbortSignal.abort())).toBeUndefined();
    expect(await lockFile(`${path()}-free`, 60_000, AbortSignal.abort())).toBeUndefined();
    first?.release();
  });

  it('tells the failure when the file cannot be opened', () => {
    mkdirSync(path(), { recursive: true });
    expect(() => tryLockFile(path())).toThrow('EISDIR');
    expect(() => tryLockFile(path())).toThrow(expect.objectContaining({ kind: 'storage-failed' }));
  });
});

const describeOnUnix = process.platform === 'linux' ? describe : describe.skip;

describeOnUnix('the lock of a file where the package does not run', () => {
  const withoutPackage = (): LockKinds => ({
    native: () => undefined,
    command: takeByCommand,
  });

  it('is taken by the program flock and stays with this process when that has ended', () => {
    const first = tryLockFile(path(), withoutPackage());
    expect(first).toBeDefined();
    expect(tryLockFile(path(), withoutPackage())).toBeUndefined();
    first?.release();
    const second = tryLockFile(path(), withoutPackage());
    expect(second).toBeDefined();
    second?.release();
  });

  it('binds processes that could take the other kind, since the file says which kind it is for', async () => {
    tryLockFile(path(), withoutPackage())?.release();
    const holder = startWorker('lock-holder.mjs', [path()]);
    await holder.said(1);
    expect(holder.lines).toEqual(['held']);
    expect(tryLockFile(path(), withoutPackage())).toBeUndefined();
    holder.kill();
    await holder.ended;
    const mine = tryLockFile(path(), withoutPackage());
    expect(mine).toBeDefined();
    mine?.release();
  });

  it('refuses a file that was made for the other kind, and says what to do', () => {
    tryLockFile(path())?.release();
    expect(() => tryLockFile(path(), withoutPackage())).toThrow(
      expect.objectContaining({ kind: 'lock-unsupported', hint: expect.stringContaining('SPEC_KITTY_HOME') }),
    );
  });

  it('refuses to work without any kernel lock', () => {
    const neither: LockKinds = {
      ...withoutPackage(),
      command: () => {
        throw new SyncError('lock-unsupported', 'The program flock is not installed.');
      },
    };
    expect(() => tryLockFile(path(), neither)).toThrow(expect.objectContaining({ kind: 'lock-unsupported' }));
  });
});
