import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { GitMerges } from '../../../src/adapters/work/git-merges.js';
import { ImplementWorkPackage } from '../../../src/app/work/implement-work-package.js';
import type { MergeInput } from '../../../src/app/work/merge-work-packages.js';
import { MergeWorkPackages } from '../../../src/app/work/merge-work-packages.js';
import { capturedTypes } from '../../support/captured-events.js';
import { FEATURE, pathOf, smallFeature, workPackageText } from '../../support/planning-documents.js';
import type { ScratchGit } from '../../support/scratch-git.js';
import { workflowWorld, useCases, type WorkflowWorld } from '../../support/workflow-world.js';

type GitWorld = WorkflowWorld;

const mergeIn = async (world: GitWorld, input: Partial<MergeInput> = {}) =>
  new MergeWorkPackages({
    ...world,
    merges: new GitMerges(world.scratch.environment),
    perform: useCases(world).perform,
  }).run({ checkout: await world.checkout(), ...input });

const branch = (id: string): string => `${FEATURE}-${id}`;

/** Everything that a person can see of a repository, and what git keeps for itself beside it. */
const seen = ({ git, root }: ScratchGit): unknown => ({
  refs: git('for-each-ref'),
  status: git('--no-optional-locks', 'status', '--porcelain=v2', '--branch', '--untracked-files=all'),
  index: git('ls-files', '--stage', '-v'),
  head: readFileSync(join(root, '.git', 'HEAD'), 'utf8'),
  bytes: readFileSync(join(root, '.git', 'index')).toString('base64'),
  state: git('rev-parse', '--git-path', 'MERGE_HEAD'),
});

const DOING = { lane: 'doing' };
const REVIEW = { lane: 'for_review' };

describe('merging work packages', () => {
  let world: GitWorld;

  const lane = async (id: string): Promise<string | undefined> =>
    /^lane: "?(\w+)/m.exec((await world.files.text(world.root, pathOf(id))) ?? '')?.[1];
  const start = async (workPackages: Parameters<typeof smallFeature>[0]): Promise<ScratchGit> => {
    world = workflowWorld({ ...smallFeature(workPackages), 'a.txt': 'a\n', 'b.txt': 'b\n' });
    return world.scratch;
  };
  const outcomes = ({ result }: Awaited<ReturnType<typeof mergeIn>>) =>
    result.workPackages.map(({ workPackageId, outcome, from, to }) => [workPackageId, outcome, from, to]);
  /** Refused with this, and nothing is different from before. */
  const refused = async (input: Partial<MergeInput>, error: object): Promise<void> => {
    const before = seen(world.scratch);
    for (const dryRun of [true, false])
      await expect(mergeIn(world, { ...input, dryRun })).rejects.toMatchObject(error);
    expect(seen(world.scratch)).toEqual(before);
    expect(await capturedTypes(world)).toEqual([]);
  };

  it('merges what is in doing or for_review, dependencies first, and hands over what was in doing', async () => {
    const git = await start({
      WP01: { ...DOING, dependencies: '[WP02]' },
      WP02: REVIEW,
      WP03: { lane: 'planned' },
      WP04: DOING,
    });
    git.commitOn(branch('WP01'), { 'one.txt': '1\n' });
    git.commitOn(branch('WP02'), { 'two.txt': '2\n' });
    git.commitOn(branch('WP03'), { 'three.txt': '3\n' });
    const work = await mergeIn(world, { agent: 'ann' });
    expect(outcomes(work)).toEqual([
      ['WP02', 'merged', 'for_review', 'for_review'],
      ['WP01', 'merged', 'doing', 'for_review'],
      ['WP04', 'no-branch', 'doing', 'doing'],
    ]);
    expect(git.git('log', '--first-parent', '--format=%s').split('\n').slice(0, 3)).toEqual([
      `chore: hand over WP01 for review (${FEATURE})`,
      `Merge branch '${branch('WP01')}' into main`,
      `Merge branch '${branch('WP02')}' into main`,
    ]);
    expect(git.git('show', '--format=', '--name-only', 'HEAD').trim()).toBe(pathOf('WP01'));
    expect(git.read('one.txt') + git.read('two.txt')).toBe('1\n2\n');
    expect(git.git('status', '--porcelain')).toBe('');
    expect(await capturedTypes(world)).toEqual(['WPStatusChanged WP01']);
    expect(git.read(pathOf('WP01'))).toContain('– ann – lane=for_review – Merged into main\n');
    expect(await lane('WP02')).toBe('for_review');
  });

  it.each(['merge', 'squash'] as const)('does nothing the second time, after a %s', async (strategy) => {
    const git = await start({ WP01: DOING, WP02: { ...DOING, dependencies: '[WP01]' } });
    git.commitOn(branch('WP01'), { 'a.txt': '1\n' });
    git.git('checkout', '--quiet', branch('WP01'));
    git.commitOn(branch('WP02'), { 'a.txt': '2\n' });
    git.git('checkout', '--quiet', 'main');
    await mergeIn(world, { strategy });
    const before = seen(git);
    expect(outcomes(await mergeIn(world, { strategy }))).toEqual([
      ['WP01', 'already-merged', 'for_review', 'for_review'],
      ['WP02', 'already-merged', 'for_review', 'for_review'],
    ]);
    expect(seen(git)).toEqual(before);
    expect(git.read('a.txt')).toBe('2\n');
    expect(await capturedTypes(world)).toEqual(['WPStatusChanged WP01', 'WPStatusChanged WP02']);
  });

  it('squashes each into one commit, which names the branch and its commits', async () => {
    const git = await start({ WP01: { ...DOING, title: 'A: "title" 🐱' } });
    git.commitOn(branch('WP01'), { 'one.txt': '1\n' });
    git.commitOn(branch('WP01'), { 'two.txt': '2\n' });
    const tip = git.git('rev-parse', branch('WP01')).trim();
    await mergeIn(world, { strategy: 'squash' });
    expect(git.git('log', '-1', '--format=%B%P', 'HEAD^').trim()).toBe(
      `chore: merge WP01, A: "title" 🐱 (${FEATURE})\n\n* on ${branch('WP01')}\n* on ${branch('WP01')}\n\n` +
        `Merged-Branch: ${branch('WP01')} ${tip}\n${git.git('rev-parse', 'HEAD^^').trim()}`,
    );
  });

  it('only moves one that somebody merged before, and leaves one that nobody has committed anything on', async () => {
    const git = await start({ WP01: DOING, WP02: DOING });
    const checkout = await world.checkout();
    const held = { checkout };
    for (const id of ['WP01', 'WP02'])
      await world.repository.addWorktree(held, {
        path: join(git.place, id),
        branch: branch(id),
        base: 'main',
        leaveOut: [],
      });
    git.gitIn(join(git.place, 'WP01'), 'commit', '--quiet', '--allow-empty', '-m', 'work');
    git.git('merge', '--quiet', '--no-edit', branch('WP01'));
    const tip = git.git('rev-parse', 'HEAD').trim();
    expect(outcomes(await mergeIn(world))).toEqual([
      ['WP01', 'already-merged', 'doing', 'for_review'],
      ['WP02', 'no-commits', 'doing', 'doing'],
    ]);
    expect(git.git('rev-parse', 'HEAD^').trim()).toBe(tip);
    expect(await capturedTypes(world)).toEqual(['WPStatusChanged WP01']);
  });

  it('merges after a real implement, in a work tree of its own', async () => {
    const git = await start({ WP01: {} });
    const checkout = await world.checkout();
    const { perform } = useCases(world);
    const begun = await new ImplementWorkPackage({ ...world, perform }).run({
      checkout,
      workPackageId: 'WP01',
    });
    expect(outcomes(await mergeIn(world))).toEqual([['WP01', 'no-commits', 'doing', 'doing']]);
    const tree = begun.result.worktree;
    writeFileSync(join(tree, 'work.txt'), 'w\n');
    await expect(mergeIn(world, { workPackageIds: ['WP01'] })).resolves.toBeDefined();
    git.gitIn(tree, 'add', '--all');
    git.gitIn(tree, 'commit', '--quiet', '-m', 'work');
    writeFileSync(join(tree, 'more.txt'), 'm\n');
    await expect(mergeIn(world)).rejects.toMatchObject({
      kind: 'merge-refused',
      message: `WP01 has work that is not committed in ${tree}: more.txt.`,
    });
    rmSync(join(tree, 'more.txt'));
    expect(outcomes(await mergeIn(world))).toEqual([['WP01', 'merged', 'doing', 'for_review']]);
    expect(git.read('work.txt')).toBe('w\n');
  });

  it('changes nothing in a dry run, and says what would be', async () => {
    const git = await start({ WP01: DOING });
    git.commitOn(branch('WP01'), { 'a.txt': '1\n' });
    const before = seen(git);
    const work = await mergeIn(world, { dryRun: true });
    expect(work).toMatchObject({ result: { isDryRun: true, strategy: 'merge' }, outcomes: [] });
    expect(outcomes(work)).toEqual([['WP01', 'merged', 'doing', 'for_review']]);
    git.write('a.txt', 'mine\n');
    expect((await mergeIn(world, { dryRun: true })).result.obstacle).toEqual({
      obstacle: 'changes',
      directory: world.root,
      paths: ['a.txt'],
    });
    git.write('a.txt', 'a\n');
    expect(seen(git)).toEqual(before);
    expect(await capturedTypes(world)).toEqual([]);
  });

  it('scenario 29: merges none when one conflicts, names the files, and leaves no trace', async () => {
    const git = await start({ WP01: DOING, WP02: DOING });
    git.commitOn(branch('WP01'), { 'a.txt': '1\n' });
    git.commitOn(branch('WP02'), { 'a.txt': '2\n' });
    const before = seen(git);
    await expect(mergeIn(world)).rejects.toMatchObject({
      kind: 'merge-conflict',
      message: 'WP02 does not merge cleanly into main after WP01: a.txt. Nothing has changed.',
      hint: expect.stringMatching(/^Run "spec-kitty merge WP01"\. Run "git worktree add .* "git merge main"/),
    });
    expect((await mergeIn(world, { dryRun: true })).result.conflict).toEqual({
      workPackageId: 'WP02',
      branch: branch('WP02'),
      paths: ['a.txt'],
      after: ['WP01'],
    });
    expect(seen(git)).toEqual(before);
    expect(await capturedTypes(world)).toEqual([]);
  });

  it('scenario 29: what the hint of a conflict says works', async () => {
    const git = await start({ WP01: DOING, WP02: DOING });
    git.commitOn(branch('WP01'), { 'a.txt': '1\n' });
    git.commitOn(branch('WP02'), { 'a.txt': '2\n' });
    await mergeIn(world, { workPackageIds: ['wp01'] });
    const tree = `${git.root}/.worktrees/${branch('WP02')}`;
    await expect(mergeIn(world)).rejects.toMatchObject({
      hint:
        `Run "git worktree add .worktrees/${branch('WP02')} ${branch('WP02')}". In that work tree, run ` +
        '"git merge main", settle these files and commit. Then run this command again.',
    });
    git.git('worktree', 'add', '--quiet', `.worktrees/${branch('WP02')}`, branch('WP02'));
    await expect(mergeIn(world)).rejects.toMatchObject({
      hint: expect.stringMatching(`^In ${tree}, run "git merge main"`),
    });
    expect(() => git.gitIn(tree, 'merge', '--quiet', 'main')).toThrow();
    writeFileSync(join(tree, 'a.txt'), '1 and 2\n');
    git.gitIn(tree, 'commit', '--quiet', '--all', '--no-edit');
    expect(outcomes(await mergeIn(world))).toContainEqual(['WP02', 'merged', 'doing', 'for_review']);
    expect(git.read('a.txt')).toBe('1 and 2\n');
  });

  it('scenario 29: refuses to overwrite what a person changed, staged or has untracked or ignored', async () => {
    const git = await start({ WP01: DOING });
    git.commitOn(branch('WP01'), { 'a.txt': '1\n', 'b.txt': '1\n', 'new.txt': '1\n', 'folder/x.txt': '1\n' });
    git.write('.git/info/exclude', 'new.txt\n');
    git.write('new.txt', 'ignored\n');
    git.write('a.txt', 'changed\n');
    git.write('b.txt', 'staged\n');
    git.write('folder', 'a file\n');
    git.git('add', 'b.txt');
    const before = seen(git);
    await expect(mergeIn(world)).rejects.toMatchObject({
      kind: 'merge-refused',
      message: `The merge would overwrite changes in ${world.root}: a.txt, b.txt, folder, new.txt.`,
    });
    expect(seen(git)).toEqual(before);
    expect(await lane('WP01')).toBe('doing');
  });

  it('keeps what a person staged and changed elsewhere', async () => {
    const git = await start({ WP01: DOING });
    git.commitOn(branch('WP01'), { 'a.txt': '1\n' });
    git.write('b.txt', 'staged\n');
    git.git('add', 'b.txt');
    git.write('b.txt', 'staged and changed\n');
    git.write('c.txt', 'untracked\n');
    await mergeIn(world);
    expect(git.git('status', '--porcelain')).toBe('MM b.txt\n?? c.txt\n');
    expect(git.git('show', ':b.txt')).toBe('staged\n');
    expect(git.git('show', '--format=', '--name-only', 'HEAD').trim()).toBe(pathOf('WP01'));
  });

  it('scenario 29: a detached HEAD keeps lanes from being committed, so nothing is merged', async () => {
    const git = await start({ WP01: DOING, WP02: REVIEW });
    git.commitOn(branch('WP01'), { 'a.txt': '1\n' });
    git.commitOn(branch('WP02'), { 'b.txt': '1\n' });
    git.git('checkout', '--quiet', '--detach');
    await refused({}, { kind: 'merge-refused', message: expect.stringContaining('HEAD is detached') });
    // Without a lane to change there is nothing to commit here.
    expect(outcomes(await mergeIn(world, { workPackageIds: ['WP02'] }))).toEqual([
      ['WP02', 'merged', 'for_review', 'for_review'],
    ]);
    expect(git.git('show', 'main:b.txt')).toBe('1\n');
    expect(git.read('b.txt')).toBe('b\n');
  });

  it('scenario 29: says which branch is missing: of a work package that was named, or to merge into', async () => {
    const git = await start({ WP01: DOING, WP02: DOING });
    git.commitOn(branch('WP02'), { 'a.txt': '1\n' });
    await refused(
      { workPackageIds: ['WP01', 'WP02'] },
      { kind: 'merge-refused', message: `WP01 has no branch ${branch('WP01')}.` },
    );
    await refused(
      { target: 'nowhere' },
      { kind: 'merge-refused', hint: expect.stringContaining('--target') },
    );
  });

  it('scenario 29: a locked work tree that is not there may hold work; a locked one that is there is no hindrance', async () => {
    const git = await start({ WP01: DOING });
    git.commitOn(branch('WP01'), { 'a.txt': '1\n' });
    const tree = join(git.place, 'tree');
    git.git('worktree', 'add', '--quiet', tree, branch('WP01'));
    git.git('worktree', 'lock', tree);
    rmSync(tree, { recursive: true });
    await refused({}, { kind: 'merge-refused', message: expect.stringContaining('is locked and not there') });
    git.git('worktree', 'unlock', tree);
    expect(outcomes(await mergeIn(world))).toEqual([['WP01', 'merged', 'doing', 'for_review']]);
  });

  it('refuses while a merge or rebase is under way where the target is checked out', async () => {
    const git = await start({ WP01: DOING });
    git.commitOn(branch('WP01'), { 'b.txt': '1\n' });
    git.commitOn('other', { 'a.txt': 'other\n' });
    git.write('a.txt', 'mine\n');
    git.commitAll('mine');
    expect(() => git.git('merge', 'other')).toThrow();
    const before = seen(git);
    await expect(mergeIn(world)).rejects.toMatchObject({
      kind: 'merge-refused',
      message: `A merge is under way in ${world.root}, which has main checked out.`,
    });
    expect(seen(git)).toEqual(before);
    git.git('merge', '--abort');
    expect(() => git.git('rebase', 'other')).toThrow();
    await expect(mergeIn(world, { commit: false })).rejects.toMatchObject({
      message: `A rebase is under way in ${world.root}, which has main checked out.`,
    });
    git.git('rebase', '--abort');
    expect(outcomes(await mergeIn(world))).toEqual([['WP01', 'merged', 'doing', 'for_review']]);
  });

  it('refuses while the branch of a work package is being rebased', async () => {
    const git = await start({ WP01: DOING });
    git.commitOn(branch('WP01'), { 'a.txt': '1\n' });
    git.write('a.txt', 'on main\n');
    git.commitAll('on main');
    const tree = join(git.place, 'tree');
    git.git('worktree', 'add', '--quiet', tree, branch('WP01'));
    expect(() => git.gitIn(tree, 'rebase', 'main')).toThrow();
    await refused({}, { kind: 'merge-refused', message: `The branch of WP01 is being rebased in ${tree}.` });
  });

  it('merges into a branch that another work tree has, and one that nobody has', async () => {
    const git = await start({ WP01: REVIEW, WP02: DOING });
    git.commitOn(branch('WP01'), { 'a.txt': '1\n' });
    git.commitOn(branch('WP02'), { 'b.txt': '2\n' });
    git.git('branch', 'nobody');
    const tree = join(git.place, 'release');
    git.git('worktree', 'add', '--quiet', '-b', 'release', tree);
    await mergeIn(world, { workPackageIds: ['WP01'], target: 'release' });
    expect(readFileSync(join(tree, 'a.txt'), 'utf8')).toBe('1\n');
    expect(git.gitIn(tree, 'status', '--porcelain')).toBe('');
    expect(git.read('a.txt')).toBe('a\n');
    await mergeIn(world, { workPackageIds: ['WP02'], target: 'nobody' });
    expect(git.git('show', 'nobody:b.txt')).toBe('2\n');
    expect(git.read('b.txt')).toBe('b\n');
    // The lane is committed where the planning documents are.
    expect(git.git('log', '-1', '--format=%s').trim()).toBe(`chore: hand over WP02 for review (${FEATURE})`);
    rmSync(tree, { recursive: true });
    await expect(mergeIn(world, { workPackageIds: ['WP02'], target: 'release' })).rejects.toMatchObject({
      message: expect.stringContaining('whose directory is gone'),
    });
  });

  it('falls back on the branch that is checked out when this clone has no target branch', async () => {
    const git = await start({ WP01: DOING });
    git.write(`kitty-specs/${FEATURE}/meta.json`, '{"target_branch": "2.x"}\n');
    git.commitAll('target');
    git.commitOn(branch('WP01'), { 'a.txt': '1\n' });
    expect((await mergeIn(world)).result.target).toBe('main');
  });

  it('undoes the merge when the commit of the lanes is refused', async () => {
    const git = await start({ WP01: DOING });
    git.commitOn(branch('WP01'), { 'a.txt': '1\n', 'new/n.txt': '1\n' });
    git.hook('pre-commit', 'echo "not today" >&2; exit 1');
    const tip = git.git('rev-parse', 'main');
    await expect(mergeIn(world)).rejects.toMatchObject({
      kind: 'commit-refused',
      message: expect.stringContaining('not today'),
    });
    expect(git.git('rev-parse', 'main')).toBe(tip);
    expect(git.git('status', '--porcelain')).toBe('');
    expect([git.read('a.txt'), await lane('WP01')]).toEqual(['a\n', 'doing']);
    expect(await capturedTypes(world)).toEqual([]);
    git.hook('pre-commit', 'exit 0');
    expect(outcomes(await mergeIn(world))).toEqual([['WP01', 'merged', 'doing', 'for_review']]);
  });

  it('leaves the lanes uncommitted when asked to', async () => {
    const git = await start({ WP01: DOING });
    git.commitOn(branch('WP01'), { 'a.txt': '1\n' });
    await mergeIn(world, { commit: false });
    expect(git.git('status', '--porcelain')).toBe(` M ${pathOf('WP01')}\n`);
    expect(git.git('log', '-1', '--format=%s').trim()).toBe(`Merge branch '${branch('WP01')}' into main`);
  });

  it('refuses a work package whose dependency would be left out, unless that has nothing to merge', async () => {
    const git = await start({
      WP01: DOING,
      WP02: { ...DOING, dependencies: '[WP01, WP03, WP04]' },
      WP03: { lane: 'done' },
      WP04: { lane: 'planned' },
    });
    for (const id of ['WP01', 'WP02', 'WP03']) git.commitOn(branch(id), { [`${id}.txt`]: '1\n' });
    await refused(
      { workPackageIds: ['WP02'] },
      { kind: 'dependency-not-ready', message: 'WP02 depends on WP01, whose branch is not merged.' },
    );
    expect(outcomes(await mergeIn(world, { workPackageIds: ['WP02', 'WP01'] }))).toEqual([
      ['WP01', 'merged', 'doing', 'for_review'],
      ['WP02', 'merged', 'doing', 'for_review'],
    ]);
  });

  it('refuses lanes in which nothing is merged, and bears one that was accepted', async () => {
    const git = await start({ WP01: { lane: 'planned' }, WP02: { lane: 'done' }, WP03: { lane: 'done' } });
    git.commitOn(branch('WP03'), { 'a.txt': '1\n' });
    await refused({ workPackageIds: ['WP01'] }, { kind: 'transition-illegal' });
    await refused({ workPackageIds: ['WP03'] }, { kind: 'transition-illegal' });
    await refused({ workPackageIds: ['WP09'] }, { kind: 'work-package-not-found' });
    expect(outcomes(await mergeIn(world, { workPackageIds: ['WP02'] }))).toEqual([
      ['WP02', 'already-done', 'done', 'done'],
    ]);
    expect(outcomes(await mergeIn(world))).toEqual([]);
  });

  it('takes a broken file for a reason not to guess, unless others were named', async () => {
    const git = await start({ WP01: REVIEW, WP02: DOING });
    git.commitOn(branch('WP01'), { 'a.txt': '1\n' });
    git.write(pathOf('WP02'), '---\nlane: [\n---\n');
    git.commitAll('broken');
    const tip = git.git('rev-parse', 'main');
    await expect(mergeIn(world)).rejects.toMatchObject({ kind: 'work-package-unreadable' });
    expect(git.git('rev-parse', 'main')).toBe(tip);
    expect(outcomes(await mergeIn(world, { workPackageIds: ['WP01'] }))).toHaveLength(1);
  });

  it('leaves a lane alone that the merge itself has brought along', async () => {
    const git = await start({ WP01: DOING });
    git.commitOn(branch('WP01'), { 'a.txt': '1\n', [pathOf('WP01')]: workPackageText('WP01', REVIEW) });
    await mergeIn(world);
    expect(await capturedTypes(world)).toEqual([]);
    expect(await lane('WP01')).toBe('for_review');
    expect(git.git('status', '--porcelain')).toBe('');
  });

  it('works from within a linked work tree', async () => {
    const git = await start({ WP01: DOING });
    git.commitOn(branch('WP01'), { 'a.txt': '1\n' });
    const tree = join(git.place, 'tree');
    git.git('worktree', 'add', '--quiet', tree, branch('WP01'));
    mkdirSync(join(tree, 'sub'), { recursive: true });
    const checkout = await world.repository.locate(join(tree, 'sub'));
    expect(outcomes(await mergeIn(world, { checkout: checkout! }))).toEqual([
      ['WP01', 'merged', 'doing', 'for_review'],
    ]);
    expect(git.read('a.txt')).toBe('1\n');
  });

  it('is not for projects without git', async () => {
    const plain = workflowWorld(smallFeature({ WP01: DOING }), { underGit: false });
    const merge = new MergeWorkPackages({ ...plain, perform: useCases(plain).perform });
    await expect(merge.run({ checkout: await plain.checkout() })).rejects.toMatchObject({
      kind: 'not-a-repository',
    });
  });

  it('squashes once, and finds everything merged the second time', async () => {
    world = workflowWorld(smallFeature({ WP01: DOING, WP02: DOING }));
    world.scratch.commitOn(branch('WP01'), { 'a.txt': '1\n' });
    world.scratch.commitOn(branch('WP02'), { 'b.txt': '1\n' });
    const merge = new MergeWorkPackages({ ...world, perform: useCases(world).perform });
    const first = await merge.run({ checkout: await world.checkout(), strategy: 'squash' });
    expect(first.result.workPackages.map(({ outcome }) => outcome)).toEqual(['merged', 'merged']);
    const second = await merge.run({ checkout: await world.checkout(), strategy: 'squash' });
    expect(second.result.workPackages.map(({ outcome }) => outcome)).toEqual([
      'already-merged',
      'already-merged',
    ]);
    expect(await capturedTypes(world)).toEqual(['WPStatusChanged WP01', 'WPStatusChanged WP02']);
  });
});
