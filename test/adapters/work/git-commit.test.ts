import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { GitRepository } from '../../../src/adapters/work/git-repository.js';
import type { HeldRepository } from '../../../src/ports/events.js';
import { scratchGit, type ScratchGit } from '../../support/scratch-git.js';

describe('a commit of exactly the changed files', () => {
  let scratch: ScratchGit;
  let repository: GitRepository;
  let held: HeldRepository;

  beforeEach(async () => {
    scratch = scratchGit({ 'a.txt': 'a\n', 'b.txt': 'b\n' });
    repository = new GitRepository({ stateRoot: scratch.stateRoot, environment: scratch.environment });
    held = { checkout: (await repository.locate(scratch.root))! };
  });
  afterEach(() => scratch.remove());

  const reasonOfCommit = async (paths: readonly string[]): Promise<string> => {
    const committed = await repository.commit(held, paths, 'try');
    expect(committed.ok).toBe(false);
    const reason = committed.ok ? '' : committed.error;
    expect(reason).not.toContain('\n');
    return reason;
  };

  it('keeps what the user has staged, changed and not added', async () => {
    scratch.write('staged.txt', 's\n');
    scratch.git('add', 'staged.txt');
    scratch.write('b.txt', 'staged b\n');
    scratch.git('add', 'b.txt');
    scratch.write('b.txt', 'later b\n');
    scratch.write('untracked.txt', 'u\n');
    scratch.write('a.txt', 'ours\n');
    scratch.write('deep/ours.txt', 'ours\n');
    const committed = await repository.commit(held, ['a.txt', 'deep/ours.txt'], 'Ours');
    expect(committed.ok).toBe(true);
    expect(scratch.git('show', '--name-only', '--format=%s', 'HEAD').trim().split('\n')).toEqual([
      'Ours',
      '',
      'a.txt',
      'deep/ours.txt',
    ]);
    expect(scratch.git('status', '--porcelain')).toBe('MM b.txt\nA  staged.txt\n?? untracked.txt\n');
    expect(scratch.git('show', ':b.txt')).toBe('staged b\n');
  });

  it.each([
    ['nothing more of a commit that git makes alone', [], ['a.txt'], ['commit']],
    ['only to take up what it does not know', [], ['new.txt'], ['commit', 'add', 'commit']],
    ['what became of the index when a hook ran', ['post-commit'], ['a.txt'], ['commit', 'diff-index']],
  ])('asks git %s', async (_what, hooks, paths, asked) => {
    const bin = join(scratch.place, 'bin');
    const real = scratch.environment['PATH'];
    const told = join(scratch.place, 'told');
    mkdirSync(bin);
    const script = `#!/bin/sh\necho "$*" >> ${told}\nPATH='${real}' exec git "$@"\n`;
    writeFileSync(join(bin, 'git'), script, { mode: 0o755 });
    for (const hook of hooks) scratch.hook(hook, 'true');
    const environment = { ...scratch.environment, PATH: `${bin}:${real}` };
    const watched = new GitRepository({ stateRoot: scratch.stateRoot, environment });
    for (const path of paths) scratch.write(path, 'ours\n');
    expect((await watched.commit(held, paths, 'Ours')).ok).toBe(true);
    const lines = readFileSync(told, 'utf8').trimEnd().split('\n');
    expect(lines.map((line) => asked.find((word) => line.includes(`${word} `)))).toEqual(asked);
    expect(scratch.git('status', '--porcelain')).toBe('');
    expect(existsSync(join(scratch.root, '.git', 'spec-kitty', 'trace'))).toBe(false);
  });

  it('takes a path as it is, whatever characters it has', async () => {
    const odd = ['[a].txt', '*.txt', ':(top)x.txt', 'ünï "q".txt', '-m.txt'];
    for (const path of odd) scratch.write(path, 'odd\n');
    scratch.write('a.txt', 'not ours\n');
    expect((await repository.commit(held, odd, 'Odd\n\nwith a body')).ok).toBe(true);
    expect(await repository.dirtyPaths(scratch.root)).toEqual(['a.txt']);
    expect(await repository.fileAtTip(held.checkout, 'main', 'ünï "q".txt')).toBe('odd\n');
  });

  it('works on a branch without any commit', async () => {
    scratch.git('checkout', '--quiet', '--orphan', 'fresh');
    scratch.git('rm', '--quiet', '-r', '--cached', '.');
    expect(await repository.head(held.checkout)).toEqual({ branch: 'fresh' });
    const committed = await repository.commit(held, ['a.txt'], 'First of all');
    expect(committed).toEqual({ ok: true, value: scratch.git('rev-parse', 'fresh').trim() });
    expect(await repository.dirtyPaths(scratch.root)).toEqual(['b.txt']);
  });

  it('runs the hooks, with the environment that git gives them', async () => {
    scratch.hook('pre-commit', 'git diff --cached --name-only > hook-saw');
    scratch.write('a.txt', 'ours\n');
    scratch.write('b.txt', 'theirs\n');
    scratch.git('add', 'b.txt');
    expect((await repository.commit(held, ['a.txt'], 'Ours')).ok).toBe(true);
    expect(scratch.read('hook-saw')).toBe('a.txt\n');
  });

  it('is not led to another repository by the variables of a hook', async () => {
    const other = scratchGit();
    const environment = {
      ...scratch.environment,
      GIT_DIR: join(other.root, '.git'),
      GIT_WORK_TREE: other.root,
      GIT_INDEX_FILE: join(other.root, '.git', 'index'),
    };
    const misled = new GitRepository({ stateRoot: scratch.stateRoot, environment });
    scratch.write('a.txt', 'ours\n');
    expect((await misled.commit(held, ['a.txt'], 'Ours')).ok).toBe(true);
    expect(scratch.git('log', '-1', '--format=%s').trim()).toBe('Ours');
    other.remove();
  });

  it('answers with the words of a hook that refuses, and makes no new file known', async () => {
    scratch.hook('pre-commit', 'echo checking >&2; echo "lint: a.txt is bad" >&2; exit 1');
    scratch.write('a.txt', 'ours\n');
    scratch.write('made.txt', 'ours\n');
    scratch.write('staged.txt', 's\n');
    scratch.git('add', 'staged.txt');
    const before = scratch.git('status', '--porcelain');
    expect(await reasonOfCommit(['a.txt'])).toBe('checking / lint: a.txt is bad');
    expect(await reasonOfCommit(['a.txt', 'made.txt'])).toBe('checking / lint: a.txt is bad');
    expect(scratch.git('status', '--porcelain')).toBe(before);
  });

  it('does not wait for what a hook leaves running', async () => {
    scratch.hook('post-commit', 'sleep 60 & echo $! > hook-pid');
    scratch.write('a.txt', 'ours\n');
    expect((await repository.commit(held, ['a.txt'], 'Ours')).ok).toBe(true);
    process.kill(Number(scratch.read('hook-pid')));
  });

  it('says that git does not know the user', async () => {
    scratch.git('config', '--unset', 'user.name');
    scratch.git('config', '--unset', 'user.email');
    scratch.git('config', 'user.useConfigOnly', 'true');
    scratch.write('a.txt', 'ours\n');
    expect(await reasonOfCommit(['a.txt'])).toContain('user.name');
  });

  it('scenario 29: is refused while a merge is in progress, and the merge goes on as it was', async () => {
    scratch.commitOn('side', { 'a.txt': 'theirs\n' });
    scratch.write('a.txt', 'mine\n');
    scratch.commitAll('mine');
    expect(() => scratch.git('merge', 'side')).toThrow();
    const before = scratch.git('status', '--porcelain');
    scratch.write('b.txt', 'ours\n');
    expect(await reasonOfCommit(['b.txt'])).toMatch(/merge|unmerged/);
    scratch.git('checkout', '--', 'b.txt');
    expect(scratch.git('status', '--porcelain')).toBe(before);
    expect(existsSync(join(scratch.root, '.git', 'MERGE_HEAD'))).toBe(true);
  });

  it('is refused for a file that is ignored, and for one that does not exist', async () => {
    scratch.write('.gitignore', 'secret.txt\n');
    scratch.commitAll('ignore');
    scratch.write('secret.txt', 's\n');
    expect(await reasonOfCommit(['secret.txt'])).toMatch(/ignored/);
    expect(await reasonOfCommit(['nowhere.txt'])).toMatch(/did not match/);
  });

  it('takes what another commit already holds for done', async () => {
    expect(await repository.commit(held, ['a.txt'], 'Nothing')).toEqual({
      ok: true,
      value: (await repository.head(held.checkout)).commit,
    });
    expect(scratch.git('log', '--format=%s').trim()).toBe('seed');
  });

  it('brings to the index what a git that died behind its commit had not', async () => {
    scratch.write('a.txt', 'ours\n');
    scratch.write('b.txt', 'staged b\n');
    scratch.git('add', 'b.txt');
    const before = readFileSync(join(scratch.root, '.git', 'index'));
    const first = await repository.commit(held, ['a.txt'], 'Ours');
    writeFileSync(join(scratch.root, '.git', 'index'), before);
    expect(scratch.git('status', '--porcelain')).toBe('MM a.txt\nM  b.txt\n');
    expect(await repository.commit(held, ['a.txt'], 'Ours')).toEqual(first);
    expect(scratch.git('status', '--porcelain')).toBe('M  b.txt\n');
    expect(scratch.git('log', '--format=%s').trim().split('\n')).toEqual(['Ours', 'seed']);
  });

  it('waits for another git to give the index back', async () => {
    const lock = join(scratch.root, '.git', 'index.lock');
    writeFileSync(lock, '');
    scratch.hook('pre-commit', 'true');
    scratch.write('a.txt', 'ours\n');
    const committing = repository.commit(held, ['a.txt'], 'Ours');
    setTimeout(() => rmSync(lock), 100);
    expect((await committing).ok).toBe(true);
  });

  it('gives up on an index that nobody gives back, and says why', async () => {
    writeFileSync(join(scratch.root, '.git', 'index.lock'), '');
    scratch.write('a.txt', 'ours\n');
    expect(await reasonOfCommit(['a.txt'])).toContain('index.lock');
  });

  it('commits in the main checkout when it is called in a linked worktree', async () => {
    const linked = join(scratch.place, 'linked');
    scratch.git('worktree', 'add', '--quiet', '-b', 'side', linked);
    const checkout = (await repository.locate(linked))!;
    scratch.write('a.txt', 'ours\n');
    const committed = await repository.commit({ checkout }, ['a.txt'], 'Ours');
    expect(committed).toEqual({ ok: true, value: scratch.git('rev-parse', 'main').trim() });
    expect(readFileSync(join(linked, 'a.txt'), 'utf8')).toBe('a\n');
    expect(await repository.head(checkout)).toMatchObject({ branch: 'side' });
  });

  it('fails with a hint where there is no git', async () => {
    const bare = new GitRepository({ stateRoot: scratch.stateRoot, environment: { PATH: scratch.place } });
    scratch.write('a.txt', 'ours\n');
    await expect(bare.commit(held, ['a.txt'], 'Ours')).rejects.toMatchObject({ kind: 'git-failed' });
  });
});
