import { mkdirSync, symlinkSync } from 'node:fs';
import { GitRepository } from '../../../src/adapters/work/git-repository.js';
import type { HeldRepository } from '../../../src/ports/events.js';
import { scratchGit, type ScratchGit } from '../../support/scratch-git.js';

let scratch: ScratchGit;
let repository: GitRepository;
let held: HeldRepository;

beforeEach(async () => {
  scratch = scratchGit();
  scratch.write('a.txt', 'a\n');
  scratch.write('b.txt', 'b\n');
  scratch.commitAll('first');
  repository = new GitRepository({ stateRoot: scratch.stateRoot, environment: scratch.environment });
  held = { checkout: (await repository.locate(scratch.root))! };
});
afterEach(() => scratch.remove());

const status = (): string => scratch.git('status', '--porcelain');
const commit = (...paths: string[]) => repository.commit(held, paths, 'chore: ours');

describe('after a commit with hooks, index and work tree are clean', () => {
  it.each([
    ['a known file', 'a.txt'],
    ['a new file', 'deep/new.txt'],
  ])('when one reformats %s', async (_what, path) => {
    scratch.hook('pre-commit', `sed -i.old 's/x/X/' ${path} && rm ${path}.old && git add ${path}`);
    scratch.write(path, 'x\n');
    expect(await commit(path)).toEqual({ ok: true, value: scratch.git('rev-parse', 'HEAD').trim() });
    expect(scratch.git('show', `HEAD:${path}`)).toBe('X\n');
    expect(status()).toBe('');
  });

  it('when one reformats in the index alone', async () => {
    scratch.hook(
      'pre-commit',
      'blob=$(echo X | git hash-object -w --stdin) && git update-index --cacheinfo 100644,$blob,a.txt',
    );
    scratch.write('a.txt', 'x\n');
    expect((await commit('a.txt')).ok).toBe(true);
    expect(scratch.read('a.txt')).toBe('X\n');
    expect(status()).toBe('');
  });

  it('when one adds a file, removes one, and rewrites the message', async () => {
    scratch.hook('pre-commit', 'echo list > list.txt && git add list.txt && git rm --quiet b.txt');
    scratch.hook('commit-msg', 'echo "chore: [X-1] ours" > "$1"');
    scratch.write('a.txt', 'x\n');
    expect((await commit('a.txt')).ok).toBe(true);
    expect(scratch.git('log', '-1', '--format=%s').trim()).toBe('chore: [X-1] ours');
    expect(scratch.git('ls-tree', '--name-only', 'HEAD').trim().split('\n')).toEqual(['a.txt', 'list.txt']);
    expect(status()).toBe('');
  });

  it('when one reformats and refuses, so that one looks at what it did', async () => {
    scratch.hook('pre-commit', 'grep -q x a.txt || exit 0; sed -i.old s/x/X/ a.txt; rm a.txt.old; exit 1');
    scratch.write('a.txt', 'x\n');
    expect((await commit('a.txt')).ok).toBe(true);
    expect(scratch.git('show', 'HEAD:a.txt')).toBe('X\n');
    expect(status()).toBe('');
  });

  it('on a branch without any commit, and with an index in two parts', async () => {
    scratch.hook('pre-commit', 'sed -i.old s/x/X/ a.txt && rm a.txt.old && git add a.txt');
    scratch.git('update-index', '--split-index');
    scratch.write('a.txt', 'x\n');
    expect((await commit('a.txt')).ok).toBe(true);
    expect(status()).toBe('');
    scratch.git('checkout', '--quiet', '--orphan', 'fresh');
    scratch.git('rm', '--quiet', '-r', '--cached', '.');
    scratch.write('a.txt', 'x again\n');
    expect((await commit('a.txt')).ok).toBe(true);
    expect(scratch.git('show', 'HEAD:a.txt')).toBe('X again\n');
    expect(status()).toBe('?? b.txt\n');
  });

  it('and what the user has staged stays staged, also in a file that the hook adds', async () => {
    scratch.write('staged.txt', 's\n');
    scratch.write('b.txt', 'staged\n');
    scratch.git('add', 'staged.txt', 'b.txt');
    scratch.hook(
      'pre-commit',
      'sed -i.old s/x/X/ a.txt && rm a.txt.old && echo hook > b.txt && git add a.txt b.txt',
    );
    scratch.write('a.txt', 'x\n');
    expect((await commit('a.txt')).ok).toBe(true);
    expect(scratch.git('show', ':staged.txt')).toBe('s\n');
    expect(scratch.git('show', ':b.txt')).toBe('staged\n');
    expect(status()).toBe('MM b.txt\nA  staged.txt\n');
  });
});

describe('a commit is reported only when it holds the paths', () => {
  it('not when a hook keeps one of them out', async () => {
    scratch.write('a.txt', 'x\n');
    scratch.write('b.txt', 'x\n');
    scratch.hook('pre-commit', 'git reset --quiet HEAD a.txt');
    expect(await commit('a.txt', 'b.txt')).toEqual({
      ok: false,
      error: 'a hook kept a.txt out of the commit',
    });
  });

  it('not when they lie in a submodule or another repository', async () => {
    mkdirSync(`${scratch.root}/specs`);
    scratch.gitIn(`${scratch.root}/specs`, 'init', '--quiet');
    scratch.write('specs/deep/x.md', 'x\n');
    const reason = 'specs/deep/x.md lies in another repository, specs, so no commit here can hold it';
    expect(await repository.commitObstacle(held, ['a.txt', 'specs/deep/x.md'])).toBe(reason);
    expect(await commit('specs/deep/x.md')).toEqual({ ok: false, error: reason });
    expect(await repository.commitObstacle(held, ['a.txt', 'specs.md'])).toBeUndefined();
  });

  it('and behind a link they are committed where they lie', async () => {
    scratch.write('docs/specs/known.md', 'k\n');
    symlinkSync('docs/specs', `${scratch.root}/specs`);
    scratch.commitAll('link');
    scratch.write('specs/known.md', 'changed\n');
    scratch.write('specs/new.md', 'n\n');
    expect(await repository.isUncommitted(held.checkout, 'specs/new.md')).toBe(true);
    expect((await commit('specs/known.md', 'specs/new.md')).ok).toBe(true);
    expect(scratch.git('show', '--name-only', '--format=', 'HEAD').trim().split('\n')).toEqual([
      'docs/specs/known.md',
      'docs/specs/new.md',
    ]);
    expect(await repository.isUncommitted(held.checkout, 'specs/new.md')).toBe(false);
    expect(await repository.fileAtTip(held.checkout, 'main', 'specs/new.md')).toBe('n\n');
    expect(status()).toBe('');
  });
});
