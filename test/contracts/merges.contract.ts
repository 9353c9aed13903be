import type { BranchMove, Merges, MergeStrategy, TriedMerge, Repository } from '../../src/ports/work.js';
import type { Checkout, HeldRepository } from '../../src/ports/events.js';

/** A repository with one commit on `main` that holds `a.txt` and `b.txt`, and what a person would do in it. */
export interface MergesSetup {
  readonly subject: Merges;
  readonly repository: Repository;
  readonly root: string;
  write(path: string, text: string): void;
  /** `undefined` when the file does not exist. */
  read(path: string): string | undefined;
  commitOn(branch: string, files: Readonly<Record<string, string>>): void;
  /** Puts the main checkout on an existing branch, or detaches it. */
  switchTo(branch: string | undefined): void;
  dispose?(): void;
}

export interface MergesFlavour {
  readonly name: string;
  readonly setup: () => Promise<MergesSetup>;
}

/** What merging promises. */
export const mergesContract = ({ name, setup }: MergesFlavour): void => {
  describe(`${name} keeps the promises of merging`, () => {
    let it$: MergesSetup;
    let main: Checkout;
    const held = (): HeldRepository => ({ checkout: main });
    const tip = (branch: string) => it$.repository.branchTip(main, branch);
    const at = (branch: string, path: string) => it$.repository.fileAtTip(main, branch, path);
    const standing = async (branch: string, startedFrom: readonly string[] = []) =>
      (await it$.subject.standings(main, 'main', [{ branch, startedFrom }])).get(branch);
    const trial = (branches: readonly string[], strategy: MergeStrategy = 'merge', into = 'main') =>
      it$.subject.tryMerge(main, {
        into,
        strategy,
        branches: branches.map((branch) => ({ branch, subject: `Merge ${branch}` })),
      });
    const tried = async (...args: Parameters<typeof trial>): Promise<TriedMerge> => {
      const result = await trial(...args);
      if (!result.ok) throw new Error(`conflict in ${result.error.paths.join(', ')}`);
      return result.value;
    };
    const moveOf = (branch: string, { from, to }: TriedMerge): BranchMove => ({ branch, from, to });
    const merge = async (branches: readonly string[], strategy: MergeStrategy = 'merge'): Promise<void> => {
      const moved = await it$.subject.moveBranch(held(), moveOf('main', await tried(branches, strategy)));
      expect(moved).toEqual({ ok: true, value: undefined });
    };
    const startBranch = async (branch: string, base = 'main'): Promise<void> => {
      const path = `${it$.root}/.worktrees/${branch}`;
      await it$.repository.addWorktree(held(), { path, branch, base, leaveOut: [] });
    };

    const commitUpon = (base: string, branch: string, files: Readonly<Record<string, string>>): void => {
      it$.switchTo(base);
      it$.commitOn(branch, files);
      it$.switchTo('main');
    };

    beforeEach(async () => {
      it$ = await setup();
      main = (await it$.repository.locate(it$.root))!;
    });
    afterEach(() => it$.dispose?.());

    describe('how a branch stands', () => {
      it('misses one that does not exist', async () => {
        expect(await standing('nowhere')).toBe('missing');
      });

      it('sees no commits on one that was only started, also when the target has gone on', async () => {
        await startBranch('side');
        expect(await standing('side')).toBe('no-commits');
        it$.write('a.txt', 'on\n');
        await it$.repository.commit(held(), ['a.txt'], 'on');
        expect(await standing('side')).toBe('no-commits');
      });

      it('tells unmerged work from merged, whatever the strategy', async () => {
        for (const [branch, strategy] of [
          ['one', 'merge'],
          ['two', 'squash'],
        ] as const) {
          it$.commitOn(branch, { [`${branch}.txt`]: 'x\n' });
          expect(await standing(branch)).toBe('unmerged');
          await merge([branch], strategy);
          expect(await standing(branch)).toBe('merged');
          expect(await it$.repository.isMerged(main, branch, 'main')).toBe(true);
        }
      });

      it('does not count what a branch was started from as its own', async () => {
        it$.commitOn('one', { 'one.txt': 'x\n' });
        await startBranch('two', 'one');
        expect(await standing('two', ['one'])).toBe('no-commits');
        await merge(['one']);
        expect(await standing('two', ['one', 'nowhere'])).toBe('no-commits');
        it$.commitOn('three', { 'three.txt': 'x\n' });
        expect(await standing('three', ['one'])).toBe('unmerged');
      });

      it('knows a squashed branch although the same lines were changed afterwards', async () => {
        it$.commitOn('one', { 'a.txt': 'one\n' });
        await merge(['one'], 'squash');
        it$.write('a.txt', 'later\n');
        await it$.repository.commit(held(), ['a.txt'], 'later');
        expect(await standing('one')).toBe('merged');
        it$.commitOn('one', { 'a.txt': 'more of one\n' });
        expect(await standing('one')).toBe('unmerged');
      });

      it('knows that the work of a branch is there when the target moved forward to it', async () => {
        it$.commitOn('one', { 'one.txt': 'x\n' });
        const move = { branch: 'main', from: (await tip('main'))!, to: (await tip('one'))! };
        await it$.subject.moveBranch(held(), move);
        expect(it$.read('one.txt')).toBe('x\n');
        expect(await standing('one')).toBe('merged');
      });
    });

    it('tells of many branches at once what it tells of each', async () => {
      it$.commitOn('one', { 'one.txt': 'x\n' });
      await startBranch('two', 'one');
      await startBranch('three');
      it$.commitOn('four', { 'four.txt': 'x\n' });
      it$.commitOn('five', { 'five.txt': 'x\n' });
      const names = ['one', 'two', 'three', 'four', 'five', 'nowhere'];
      const questions = names.map((branch) => ({
        branch,
        startedFrom: ['one', 'nowhere'].filter((start) => start !== branch),
      }));
      const tell = async () => [...(await it$.subject.standings(main, 'main', questions)).values()];
      expect(new Set(await tell())).toEqual(new Set(['unmerged', 'no-commits', 'missing']));
      await merge(['one', 'four']);
      await merge(['five'], 'squash');
      const told = await it$.subject.standings(main, 'main', questions);
      expect(names.map((name) => told.get(name))).toEqual([
        ...['merged', 'no-commits', 'no-commits', 'merged', 'merged', 'missing'],
      ]);
      for (const { branch, startedFrom } of questions)
        expect([branch, await standing(branch, startedFrom)]).toEqual([branch, told.get(branch)]);
      expect(await it$.subject.standings(main, 'nowhere', questions.slice(0, 1))).toEqual(
        new Map([['one', 'unmerged']]),
      );
      expect(await it$.subject.standings(main, 'main', [])).toEqual(new Map());
    });

    it('knows where a branch is checked out', async () => {
      await startBranch('side');
      it$.commitOn('other', { 'o.txt': 'o\n' });
      const places = await it$.subject.places(main);
      expect(places.get('main')).toEqual({
        directory: it$.root,
        isPresent: true,
        isLocked: false,
        isRebased: false,
      });
      expect(places.get('side')).toMatchObject({
        directory: `${it$.root}/.worktrees/side`,
        isPresent: true,
      });
      expect(places.has('other')).toBe(false);
    });

    describe('a trial', () => {
      it('changes nothing that can be seen', async () => {
        it$.commitOn('one', { 'one.txt': 'x\n' });
        const before = await it$.repository.head(main);
        const { from, to, commits } = await tried(['one']);
        expect(from).toBe(before.commit);
        expect(commits).toEqual([to]);
        expect(await it$.repository.head(main)).toEqual(before);
        expect(await it$.repository.dirtyPaths(it$.root)).toEqual([]);
        expect(it$.read('one.txt')).toBeUndefined();
      });

      it('makes one commit for each branch, and none for a branch that is there already', async () => {
        it$.commitOn('one', { 'one.txt': 'x\n' });
        it$.commitOn('two', { 'two.txt': 'x\n' });
        const { to, commits } = await tried(['one', 'two', 'one']);
        expect(commits).toEqual([expect.any(String), to, undefined]);
        expect(new Set(commits).size).toBe(3);
        expect(await tried([])).toMatchObject({ commits: [], to: await tip('main') });
      });

      it('scenario 29: names the first branch that conflicts, and its paths', async () => {
        it$.commitOn('one', { 'a.txt': 'one\n', 'b.txt': 'one\n' });
        it$.commitOn('two', { 'a.txt': 'two\n', 'b.txt': 'two\n' });
        for (const strategy of ['merge', 'squash'] as const)
          expect(await trial(['one', 'two'], strategy)).toEqual({
            ok: false,
            error: { branch: 'two', paths: ['a.txt', 'b.txt'] },
          });
        expect(await standing('one')).toBe('unmerged');
        expect(await it$.repository.dirtyPaths(it$.root)).toEqual([]);
      });

      it('fails for a branch that does not exist', async () => {
        await expect(trial(['nowhere'])).rejects.toMatchObject({ kind: 'git-failed' });
        await expect(trial([], 'merge', 'nowhere')).rejects.toMatchObject({ kind: 'git-failed' });
      });

      it.each(['merge', 'squash'] as const)(
        'squashes a branch that was built upon another one, and takes the one on top by %s although it changed the same lines',
        async (strategy) => {
          it$.commitOn('one', { 'a.txt': 'one\n' });
          commitUpon('one', 'two', { 'a.txt': 'two\n' });
          await merge(['one'], 'squash');
          await merge(['two'], strategy);
          expect(it$.read('a.txt')).toBe('two\n');
          expect([await standing('one'), await standing('two', ['one'])]).toEqual(['merged', 'merged']);
        },
      );

      it('squashes a branch and the one built upon it at once', async () => {
        it$.commitOn('one', { 'a.txt': 'one\n' });
        commitUpon('one', 'two', { 'a.txt': 'two\n' });
        await merge(['one', 'two'], 'squash');
        expect(await at('main', 'a.txt')).toBe('two\n');
        expect(await standing('one')).toBe('merged');
      });
    });

    describe('a move', () => {
      it('takes files and index along in the work tree that has the branch', async () => {
        it$.commitOn('one', { 'a.txt': 'one\n', 'new/one.txt': 'x\n' });
        await merge(['one']);
        expect(it$.read('a.txt')).toBe('one\n');
        expect(it$.read('new/one.txt')).toBe('x\n');
        expect(await it$.repository.dirtyPaths(it$.root)).toEqual([]);
        expect(await at('main', 'new/one.txt')).toBe('x\n');
      });

      it('keeps what a person changed in other files', async () => {
        it$.commitOn('one', { 'a.txt': 'one\n' });
        it$.write('b.txt', 'mine\n');
        it$.write('c.txt', 'mine too\n');
        await merge(['one']);
        expect([it$.read('a.txt'), it$.read('b.txt'), it$.read('c.txt')]).toEqual([
          'one\n',
          'mine\n',
          'mine too\n',
        ]);
        expect(await it$.repository.dirtyPaths(it$.root)).toEqual(['b.txt', 'c.txt']);
      });

      it('scenario 29: refuses to overwrite changed and untracked files, and names them', async () => {
        it$.commitOn('one', { 'a.txt': 'one\n', 'c.txt': 'one\n', 'd.txt': 'one\n' });
        it$.write('a.txt', 'mine\n');
        it$.write('c.txt', 'mine too\n');
        const move = moveOf('main', await tried(['one']));
        const obstacle = { obstacle: 'changes', directory: it$.root, paths: ['a.txt', 'c.txt'] };
        expect(await it$.subject.obstacle(main, move)).toEqual(obstacle);
        expect(await it$.subject.moveBranch(held(), move)).toEqual({ ok: false, error: obstacle });
        expect([it$.read('a.txt'), it$.read('c.txt'), it$.read('d.txt')]).toEqual([
          'mine\n',
          'mine too\n',
          undefined,
        ]);
        expect(await tip('main')).toBe(move.from);
      });

      it('moves a branch that nobody has checked out, and no file', async () => {
        it$.commitOn('elsewhere', { 'e.txt': 'e\n' });
        it$.commitOn('one', { 'one.txt': 'x\n' });
        it$.write('one.txt', 'mine\n');
        const move = moveOf('elsewhere', await tried(['one'], 'merge', 'elsewhere'));
        expect(await it$.subject.obstacle(main, move)).toBeUndefined();
        expect(await it$.subject.moveBranch(held(), move)).toEqual({ ok: true, value: undefined });
        expect(await at('elsewhere', 'one.txt')).toBe('x\n');
        expect(it$.read('one.txt')).toBe('mine\n');
      });

      it('goes back as it came', async () => {
        it$.commitOn('one', { 'a.txt': 'one\n', 'new.txt': 'x\n' });
        const { from, to } = await tried(['one']);
        await it$.subject.moveBranch(held(), { branch: 'main', from, to });
        await it$.subject.moveBranch(held(), { branch: 'main', from: to, to: from });
        expect([it$.read('a.txt'), it$.read('new.txt')]).toEqual(['a\n', undefined]);
        expect(await tip('main')).toBe(from);
        expect(await it$.repository.dirtyPaths(it$.root)).toEqual([]);
      });

      it('does not happen when somebody else was there first', async () => {
        it$.commitOn('one', { 'one.txt': 'x\n' });
        const move = moveOf('main', await tried(['one']));
        it$.write('a.txt', 'meanwhile\n');
        await it$.repository.commit(held(), ['a.txt'], 'meanwhile');
        expect(await it$.subject.moveBranch(held(), move)).toEqual({
          ok: false,
          error: { obstacle: 'moved' },
        });
        expect(it$.read('one.txt')).toBeUndefined();
      });
    });
  });
};
