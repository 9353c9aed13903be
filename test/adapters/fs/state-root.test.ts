import { chmodSync, existsSync, mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { networkFileSystem } from '../../../src/adapters/fs/network-file-system.js';
import { StateRoot } from '../../../src/adapters/fs/state-root.js';
import { scratchDirectory } from '../../support/scratch-directory.js';

const scratch = scratchDirectory();

describe('the state root', () => {
  it('is where SPEC_KITTY_HOME says, else in the home directory', () => {
    expect(StateRoot.locate({ SPEC_KITTY_HOME: '/srv/state' }, '/home/alice').path).toBe(
      resolve('/srv/state'),
    );
    for (const chosen of ['rel', '~', '~/state', './x'])
      expect(() => StateRoot.locate({ SPEC_KITTY_HOME: chosen }, '/home/alice')).toThrow(/no absolute path/);
    expect(StateRoot.locate({ SPEC_KITTY_HOME: '' }, '/home/alice').path).toBe(
      resolve('/home/alice/.spec-kitty'),
    );
    expect(StateRoot.locate({}).path).toBe(join(homedir(), '.spec-kitty'));
  });

  it('is made private, with its parents, only when it is asked for', () => {
    const root = new StateRoot(join(scratch.path, 'a', 'state'));
    root.check();
    expect(existsSync(root.path)).toBe(false);
    root.make();
    root.make();
    expect(statSync(root.path).mode & 0o777).toBe(0o700);
    expect(root.file('locks', 'x')).toBe(join(root.path, 'locks', 'x'));
  });

  it('is refused when it is a link, even to a good directory, or a file', () => {
    mkdirSync(join(scratch.path, 'real'));
    symlinkSync(join(scratch.path, 'real'), join(scratch.path, 'link'));
    writeFileSync(join(scratch.path, 'file'), '');
    for (const name of ['link', 'file']) {
      const root = new StateRoot(join(scratch.path, name));
      expect(() => root.make()).toThrow(
        expect.objectContaining({
          kind: 'state-root-unsafe',
          hint: expect.stringContaining('SPEC_KITTY_HOME'),
        }),
      );
    }
  });

  it.each([0o777, 0o770, 0o722])('is refused when others may write to it (%o)', (mode) => {
    chmodSync(scratch.path, mode);
    expect(() => new StateRoot(scratch.path).check()).toThrow(
      expect.objectContaining({ kind: 'state-root-unsafe', message: expect.stringContaining('by others') }),
    );
    chmodSync(scratch.path, 0o755);
    new StateRoot(scratch.path).check();
  });

  it('is refused when it belongs to someone else', () => {
    const root = new StateRoot(scratch.path, { userId: 4_000_000 });
    expect(() => root.check()).toThrow(expect.objectContaining({ kind: 'state-root-unsafe' }));
  });
});

describe('the file system of a directory', () => {
  it('is named when it is one of the network', () => {
    expect(networkFileSystem('/x', () => 0x6969)).toBe('NFS');
    expect(networkFileSystem('/x', () => 0xef53)).toBeUndefined();
    expect(networkFileSystem('/x', () => undefined)).toBeUndefined();
  });

  it('is taken for local where the system does not say', () => {
    expect(networkFileSystem(join(scratch.path, 'missing'))).toBeUndefined();
    expect(networkFileSystem(scratch.path)).toBeUndefined();
  });
});
