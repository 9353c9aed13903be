import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { GitAgentWork } from '../../../src/adapters/agents/git-agent-work.js';
import { scratchGit, type ScratchGit } from '../../support/scratch-git.js';

describe('what agents leave in git work trees', () => {
  let scratch: ScratchGit;
  let tree: string;
  beforeEach(() => {
    scratch = scratchGit({ 'a.txt': 'a\n', 'kitty-specs/001-x/spec.md': 'spec\n', '.gitignore': 'build/\n' });
    tree = join(scratch.root, '.worktrees', 'work');
    scratch.git('worktree', 'add', '--quiet', '--no-checkout', '-b', 'work', tree);
    scratch.gitIn(tree, 'sparse-checkout', 'set', '--no-cone', '/*', '!/kitty-specs/');
    scratch.gitIn(tree, 'checkout', '--quiet');
  });
  afterEach(() => scratch.remove());

  const commit = (directory = tree) =>
    new GitAgentWork(scratch.environment).commitRest(directory, 'WP01: what ann left');
  const tip = (): string => scratch.git('rev-parse', 'work').trim();

  it('is nothing in a clean work tree', async () => {
    const before = tip();
    expect(await commit()).toEqual({ ok: true, value: undefined });
    expect(tip()).toBe(before);
  });

  it('is committed as a whole: changed, added and removed files, but not what is ignored', async () => {
    writeFileSync(join(tree, 'b.txt'), 'b\n');
    rmSync(join(tree, 'a.txt'));
    mkdirSync(join(tree, 'build'));
    writeFileSync(join(tree, 'build', 'out'), 'x');
    expect(await commit()).toEqual({ ok: true, value: tip() });
    expect(scratch.git('show', '--name-status', '--format=%s', 'work').trim()).toBe(
      'WP01: what ann left\n\nD\ta.txt\nA\tb.txt',
    );
    expect(scratch.git('ls-tree', '-r', '--name-only', 'work')).toContain('kitty-specs/001-x/spec.md');
    expect(await commit()).toEqual({ ok: true, value: undefined });
  });

  it('is committed also where the agent had added some of it', async () => {
    writeFileSync(join(tree, 'b.txt'), 'b\n');
    scratch.gitIn(tree, 'add', 'b.txt');
    writeFileSync(join(tree, 'b.txt'), 'bb\n');
    await commit();
    expect(scratch.git('show', 'work:b.txt')).toBe('bb\n');
  });

  it('stays, with the reason, when a hook refuses it', async () => {
    scratch.hook('pre-commit', '#!/bin/sh\necho "lint says no" >&2\nexit 1\n');
    writeFileSync(join(tree, 'b.txt'), 'b\n');
    const before = tip();
    expect(await commit()).toEqual({ ok: false, error: 'lint says no' });
    expect(tip()).toBe(before);
    expect(existsSync(join(tree, 'b.txt'))).toBe(true);
  });

  it('is not committed while a merge has conflicts, nor where no branch is checked out', async () => {
    scratch.commitOn('other', { 'a.txt': 'theirs\n' });
    writeFileSync(join(tree, 'a.txt'), 'ours\n');
    await commit();
    expect(() => scratch.gitIn(tree, 'merge', '--quiet', 'other')).toThrow();
    expect(await commit()).toEqual({ ok: false, error: 'a merge with conflicts is under way' });
    scratch.gitIn(tree, 'merge', '--abort');
    scratch.gitIn(tree, 'checkout', '--quiet', '--detach');
    writeFileSync(join(tree, 'a.txt'), 'detached\n');
    expect(await commit()).toMatchObject({
      ok: false,
      error: expect.stringContaining('detached') as unknown,
    });
  });

  it('is never looked for in the main checkout when the work tree is gone', async () => {
    scratch.write('mine.txt', 'mine\n');
    scratch.git('worktree', 'remove', '--force', tree);
    expect(await commit()).toEqual({ ok: false, error: 'its work tree is gone' });
    mkdirSync(tree, { recursive: true });
    expect(await commit()).toEqual({ ok: false, error: 'its work tree is gone' });
    expect(scratch.git('status', '--porcelain', '--', 'mine.txt')).toBe('?? mine.txt\n');
  });
});
