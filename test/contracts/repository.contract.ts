import { isSyncError } from '../../src/domain/errors.js';
import type { Repository } from '../../src/ports/work.js';
import type { Checkout, HeldRepository } from '../../src/ports/events.js';

/** A repository with one commit on `main` that holds `a.txt` and `b.txt`, and what a person would do in it. */
export interface RepositorySetup {
  readonly subject: Repository;
  readonly root: string;
  write(path: string, text: string): void;
  commitOn(branch: string, files: Readonly<Record<string, string>>): void;
  /** Puts the main checkout on an existing branch, or detaches it. */
  switchTo(branch: string | undefined): void;
  /** A place outside every project. */
  readonly outside: string;
  dispose?(): void;
}

export interface RepositoryFlavour {
  readonly name: string;
  readonly setup: () => Promise<RepositorySetup>;
}

/** What every repository promises. */
export const repositoryContract = ({ name, setup }: RepositoryFlavour): void => {
  describe(`${name} keeps the promises of a repository`, () => {
    let it$: RepositorySetup;
    let main: Checkout;
    const held = (): HeldRepository => ({ checkout: main });
    const worktree = (branch: string, base = 'main') => ({
      path: `${it$.root}/.worktrees/${branch}`,
      branch,
      base,
      leaveOut: ['kitty-specs'],
    });

    beforeEach(async () => {
      it$ = await setup();
      main = (await it$.subject.locate(it$.root))!;
    });
    afterEach(() => it$.dispose?.());

    it('locates nothing outside every project', async () => {
      expect(await it$.subject.locate(it$.outside)).toBeUndefined();
    });

    it('locates the main checkout as its own project root', () => {
      expect(main).toMatchObject({ root: it$.root, projectRoot: it$.root });
    });

    it('tells branch and commit, which is the tip of the branch', async () => {
      const head = await it$.subject.head(main);
      expect(head.branch).toBe('main');
      expect(head.commit).toBe(await it$.subject.branchTip(main, 'main'));
      expect(head.commit).toMatch(/^[0-9a-f]{40}$/);
    });

    it('has no branch when HEAD is detached, and then refuses to commit', async () => {
      const before = await it$.subject.head(main);
      it$.switchTo(undefined);
      expect(await it$.subject.head(main)).toEqual({ commit: before.commit });
      it$.write('a.txt', 'changed\n');
      const refused = await it$.subject.commit(held(), ['a.txt'], 'try');
      expect(refused.ok).toBe(false);
      expect(!refused.ok && refused.error).toContain('detached');
      expect(await it$.subject.isUncommitted(main, 'a.txt')).toBe(true);
    });

    it('has no origin until somebody sets one', async () => {
      expect(await it$.subject.originUrl(main)).toBeUndefined();
    });

    it('commits exactly the named paths', async () => {
      it$.write('a.txt', 'changed\n');
      it$.write('b.txt', 'changed too\n');
      it$.write('c.txt', 'made\n');
      const committed = await it$.subject.commit(held(), ['a.txt', 'c.txt'], 'Change a, make c');
      expect(committed).toEqual({ ok: true, value: (await it$.subject.head(main)).commit });
      expect(await it$.subject.dirtyPaths(it$.root)).toEqual(['b.txt']);
      expect(await it$.subject.fileAtTip(main, 'main', 'a.txt')).toBe('changed\n');
      expect(await it$.subject.fileAtTip(main, 'main', 'b.txt')).toBe('b\n');
      expect(await it$.subject.fileAtTip(main, 'main', 'c.txt')).toBe('made\n');
    });

    it('knows which files are uncommitted: changed ones and those it never saw', async () => {
      it$.write('a.txt', 'changed\n');
      it$.write('c.txt', 'made\n');
      expect(await it$.subject.isUncommitted(main, 'a.txt')).toBe(true);
      expect(await it$.subject.isUncommitted(main, 'b.txt')).toBe(false);
      expect(await it$.subject.isUncommitted(main, 'c.txt')).toBe(true);
      expect(await it$.subject.isUncommitted(main, 'nowhere.txt')).toBe(false);
    });

    it('has no text for a file or branch that does not exist', async () => {
      expect(await it$.subject.fileAtTip(main, 'main', 'nowhere.txt')).toBeUndefined();
      expect(await it$.subject.fileAtTip(main, 'nowhere', 'a.txt')).toBeUndefined();
      expect(await it$.subject.branchTip(main, 'nowhere')).toBeUndefined();
    });

    it('lets one worker in at a time, and the next one after it, however it ended', async () => {
      const order: string[] = [];
      const first = it$.subject.exclusive(main, async () => {
        order.push('first in');
        expect(await it$.subject.tryExclusive(main, async () => 'never')).toBe('busy');
        order.push('first out');
        throw new Error('it failed');
      });
      const second = it$.subject.exclusive(main, async () => order.push('second'));
      await expect(first).rejects.toThrow('it failed');
      await second;
      expect(order).toEqual(['first in', 'first out', 'second']);
      expect(await it$.subject.tryExclusive(main, async () => 'free')).toEqual({ ran: true, value: 'free' });
    });

    it('stops waiting for the lock when it is interrupted', async () => {
      const interrupt = new AbortController();
      await it$.subject.exclusive(main, async () => {
        const waiting = it$.subject.exclusive(main, async () => 'never', interrupt.signal);
        interrupt.abort();
        await expect(waiting).rejects.toMatchObject({ kind: 'interrupted' });
      });
    });

    it('does nothing for whoever was interrupted before, also when the lock is free', async () => {
      let hasWorked = false;
      const late = it$.subject.exclusive(main, async () => (hasWorked = true), AbortSignal.abort());
      await expect(late).rejects.toMatchObject({ kind: 'interrupted' });
      expect(hasWorked).toBe(false);
    });

    it('makes a work tree on a branch of its own, and takes the same one again', async () => {
      const request = worktree('001-x-WP01');
      expect(await it$.subject.addWorktree(held(), request)).toBe('made');
      expect(await it$.subject.branchTip(main, '001-x-WP01')).toBe(await it$.subject.branchTip(main, 'main'));
      expect(await it$.subject.addWorktree(held(), request)).toBe('existing');
      const there = await it$.subject.locate(request.path);
      expect(there).toMatchObject({ root: request.path, projectRoot: it$.root });
      expect(await it$.subject.head(there!)).toMatchObject({ branch: '001-x-WP01' });
      expect(await it$.subject.dirtyPaths(request.path)).toEqual([]);
    });

    it('takes a standing branch as it is, whatever the base', async () => {
      it$.commitOn('001-x-WP01', { 'w.txt': 'w\n' });
      const tip = await it$.subject.branchTip(main, '001-x-WP01');
      expect(await it$.subject.addWorktree(held(), worktree('001-x-WP01'))).toBe('made');
      expect(await it$.subject.branchTip(main, '001-x-WP01')).toBe(tip);
    });

    it('removes a work tree that was just made with the branch that was made for it', async () => {
      await it$.subject.addWorktree(held(), worktree('001-x-WP01'));
      await it$.subject.removeWorktree(held(), worktree('001-x-WP01'));
      expect(await it$.subject.branchTip(main, '001-x-WP01')).toBeUndefined();
      expect(await it$.subject.addWorktree(held(), worktree('001-x-WP01'))).toBe('made');
    });

    it('retires a work tree whose work is committed, keeps its branch, and then the branch', async () => {
      await it$.subject.addWorktree(held(), worktree('001-x-WP01'));
      expect(await it$.subject.retireBranch(held(), '001-x-WP01')).toMatchObject({ ok: false });
      expect(await it$.subject.retireWorktree(held(), worktree('001-x-WP01').path)).toEqual({ ok: true });
      expect(await it$.subject.branchTip(main, '001-x-WP01')).toBeDefined();
      expect(await it$.subject.retireBranch(held(), '001-x-WP01')).toEqual({ ok: true });
      expect(await it$.subject.branchTip(main, '001-x-WP01')).toBeUndefined();
      expect(await it$.subject.retireBranch(held(), '001-x-WP01')).toEqual({ ok: true });
    });

    it('never removes a branch that was there before', async () => {
      it$.commitOn('001-x-WP01', { 'w.txt': 'w\n' });
      await it$.subject.addWorktree(held(), worktree('001-x-WP01'));
      await it$.subject.removeWorktree(held(), worktree('001-x-WP01'));
      expect(await it$.subject.branchTip(main, '001-x-WP01')).toBeDefined();
    });

    it('leaves nothing behind when there is nothing to start from', async () => {
      const failing = it$.subject.addWorktree(held(), worktree('001-x-WP01', 'nowhere'));
      await expect(failing).rejects.toMatchObject({ kind: 'worktree-failed' });
      expect(await it$.subject.branchTip(main, '001-x-WP01')).toBeUndefined();
    });

    it('refuses a path that is the work tree of another branch', async () => {
      await it$.subject.addWorktree(held(), worktree('001-x-WP01'));
      const other = { ...worktree('001-x-WP02'), path: worktree('001-x-WP01').path };
      await expect(it$.subject.addWorktree(held(), other)).rejects.toMatchObject({ kind: 'worktree-failed' });
      const elsewhere = { ...worktree('001-x-WP01'), path: worktree('001-x-WP03').path };
      await expect(it$.subject.addWorktree(held(), elsewhere)).rejects.toMatchObject({
        kind: 'worktree-failed',
      });
    });

    it('tells what is merged and what has commits of its own', async () => {
      it$.commitOn('side', { 's.txt': 's\n' });
      expect(await it$.subject.isMerged(main, 'side', 'main')).toBe(false);
      expect(await it$.subject.isMerged(main, 'main', 'side')).toBe(true);
      expect(await it$.subject.isMerged(main, 'nowhere', 'main')).toBe(false);
      expect(await it$.subject.hasOwnCommits(main, 'side', 'main')).toBe(true);
      expect(await it$.subject.hasOwnCommits(main, 'main', 'side')).toBe(false);
      expect(await it$.subject.hasOwnCommits(main, 'nowhere', 'main')).toBe(false);
    });

    it('takes a squashed branch for merged, since all of its content is there', async () => {
      it$.commitOn('side', { 's.txt': 's\n' });
      it$.write('s.txt', 's\n');
      await it$.subject.commit(held(), ['s.txt'], 'side, squashed');
      expect(await it$.subject.isMerged(main, 'side', 'main')).toBe(true);
      expect(await it$.subject.hasOwnCommits(main, 'side', 'main')).toBe(true);
    });

    it('tells of many branches together which are merged', async () => {
      for (const name of ['side', 'squashed', 'open']) it$.commitOn(name, { [`${name}.txt`]: name });
      it$.write('squashed.txt', 'squashed');
      await it$.subject.commit(held(), ['squashed.txt'], 'squashed');
      await it$.subject.makeMergeBranch(held(), 'base', ['main', 'side']);
      const asked = ['open', 'nowhere', 'squashed', 'main', 'side'];
      const merged = await it$.subject.mergedBranches(main, asked, 'base');
      expect([...merged].sort()).toEqual(['main', 'side', 'squashed']);
      expect(await it$.subject.mergedBranches(main, asked, 'nowhere')).toEqual(new Set());
      expect(await it$.subject.mergedBranches(main, [], 'base')).toEqual(new Set());
    });

    it('merges the tips of several branches without touching the work tree', async () => {
      it$.commitOn('one', { '1.txt': '1\n' });
      it$.commitOn('two', { '2.txt': '2\n' });
      const head = await it$.subject.head(main);
      const merged = await it$.subject.makeMergeBranch(held(), 'base', ['one', 'two']);
      expect(merged).toEqual({ ok: true, value: await it$.subject.branchTip(main, 'base') });
      expect(await it$.subject.fileAtTip(main, 'base', '1.txt')).toBe('1\n');
      expect(await it$.subject.fileAtTip(main, 'base', '2.txt')).toBe('2\n');
      expect(await it$.subject.isMerged(main, 'one', 'base')).toBe(true);
      expect(await it$.subject.isMerged(main, 'two', 'base')).toBe(true);
      expect(await it$.subject.head(main)).toEqual(head);
      expect(await it$.subject.dirtyPaths(it$.root)).toEqual([]);
    });

    it('moves a merge branch on when a tip has moved, and leaves it when it has all of them', async () => {
      it$.commitOn('one', { '1.txt': '1\n' });
      const first = await it$.subject.makeMergeBranch(held(), 'base', ['main', 'one']);
      expect(first).toEqual({ ok: true, value: await it$.subject.branchTip(main, 'one') });
      expect(await it$.subject.makeMergeBranch(held(), 'base', ['one', 'main'])).toEqual(first);
      it$.commitOn('one', { '1.txt': 'more\n' });
      const second = await it$.subject.makeMergeBranch(held(), 'base', ['main', 'one']);
      expect(second).toEqual({ ok: true, value: await it$.subject.branchTip(main, 'one') });
      expect(second).not.toEqual(first);
    });

    it('scenario 29: names the paths that conflict and leaves the repository as it was', async () => {
      it$.commitOn('one', { 'a.txt': 'one\n', 'b.txt': 'one\n' });
      it$.commitOn('two', { 'a.txt': 'two\n', 'b.txt': 'two\n' });
      const merged = await it$.subject.makeMergeBranch(held(), 'base', ['one', 'two']);
      expect(merged).toEqual({ ok: false, error: ['a.txt', 'b.txt'] });
      expect(await it$.subject.branchTip(main, 'base')).toBeUndefined();
      expect(await it$.subject.dirtyPaths(it$.root)).toEqual([]);
    });

    it('removes a merge branch that it made, and no other', async () => {
      it$.commitOn('one', { '1.txt': '1\n' });
      await it$.subject.makeMergeBranch(held(), 'base', ['main', 'one']);
      await it$.subject.removeMergeBranch(held(), 'base');
      expect(await it$.subject.branchTip(main, 'base')).toBeUndefined();
      it$.commitOn('base', { 'b.txt': 'theirs\n' });
      await it$.subject.makeMergeBranch(held(), 'base', ['base', 'one']);
      await it$.subject.removeMergeBranch(held(), 'base');
      await it$.subject.removeMergeBranch(held(), 'one');
      expect(await it$.subject.branchTip(main, 'base')).toBeDefined();
      expect(await it$.subject.branchTip(main, 'one')).toBeDefined();
    });

    it('says which branch is missing', async () => {
      for (const branches of [['main', 'nowhere'], []]) {
        const failing = it$.subject
          .makeMergeBranch(held(), 'base', branches)
          .catch((error: unknown) => error);
        expect(isSyncError(await failing)).toBe(true);
      }
    });
  });
};
