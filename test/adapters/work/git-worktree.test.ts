import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { GitRepository } from '../../../src/adapters/work/git-repository.js';
import type { WorktreeRequest } from '../../../src/ports/work.js';
import type { HeldRepository } from '../../../src/ports/events.js';
import { scratchGit, type ScratchGit } from '../../support/scratch-git.js';

describe('a work tree for a work package', () => {
  let scratch: ScratchGit;
  let repository: GitRepository;
  let held: HeldRepository;
  let request: WorktreeRequest;
  beforeEach(async () => {
    scratch = scratchGit({
      'kitty-specs/001-x/spec.md': 'spec\n',
      'src/a.txt': 'a\n',
      'kitty-specs.txt': 'not the folder\n',
    });
    repository = new GitRepository({ stateRoot: scratch.stateRoot, environment: scratch.environment });
    held = { checkout: (await repository.locate(scratch.root))! };
    const path = join(scratch.root, '.worktrees', '001-x-WP01');
    request = { path, branch: '001-x-WP01', base: 'main', leaveOut: ['kitty-specs'] };
    await repository.exclude(held, '/.worktrees/');
  });
  afterEach(() => scratch.remove());

  const refusal = async (): Promise<{ kind: string; message: string; hint: string }> =>
    repository.addWorktree(held, request).then(
      () => ({ kind: 'none', message: '', hint: '' }),
      (error: { kind: string; message: string; hint: string }) => error,
    );

  it('leaves the planning documents out, and nothing else', async () => {
    await repository.addWorktree(held, request);
    expect(readdirSync(request.path).sort()).toEqual(['.git', 'kitty-specs.txt', 'src']);
    expect(scratch.gitIn(request.path, 'status', '--porcelain')).toBe('');
    expect(scratch.gitIn(request.path, 'ls-files')).toContain('kitty-specs/001-x/spec.md');
  });

  it('changes nothing in the main checkout but the extension that keeps its own config apart', async () => {
    const before = scratch.git('config', '--local', '--list').trim().split('\n');
    await repository.addWorktree(held, request);
    const after = scratch.git('config', '--local', '--list').trim().split('\n');
    expect(after.filter((line) => !before.includes(line))).toEqual(['extensions.worktreeconfig=true']);
    expect(scratch.git('status', '--porcelain')).toBe('');
    expect(existsSync(join(scratch.root, 'kitty-specs', '001-x', 'spec.md'))).toBe(true);
  });

  it('keeps the planning documents in the history of its branch', async () => {
    await repository.addWorktree(held, request);
    writeFileSync(join(request.path, 'src', 'b.txt'), 'b\n');
    scratch.gitIn(request.path, 'add', '--all');
    scratch.gitIn(request.path, 'commit', '--quiet', '-m', 'work');
    expect(scratch.gitIn(request.path, 'show', 'HEAD:kitty-specs/001-x/spec.md')).toBe('spec\n');
    expect(scratch.gitIn(request.path, 'show', '--name-only', '--format=', 'HEAD').trim()).toBe('src/b.txt');
  });

  it('runs the hook that prepares a work tree, and leaves nothing behind when it refuses', async () => {
    scratch.hook('post-checkout', 'pwd > prepared');
    await repository.addWorktree(held, request);
    expect(existsSync(join(request.path, 'prepared'))).toBe(true);
    await repository.removeWorktree(held, request);
    scratch.hook('post-checkout', 'echo "no disk left" >&2; exit 1');
    expect(await refusal()).toMatchObject({
      kind: 'worktree-failed',
      message: expect.stringContaining('no disk left'),
    });
    expect(existsSync(join(scratch.root, '.worktrees'))).toBe(false);
    expect(scratch.git('branch', '--list').trim()).toBe('* main');
    expect(scratch.git('worktree', 'list').trim().split('\n')).toHaveLength(1);
  });

  it('is taken again although it is locked', async () => {
    await repository.addWorktree(held, request);
    scratch.git('worktree', 'lock', request.path);
    expect(await repository.addWorktree(held, request)).toBe('existing');
  });

  it('scenario 30: is filled by the next run when the first was killed before it was', async () => {
    scratch.git('worktree', 'add', '--quiet', '--no-checkout', '-b', request.branch, request.path, 'main');
    expect(await repository.addWorktree(held, request)).toBe('made');
    expect(readdirSync(request.path).sort()).toEqual(['.git', 'kitty-specs.txt', 'src']);
    expect(await repository.addWorktree(held, request)).toBe('existing');
    const mark = join(scratch.root, '.git', 'worktrees', request.branch, 'spec-kitty-unfilled');
    writeFileSync(mark, '');
    rmSync(join(request.path, 'src'), { recursive: true });
    expect(await repository.addWorktree(held, request)).toBe('made');
    expect(scratch.gitIn(request.path, 'status', '--porcelain')).toBe('');
    expect(existsSync(mark)).toBe(false);
  });

  it('scenario 30: is made afresh when git itself was killed while making it', async () => {
    scratch.git('worktree', 'add', '--quiet', '--no-checkout', '-b', request.branch, request.path, 'main');
    writeFileSync(join(scratch.root, '.git', 'worktrees', request.branch, 'locked'), 'initializing');
    rmSync(request.path, { recursive: true });
    expect(await repository.addWorktree(held, request)).toBe('made');
    expect(scratch.gitIn(request.path, 'status', '--porcelain')).toBe('');
  });

  it('scenario 29: is refused where the recorded one is gone, with the way out', async () => {
    await repository.addWorktree(held, request);
    rmSync(request.path, { recursive: true });
    const before = scratch.git('worktree', 'list', '--porcelain');
    expect(await refusal()).toMatchObject({
      kind: 'worktree-failed',
      hint: expect.stringContaining('git worktree repair'),
    });
    scratch.git('worktree', 'lock', '--reason', 'on a stick', request.path);
    expect(await refusal()).toMatchObject({
      kind: 'worktree-failed',
      message: expect.stringContaining('on a stick'),
      hint: expect.stringContaining('unlock'),
    });
    scratch.git('worktree', 'unlock', request.path);
    expect(scratch.git('worktree', 'list', '--porcelain')).toBe(before);
    const forgets = /"git (worktree remove [^"]+)"/.exec((await refusal()).hint ?? '')?.[1];
    scratch.git(...(forgets ?? '').split(' '));
    expect(await repository.addWorktree(held, request)).toBe('made');
  });

  it('is refused where the branch is checked out elsewhere, or was', async () => {
    const elsewhere = join(scratch.place, 'elsewhere');
    scratch.git('worktree', 'add', '--quiet', '-b', request.branch, elsewhere);
    expect(await refusal()).toMatchObject({
      kind: 'worktree-failed',
      message: expect.stringContaining(elsewhere),
    });
    rmSync(elsewhere, { recursive: true });
    expect(await refusal()).toMatchObject({
      kind: 'worktree-failed',
      hint: expect.stringContaining('git worktree repair'),
    });
    scratch.git('worktree', 'prune');
    scratch.git('checkout', '--quiet', request.branch);
    expect(await refusal()).toMatchObject({
      kind: 'worktree-failed',
      message: expect.stringContaining(scratch.root),
    });
  });

  it('is refused where something else lies, which stays as it is', async () => {
    mkdirSync(request.path, { recursive: true });
    writeFileSync(join(request.path, 'notes.txt'), 'mine\n');
    expect(await refusal()).toMatchObject({
      kind: 'worktree-failed',
      message: expect.stringContaining('exists'),
    });
    expect(readdirSync(request.path)).toEqual(['notes.txt']);
    expect(scratch.git('branch', '--list').trim()).toBe('* main');
  });

  it('is made in an empty directory, and from a commit that is no branch', async () => {
    mkdirSync(request.path, { recursive: true });
    const commit = scratch.git('rev-parse', 'HEAD').trim();
    expect(await repository.addWorktree(held, { ...request, base: commit.slice(0, 10) })).toBe('made');
  });

  it('has everything when nothing is to be left out', async () => {
    await repository.addWorktree(held, { ...request, leaveOut: [] });
    expect(existsSync(join(request.path, 'kitty-specs', '001-x', 'spec.md'))).toBe(true);
  });

  it('keeps its neighbours when it is removed', async () => {
    const other = { ...request, path: `${request.path}b`, branch: '001-x-WP02' };
    await repository.addWorktree(held, other);
    await repository.addWorktree(held, request);
    await repository.removeWorktree(held, request);
    expect(readdirSync(join(scratch.root, '.worktrees'))).toEqual(['001-x-WP01b']);
    expect(await repository.branchTip(held.checkout, other.branch)).toBeDefined();
  });

  it('cannot be based on a merge branch that somebody has checked out and that would have to move', async () => {
    scratch.commitOn('one', { '1.txt': '1\n' });
    scratch.git('branch', 'base');
    scratch.git('worktree', 'add', '--quiet', join(scratch.place, 'b'), 'base');
    await expect(repository.makeMergeBranch(held, 'base', ['main', 'one'])).rejects.toMatchObject({
      kind: 'worktree-failed',
    });
  });

  it('says which git it takes to merge without a work tree', async () => {
    const real = scratch.environment['PATH'] ?? '';
    const bin = join(scratch.place, 'bin');
    mkdirSync(bin);
    const script = `case "$1" in merge-tree) echo "usage: git merge-tree <base> <a> <b>" >&2; exit 129;; esac; PATH='${real}' exec git "$@"`;
    writeFileSync(join(bin, 'git'), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    const environment = { ...scratch.environment, PATH: `${bin}:${real}` };
    const older = new GitRepository({ stateRoot: scratch.stateRoot, environment });
    scratch.commitOn('one', { '1.txt': '1\n' });
    scratch.commitOn('two', { '2.txt': '2\n' });
    await expect(older.makeMergeBranch(held, 'base', ['one', 'two'])).rejects.toMatchObject({
      kind: 'git-failed',
      hint: expect.stringContaining('2.38'),
    });
    expect(await older.isMerged(held.checkout, 'one', 'main')).toBe(false);
  });
});
