import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { YamlConfigStore } from '../../../src/adapters/events/yaml-config-store.js';
import { GitRepository } from '../../../src/adapters/work/git-repository.js';
import { JsonOrchestrationStore } from '../../../src/adapters/agents/json-orchestration-store.js';
import { scratchGit, type ScratchGit } from '../../support/scratch-git.js';

let scratch: ScratchGit;
let elsewhere: string;
beforeEach(() => {
  scratch = scratchGit();
  elsewhere = join(scratch.place, 'elsewhere');
  mkdirSync(elsewhere);
  writeFileSync(join(elsewhere, 'config.yaml'), 'theirs: true\n');
  scratch.write('readme', 'text');
  scratch.commitAll('first');
});
afterEach(() => scratch.remove());

const repository = () =>
  new GitRepository({ environment: scratch.environment, stateRoot: scratch.stateRoot });
const located = async () => {
  const checkout = await repository().locate(scratch.root);
  if (checkout === undefined) throw new Error('no checkout');
  return checkout;
};
const untouched = () => {
  expect(readdirSync(elsewhere)).toEqual(['config.yaml']);
  expect(readFileSync(join(elsewhere, 'config.yaml'), 'utf8')).toBe('theirs: true\n');
};
const edit = { path: ['project', 'uuid'], value: 'u' };

describe('work trees', () => {
  const request = () => ({
    path: join(scratch.root, '.worktrees', '001-any-WP01'),
    branch: '001-any-WP01',
    base: 'main',
    leaveOut: ['kitty-specs'],
  });

  it('are not made through a folder that is a link', async () => {
    symlinkSync(elsewhere, join(scratch.root, '.worktrees'));
    await repository().exclusive(await located(), async (held) => {
      await expect(repository().addWorktree(held, request())).rejects.toMatchObject({
        kind: 'worktree-failed',
        message: expect.stringContaining('.worktrees is a link'),
      });
    });
    untouched();
    expect(scratch.git('branch', '--list', '001-any-WP01')).toBe('');
  });

  it('are not made where a link to nowhere lies', async () => {
    mkdirSync(join(scratch.root, '.worktrees'));
    symlinkSync(join(elsewhere, 'new'), request().path);
    await repository().exclusive(await located(), async (held) => {
      await expect(repository().addWorktree(held, request())).rejects.toMatchObject({
        kind: 'worktree-failed',
      });
    });
    untouched();
  });

  it('are not removed through a folder that became a link', async () => {
    const own = repository();
    await own.exclusive(await located(), async (held) => {
      await own.addWorktree(held, request());
      rmSync(join(scratch.root, '.worktrees'), { recursive: true });
      mkdirSync(join(elsewhere, '001-any-WP01'));
      symlinkSync(elsewhere, join(scratch.root, '.worktrees'));
      await expect(own.removeWorktree(held, request())).rejects.toMatchObject({ kind: 'worktree-failed' });
    });
    expect(existsSync(join(elsewhere, '001-any-WP01'))).toBe(true);
  });
});

describe('the config', () => {
  const store = new YamlConfigStore();

  it.each([
    ['its folder', '.kittify', () => symlinkSync(elsewhere, join(scratch.root, '.kittify'))],
    [
      'the file itself',
      'config.yaml',
      () => {
        mkdirSync(join(scratch.root, '.kittify'));
        symlinkSync(join(elsewhere, 'config.yaml'), join(scratch.root, '.kittify', 'config.yaml'));
      },
    ],
  ])(
    'is neither read nor written nor set aside where %s is a link out of the project',
    async (_name, _what, link) => {
      link();
      const checkout = await located();
      expect(await store.read(scratch.root)).toEqual({
        state: 'unreadable',
        issues: [{ path: '', reason: 'leads out of the project' }],
      });
      await repository().exclusive(checkout, async (held) => {
        await expect(store.update(held, () => [edit])).rejects.toMatchObject({ kind: 'config-unreadable' });
      });
      untouched();
    },
  );

  it('is not set aside in a folder elsewhere', async () => {
    symlinkSync(elsewhere, join(scratch.root, '.kittify'));
    await repository().exclusive(await located(), async (held) => {
      await expect(store.setAside(held)).rejects.toMatchObject({ kind: expect.any(String) });
    });
    untouched();
  });

  it('that is a pipe, a device or too large is unreadable at once, and says why', async () => {
    const file = join(scratch.root, '.kittify', 'config.yaml');
    mkdirSync(join(scratch.root, '.kittify'));
    const reason = async () => {
      const reading = await store.read(scratch.root);
      return reading.state === 'unreadable' ? reading.issues[0]?.reason : reading.state;
    };
    execFileSync('mkfifo', [file]);
    expect(await reason()).toBe('cannot be read: it is a pipe instead of a file');
    rmSync(file);
    writeFileSync(file, Array.from({ length: 22_000 }, (_, at) => `key${at}: 1\n`).join(''));
    expect(await reason()).toMatch(/^cannot be read: it measures \d+ bytes, more than 16384$/);
  });
});

describe('our own files in a git directory', () => {
  it('are not made in a folder that leads out of it', async () => {
    symlinkSync(elsewhere, join(scratch.root, '.git', 'spec-kitty'));
    await expect(repository().exclusive(await located(), async () => undefined)).rejects.toMatchObject({
      kind: 'storage-failed',
    });
    await expect(new JsonOrchestrationStore().occupy(await located())).rejects.toMatchObject({
      kind: 'storage-failed',
    });
    untouched();
  });

  it('are not made through a link that leads nowhere', async () => {
    mkdirSync(join(scratch.root, '.git', 'spec-kitty'));
    symlinkSync(join(elsewhere, 'lock'), join(scratch.root, '.git', 'spec-kitty', 'lock'));
    await expect(repository().exclusive(await located(), async () => undefined)).rejects.toMatchObject({
      kind: 'storage-failed',
    });
    untouched();
  });

  it('exclude is left alone where it is a link, and the lines of others stay', async () => {
    const exclude = join(scratch.root, '.git', 'info', 'exclude');
    rmSync(exclude, { force: true });
    symlinkSync(join(elsewhere, 'config.yaml'), exclude);
    await repository().exclusive(await located(), async (held) => {
      const takeBack = await repository().exclude(held, '/.worktrees/');
      await takeBack();
    });
    untouched();
  });
});
