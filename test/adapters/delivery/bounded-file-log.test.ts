import { mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { BoundedFileLog } from '../../../src/adapters/delivery/bounded-file-log.js';
import { ControlledTime } from '../../../src/adapters/memory/memory-host.js';
import { scratchDirectory } from '../../support/scratch-directory.js';

describe('the log of a process that nobody watches', () => {
  const scratch = scratchDirectory();
  const path = (): string => join(scratch.path, 'sync', 'background.log');
  const log = (maxBytes?: number): BoundedFileLog =>
    new BoundedFileLog(path(), new ControlledTime(Date.UTC(2026, 2, 1)), maxBytes);

  it('has a line with the time for each message, readable by its owner alone', () => {
    mkdirSync(join(scratch.path, 'sync'));
    log().info('version 1.2.3 delivers');
    log().warn('unavailable:\n503\u001b[2J');
    log().debug();
    expect(readFileSync(path(), 'utf8')).toBe(
      '2026-03-01T00:00:00.000Z version 1.2.3 delivers\n' +
        '2026-03-01T00:00:00.000Z warning: unavailable: 503 [2J\n',
    );
    if (process.platform !== 'win32') expect(statSync(path()).mode & 0o777).toBe(0o600);
  });

  it('never grows beyond twice its limit, whatever is written', () => {
    mkdirSync(join(scratch.path, 'sync'));
    const subject = log(1000);
    for (let count = 0; count < 200; count++) subject.info(`${count} ${'x'.repeat(5000)}`);
    expect(readdirSync(join(scratch.path, 'sync')).sort()).toEqual(['background.log', 'background.log.1']);
    const sizes = ['background.log', 'background.log.1'].map(
      (name) => statSync(join(scratch.path, 'sync', name)).size,
    );
    expect(Math.max(...sizes)).toBeLessThanOrEqual(1000 + 1100);
    expect(readFileSync(path(), 'utf8')).toContain('199 xxx');
  });

  it('makes its directory, but no state root that is gone, and fails nobody', () => {
    new BoundedFileLog(join(scratch.path, 'gone', 'sync', 'a.log'), new ControlledTime()).warn(
      'nobody hears it',
    );
    expect(readdirSync(scratch.path)).toEqual([]);
    log().info('somebody may');
    expect(readdirSync(join(scratch.path, 'sync'))).toEqual(['background.log']);
    rmSync(path());
    mkdirSync(path());
    log().warn('a directory is in its place');
  });
});
