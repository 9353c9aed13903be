import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { GitMerges } from '../../../src/adapters/work/git-merges.js';
import { noteMove } from '../../../src/adapters/work/git-branch-move.js';
import { GitRepository } from '../../../src/adapters/work/git-repository.js';
import { mergesContract } from '../../contracts/merges.contract.js';
import type { Checkout } from '../../../src/ports/events.js';
import { scratchGit, type ScratchGit } from '../../support/scratch-git.js';

mergesContract({
  name: 'GitMerges',
  setup: async () => {
    const scratch = scratchGit({ 'a.txt': 'a\n', 'b.txt': 'b\n', '.gitignore': '.worktrees/\n' });
    const { root, stateRoot, environment } = scratch;
    return {
      subject: new GitMerges(environment),
      repository: new GitRepository({ stateRoot, environment }),
      root,
      write: scratch.write,
      read: (path) => (existsSync(join(root, path)) ? readFileSync(join(root, path), 'utf8') : undefined),
      commitOn: scratch.commitOn,
      switchTo: (branch) =>
        void scratch.git('checkout', '--quiet', ...(branch === undefined ? ['--detach'] : [branch])),
      dispose: scratch.remove,
    };
  },
});

describe('GitMerges beside the promises', () => {
  let scratch: ScratchGit;
  let checkout: Checkout;
  let merges: GitMerges;
  let repository: GitRepository;

  beforeEach(async () => {
    scratch = scratchGit({ 'a.txt': 'a\n', 'b.txt': 'b\n', 'gone.txt': 'gone\n' });
    const { root, stateRoot, environment } = scratch;
    repository = new GitRepository({ stateRoot, environment });
    merges = new GitMerges(environment);
    checkout = (await repository.locate(root))!;
  });
  afterEach(() => scratch.remove());

  const tip = (branch = 'main'): string => scratch.git('rev-parse', branch).trim();
  const status = (): string => scratch.git('status', '--porcelain');
  const note = (): string => join(scratch.root, '.git', 'spec-kitty', 'merge.json');
  const trial = async (strategy: 'merge' | 'squash' = 'merge') => {
    const tried = await merges.tryMerge(checkout, {
      into: 'main',
      branches: [{ branch: 'one', subject: 'Merge one' }],
      strategy,
    });
    if (!tried.ok) throw new Error('conflict');
    return { branch: 'main', from: tried.value.from, to: tried.value.to };
  };
  const ONE = [{ branch: 'one', startedFrom: [] }];
  const standing = async () => (await merges.standings(checkout, 'main', ONE)).get('one');

  it('knows merges that people made in every way that git has', async () => {
    const ways: Readonly<Record<string, readonly (readonly string[])[]>> = {
      'fast-forward': [['merge', '--quiet', 'one']],
      'merge commit': [['merge', '--quiet', '--no-ff', '--no-edit', 'one']],
      squash: [
        ['merge', '--quiet', '--squash', 'one'],
        ['commit', '--quiet', '-m', 'one'],
      ],
      'cherry-pick': [['cherry-pick', 'main..one']],
    };
    const start = tip();
    scratch.commitOn('one', { 'one.txt': '1\n' });
    for (const [way, commands] of Object.entries(ways)) {
      scratch.git('reset', '--quiet', '--hard', start);
      if (way !== 'fast-forward') {
        scratch.write('b.txt', `${way}\n`);
        scratch.commitAll('meanwhile');
      }
      expect([way, await standing()]).toEqual([way, 'unmerged']);
      for (const command of commands) scratch.git(...command);
      expect([way, await standing()]).toEqual([way, 'merged']);
    }
  });

  it('knows in a clone what was squashed, and merged with a merge commit', async () => {
    scratch.commitOn('one', { 'a.txt': '1\n' });
    await merges.moveBranch({ checkout }, await trial('squash'));
    scratch.write('a.txt', 'later\n');
    scratch.commitAll('later');
    scratch.git('checkout', '--quiet', 'one');
    const clone = join(scratch.place, 'clone');
    scratch.git('clone', '--quiet', scratch.root, clone);
    scratch.gitIn(clone, 'branch', 'main', 'origin/main');
    const there = (await repository.locate(clone))!;
    expect((await merges.standings(there, 'main', ONE)).get('one')).toBe('merged');
    expect(await repository.isMerged(there, 'one', 'main')).toBe(true);
  });

  it('passes over what looks changed only because it was touched', async () => {
    scratch.commitOn('one', { 'a.txt': '1\n' });
    const path = join(scratch.root, 'a.txt');
    writeFileSync(`${path}.copy`, 'a\n');
    renameSync(`${path}.copy`, path);
    expect(await merges.moveBranch({ checkout }, await trial())).toEqual({ ok: true, value: undefined });
    expect(status()).toBe('');
  });

  it('asks for a newer git when this one cannot merge in memory', async () => {
    scratch.commitOn('one', { 'a.txt': '1\n' });
    scratch.write('bin/git', '#!/bin/sh\ncase "$*" in merge-tree*) exit 129;; esac\nexec "$REAL_GIT" "$@"\n');
    scratch.git('update-index', '--add', '--chmod=+x', 'bin/git');
    scratch.git('checkout-index', '--force', 'bin/git');
    const real = (process.env['PATH'] ?? '').split(':').find((folder) => existsSync(join(folder, 'git')));
    const environment = {
      ...scratch.environment,
      PATH: `${join(scratch.root, 'bin')}:${process.env['PATH']}`,
      REAL_GIT: join(real!, 'git'),
    };
    const older = new GitMerges(environment);
    const request = { into: 'main', branches: [{ branch: 'one', subject: 's' }], strategy: 'merge' } as const;
    await expect(older.tryMerge(checkout, request)).rejects.toMatchObject({
      kind: 'git-failed',
      hint: 'Install git 2.38 or newer.',
    });
    expect((await older.standings(checkout, 'main', ONE)).get('one')).toBe('unmerged');
  });

  describe('a move that a dead process left half-way', () => {
    let move: { branch: string; from: string; to: string };
    const next = () => repository.exclusive(checkout, async () => 'next');

    beforeEach(async () => {
      scratch.git('checkout', '--quiet', '-b', 'one');
      scratch.write('a.txt', '1\n');
      scratch.write('new/n.txt', '1\n');
      rmSync(join(scratch.root, 'gone.txt'));
      scratch.commitAll('one');
      scratch.git('checkout', '--quiet', 'main');
      move = await trial();
      await noteMove(checkout, { ...move, directory: scratch.root });
    });

    const expectMoved = async (): Promise<void> => {
      expect(await next()).toBe('next');
      expect([tip(), status(), scratch.read('a.txt')]).toEqual([move.to, '', '1\n']);
      expect(existsSync(note())).toBe(false);
    };
    const expectBack = async (left = ''): Promise<void> => {
      expect(await next()).toBe('next');
      expect([tip(), status()]).toEqual([move.from, left]);
      expect(existsSync(note())).toBe(false);
    };

    it('scenario 30: is done when nothing of it was', () => expectMoved());

    it('scenario 30: is done when files and index had moved', async () => {
      scratch.git('read-tree', '-m', '-u', move.from, move.to);
      await expectMoved();
    });

    it('scenario 30: is done when all had moved', async () => {
      scratch.git('merge', '--quiet', '--ff-only', move.to);
      await expectMoved();
    });

    it('scenario 30: is done when it was on its way back', async () => {
      scratch.git('merge', '--quiet', '--ff-only', move.to);
      await noteMove(checkout, { branch: 'main', from: move.to, to: move.from, directory: scratch.root });
      await expectBack();
    });

    it('scenario 30: is put back when git itself was killed among the files', async () => {
      scratch.write('a.txt', '1\n');
      scratch.write('new/n.txt', '1\n');
      rmSync(join(scratch.root, 'gone.txt'));
      await expectBack();
      expect(existsSync(join(scratch.root, 'new/n.txt'))).toBe(false);
    });

    it("scenario 30: is put back but for what reads otherwise, which is somebody's", async () => {
      scratch.write('a.txt', 'edited\n');
      scratch.write('new/n.txt', '1\n');
      await expectBack(' M a.txt\n');
    });

    it('scenario 30: is forgotten when the branch has gone elsewhere, was given up, or nobody can read the note', async () => {
      scratch.git('read-tree', '-m', '-u', move.from, move.to);
      scratch.git('commit', '--quiet', '-m', 'by hand');
      const byHand = tip();
      await next();
      expect([tip(), existsSync(note())]).toEqual([byHand, false]);
      writeFileSync(note(), '{"version"');
      await next();
      writeFileSync(note(), '[]');
      await next();
      writeFileSync(note(), '{"branch": 1}');
      await next();
      await noteMove(checkout, { branch: 'main', from: byHand, to: 'f'.repeat(40), directory: scratch.root });
      await next();
      await noteMove(checkout, { branch: 'main', from: byHand, to: move.from, directory: scratch.place });
      await next();
      expect([tip(), existsSync(note()), status()]).toEqual([byHand, false, '']);
    });

    it('scenario 30: stops the command when the note cannot be read, and is there for the next one', async () => {
      rmSync(note());
      mkdirSync(note());
      await expect(next()).rejects.toMatchObject({ kind: 'storage-failed' });
      expect([tip(), existsSync(note())]).toEqual([move.from, true]);
      rmSync(note(), { recursive: true });
      mkdirSync(note());
      await expect(merges.moveBranch({ checkout }, move)).rejects.toMatchObject({ kind: 'storage-failed' });
      expect([tip(), status()]).toEqual([move.from, '']);
    });

    it('scenario 30: waits for the git that is still at work, and says so when that never ends', async () => {
      const lock = join(scratch.root, '.git', 'index.lock');
      writeFileSync(lock, '');
      await expect(next()).rejects.toMatchObject({
        kind: 'lock-busy',
        message: expect.stringContaining('index.lock'),
      });
      expect(existsSync(note())).toBe(true);
      rmSync(lock);
      await expectMoved();
    });
  });

  it('leaves everything as it was when git cannot move the files or the branch', async () => {
    scratch.commitOn('one', { 'a.txt': '1\n', 'new.txt': '1\n' });
    const move = await trial();
    for (const lock of ['index.lock', 'refs/heads/main.lock']) {
      writeFileSync(join(scratch.root, '.git', lock), '');
      await expect(merges.moveBranch({ checkout }, move)).rejects.toMatchObject({
        kind: 'merge-refused',
        message: expect.stringContaining('.lock'),
      });
      rmSync(join(scratch.root, '.git', lock));
      expect([tip(), status(), existsSync(note())]).toEqual([move.from, '', false]);
    }
    scratch.hook('reference-transaction', 'exit 1');
    await expect(merges.moveBranch({ checkout }, move)).rejects.toMatchObject({ kind: 'merge-refused' });
    expect([tip(), status(), existsSync(note())]).toEqual([move.from, '', false]);
    rmSync(join(scratch.root, '.git/hooks/reference-transaction'));
    expect(await merges.moveBranch({ checkout }, move)).toEqual({ ok: true, value: undefined });
  });

  it('turns folders into files and files into folders, unless something of a person lies there', async () => {
    scratch.write('folder/x.txt', 'x\n');
    scratch.commitAll('folder');
    scratch.git('checkout', '--quiet', '-b', 'one');
    scratch.git('rm', '--quiet', '-r', 'folder', 'a.txt');
    scratch.write('folder', 'a file now\n');
    scratch.write('a.txt/inside.txt', 'a folder now\n');
    scratch.commitAll('turned');
    scratch.git('checkout', '--quiet', 'main');
    scratch.write('.git/info/exclude', '*.log\n');
    const move = await trial();
    for (const mine of ['folder/mine.txt', 'folder/mine.log']) {
      scratch.write(mine, 'mine\n');
      const moved = await merges
        .moveBranch({ checkout }, move)
        .catch((error: unknown) => ({ ok: false, error }));
      expect([mine, moved.ok, tip(), scratch.read(mine)]).toEqual([mine, false, move.from, 'mine\n']);
      rmSync(join(scratch.root, mine));
    }
    expect(await merges.moveBranch({ checkout }, move)).toEqual({ ok: true, value: undefined });
    expect([scratch.read('folder'), scratch.read('a.txt/inside.txt'), status()]).toEqual([
      'a file now\n',
      'a folder now\n',
      '',
    ]);
  });

  it('leaves a branch alone that several work trees have', async () => {
    scratch.commitOn('one', { 'a.txt': '1\n' });
    const other = join(scratch.place, 'other');
    scratch.git('worktree', 'add', '--quiet', '--force', other, 'main');
    expect(await merges.moveBranch({ checkout }, await trial())).toEqual({
      ok: false,
      error: { obstacle: 'shared', directories: [scratch.root, other] },
    });
  });

  it('overlooks no work tree: git says what its files do not, and one that cannot be read is an error', async () => {
    const path = join(scratch.place, 'other');
    scratch.git('worktree', 'add', '--quiet', '-b', 'other', path);
    scratch.git('symbolic-ref', 'refs/heads/alias', 'refs/heads/other');
    scratch.gitIn(path, 'symbolic-ref', 'HEAD', 'refs/heads/alias');
    expect((await merges.places(checkout)).get('other')?.directory).toBe(path);
    const record = join(scratch.root, '.git/worktrees/other/gitdir');
    rmSync(record);
    mkdirSync(record);
    await expect(merges.places(checkout)).rejects.toMatchObject({ kind: 'storage-failed' });
  });

  it('moves a branch of a bare repository, whose HEAD is no work tree', async () => {
    scratch.commitOn('one', { 'a.txt': '1\n' });
    const bare = join(scratch.place, 'bare');
    scratch.git('clone', '--quiet', '--bare', scratch.root, bare);
    scratch.gitIn(bare, 'config', 'user.name', 'Tester');
    scratch.gitIn(bare, 'config', 'user.email', 'tester@example.org');
    const tree = join(scratch.place, 'tree');
    scratch.gitIn(bare, 'worktree', 'add', '--quiet', '-b', 'work', tree, 'main');
    const there = (await repository.locate(tree))!;
    const tried = await merges.tryMerge(there, {
      into: 'main',
      branches: [{ branch: 'one', subject: 's' }],
      strategy: 'merge',
    });
    if (!tried.ok) throw new Error('conflict');
    const { from, to } = tried.value;
    expect([...(await merges.places(there)).keys()]).toEqual(['work']);
    expect(await merges.moveBranch({ checkout: there }, { branch: 'main', from, to })).toMatchObject({
      ok: true,
    });
    expect(scratch.gitIn(bare, 'rev-parse', 'main').trim()).toBe(to);
    expect(scratch.gitIn(tree, 'status', '--porcelain')).toBe('');
  });
});
