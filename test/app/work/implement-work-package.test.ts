import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ImplementWorkPackage, type ImplementInput } from '../../../src/app/work/implement-work-package.js';
import { Fuse, mortal } from '../../support/mortal.js';
import {
  workflowWorld,
  useCases,
  type WorkflowPorts,
  type WorkflowWorld,
} from '../../support/workflow-world.js';

const SLUG = '001-x';
const file = (id: string): string => `kitty-specs/${SLUG}/tasks/${id}-title.md`;
const workPackage = (id: string, lane: string, dependencies: readonly string[] = []): string =>
  [
    '---',
    `work_package_id: "${id}"`,
    `title: Work ${id} # a comment`,
    `lane: "${lane}"`,
    `dependencies: [${dependencies.join(', ')}]`,
    '---',
    '',
    `# ${id}`,
    '',
    '## Activity Log',
    '',
    `- 2026-01-01T00:00:00Z – system – lane=planned – Prompt created`,
    '',
  ].join('\n');

const SEED = {
  [`kitty-specs/${SLUG}/spec.md`]: 'spec\n',
  'src/a.txt': 'a\n',
  [file('WP01')]: workPackage('WP01', 'planned'),
  [file('WP02')]: workPackage('WP02', 'planned', ['WP01']),
  [file('WP03')]: workPackage('WP03', 'planned', ['WP01', 'WP02']),
  [file('WP04')]: workPackage('WP04', 'done'),
  [file('WP05')]: workPackage('WP05', 'for_review'),
  [file('WP06')]: workPackage('WP06', 'planned', ['WP09']),
};

describe('implementing a work package', () => {
  let world: WorkflowWorld;
  beforeEach(() => {
    world = workflowWorld(SEED);
  });

  const implement = async (
    workPackageId: string,
    input: Partial<ImplementInput> = {},
    ports: WorkflowPorts = world,
  ) =>
    new ImplementWorkPackage({ ...ports, merges: world.merges, perform: useCases(ports).perform }).run({
      checkout: await world.checkout(),
      workPackageId,
      ...input,
    });

  /** Takes a work package to another lane as its owner would, with work on its branch. */
  const finish = (id: string, files: Readonly<Record<string, string>>): void => {
    world.scratch.commitOn(`${SLUG}-${id}`, files);
    world.scratch.write(file(id), workPackage(id, 'for_review'));
    world.scratch.commitAll(`finish ${id}`);
  };

  const refs = (): string => world.scratch.git('for-each-ref', '--format=%(refname)');
  const worktree = (id: string): string => join(world.root, '.worktrees', `${SLUG}-${id}`);

  it('makes its work tree, moves it to doing, commits exactly its file and captures one event', async () => {
    world.scratch.write('notes.txt', 'mine\n');
    const done = await implement('wp01', { agent: 'ann' });
    expect(done.result).toEqual({
      feature: SLUG,
      workPackageId: 'WP01',
      outcome: 'started',
      agent: 'ann',
      worktree: worktree('WP01'),
      worktreeWas: 'made',
      branch: `${SLUG}-WP01`,
      base: 'main',
    });
    expect(done.outcomes).toMatchObject([
      {
        outcome: 'captured',
        event: {
          event_type: 'WPStatusChanged',
          aggregate_id: 'WP01',
          git_branch: 'main',
          payload: { previous_status: 'planned', new_status: 'doing', changed_by: 'ann', feature_slug: SLUG },
        },
      },
    ]);
    expect(world.scratch.git('show', '--name-only', '--format=', 'HEAD').trim()).toBe(file('WP01'));
    expect(world.scratch.git('status', '--porcelain')).toBe('?? notes.txt\n');
    expect(world.scratch.read('.git/info/exclude')).toContain('\n/.worktrees/\n');
    expect(readdirSync(worktree('WP01')).sort()).toEqual(['.git', 'src']);
    const added = world.scratch
      .git('diff', '--unified=0', 'HEAD~', 'HEAD')
      .split('\n')
      .filter((line) => /^[+-](?!\+\+|--)/.test(line));
    expect(added).toEqual([
      '-lane: "planned"',
      '+lane: "doing"',
      '+agent: ann',
      '+- 2026-02-03T12:00:00Z – ann – lane=doing – Started implementation',
    ]);
  });

  it('leaves the commit to the user when asked to', async () => {
    const done = await implement('WP01', { commit: false });
    expect(done.commit).toBeUndefined();
    expect(world.scratch.git('status', '--porcelain')).toBe(` M ${file('WP01')}\n`);
    expect(done.outcomes).toMatchObject([{ event: { payload: { changed_by: 'user' } } }]);
  });

  it('says so when it is in doing already, emits nothing, and takes the same work tree', async () => {
    await implement('WP01', { agent: 'ann' });
    const again = await implement('WP01', { agent: 'bob' });
    expect(again.result).toMatchObject({ outcome: 'already-doing', agent: 'ann', worktreeWas: 'existing' });
    expect(await world.captured()).toHaveLength(1);
  });

  it('makes the work tree of one in doing again when it is gone', async () => {
    await implement('WP01');
    world.scratch.git('worktree', 'remove', '--force', worktree('WP01'));
    const again = await implement('WP01');
    expect(again.result).toMatchObject({ outcome: 'already-doing', worktreeWas: 'made' });
    expect(again.result.base).toBeUndefined();
  });

  it('scenario 26: begun by several at once, is begun by one; the others are told', async () => {
    const results = await Promise.all(['ann', 'bob', 'cy'].map((agent) => implement('WP01', { agent })));
    expect(results.map(({ result }) => result.outcome).sort()).toEqual([
      'already-doing',
      'already-doing',
      'started',
    ]);
    const winner = results.find(({ result }) => result.outcome === 'started')?.result.agent;
    expect(results.every(({ result }) => result.agent === winner)).toBe(true);
    expect(await world.captured()).toHaveLength(1);
    expect(world.scratch.git('rev-list', '--count', 'HEAD').trim()).toBe('2');
  });

  it('is refused while a dependency is planned or doing, naming it, and nothing has changed', async () => {
    const before = refs();
    await expect(implement('WP03')).rejects.toMatchObject({
      kind: 'dependency-not-ready',
      message: 'WP03 depends on WP01 (planned), WP02 (planned).',
    });
    await expect(implement('WP06')).rejects.toMatchObject({
      message: 'WP06 depends on WP09 (no such work package).',
    });
    await implement('WP01');
    await expect(implement('WP02')).rejects.toMatchObject({ message: 'WP02 depends on WP01 (doing).' });
    expect(refs()).toBe(
      `${before.trim()}\n`.replace('refs/heads/main\n', `refs/heads/${SLUG}-WP01\nrefs/heads/main\n`),
    );
    expect(world.scratch.git('status', '--porcelain')).toBe('');
  });

  it.each([
    ['WP04', 'done', '--force'],
    ['WP05', 'for_review', '--to doing'],
  ])('is refused for %s, which is in %s', async (id, lane, hint) => {
    await expect(implement(id)).rejects.toMatchObject({
      kind: 'transition-illegal',
      message: expect.stringContaining(lane),
      hint: expect.stringContaining(hint),
    });
    expect(existsSync(join(world.root, '.worktrees'))).toBe(false);
  });

  it('starts from the branch of its one unmerged dependency', async () => {
    finish('WP01', { 'src/one.txt': '1\n' });
    const done = await implement('WP02');
    expect(done.result.base).toBe(`${SLUG}-WP01`);
    expect(existsSync(join(worktree('WP02'), 'src', 'one.txt'))).toBe(true);
  });

  it('starts from the target branch when its dependency is merged, by a merge or a squash', async () => {
    finish('WP01', { 'src/one.txt': '1\n' });
    world.scratch.git('merge', '--quiet', '--squash', `${SLUG}-WP01`);
    world.scratch.commitAll('squashed');
    expect((await implement('WP02')).result.base).toBe('main');
  });

  it('starts from a merge of several unmerged dependencies', async () => {
    finish('WP01', { 'src/one.txt': '1\n' });
    finish('WP02', { 'src/two.txt': '2\n' });
    const done = await implement('WP03');
    expect(done.result.base).toBe(`${SLUG}-WP03-merge-base`);
    expect(readdirSync(join(worktree('WP03'), 'src')).sort()).toEqual(['a.txt', 'one.txt', 'two.txt']);
  });

  it('scenario 29: is refused when its dependencies do not merge, and the repository is as before', async () => {
    finish('WP01', { 'src/a.txt': 'one\n' });
    finish('WP02', { 'src/a.txt': 'two\n' });
    const before = refs();
    await expect(implement('WP03')).rejects.toMatchObject({
      kind: 'merge-conflict',
      message: expect.stringContaining('src/a.txt'),
    });
    expect(refs()).toBe(before);
    expect(world.scratch.git('status', '--porcelain')).toBe('');
    expect((await implement('WP03', { base: 'WP01' })).result.base).toBe(`${SLUG}-WP01`);
  });

  it('starts from the base that it is told: a work package or a branch', async () => {
    finish('WP01', { 'src/one.txt': '1\n' });
    world.scratch.commitOn('side', { 'src/side.txt': 's\n' });
    expect((await implement('WP02', { base: 'side' })).result.base).toBe('side');
    await expect(implement('WP03', { base: 'nowhere' })).rejects.toMatchObject({
      kind: 'dependency-not-ready',
    });
    world.scratch.write(file('WP02'), workPackage('WP02', 'for_review'));
    await expect(implement('WP03', { base: 'nowhere' })).rejects.toMatchObject({ kind: 'worktree-failed' });
    expect((await implement('WP03', { base: 'wp01' })).result.base).toBe(`${SLUG}-WP01`);
  });

  it('starts from the target branch of its feature, or from the present one where the clone has no such branch', async () => {
    world.scratch.write(`kitty-specs/${SLUG}/meta.json`, '{"target_branch":"2.x"}');
    world.scratch.commitAll('meta');
    expect((await implement('WP01')).result.base).toBe('main');
    world.scratch.git('branch', '2.x', 'HEAD~2');
    world.scratch.write(file('WP02'), workPackage('WP02', 'planned'));
    world.scratch.commitAll('free');
    expect((await implement('WP02')).result.base).toBe('2.x');
  });

  it('scenario 29: takes everything back when the commit is refused', async () => {
    finish('WP01', { 'src/one.txt': '1\n' });
    finish('WP02', { 'src/two.txt': '2\n' });
    const before = refs();
    world.scratch.hook('pre-commit', 'echo "not today" >&2; exit 1');
    await expect(implement('WP03')).rejects.toMatchObject({ kind: 'commit-refused' });
    expect(refs()).toBe(before);
    expect(existsSync(join(world.root, '.worktrees'))).toBe(false);
    expect(world.scratch.git('status', '--porcelain')).toBe('');
    expect(await world.captured()).toEqual([]);
  });

  it('scenario 29: keeps a work tree that was there before when the commit is refused', async () => {
    world.scratch.git('worktree', 'add', '--quiet', '-b', `${SLUG}-WP01`, worktree('WP01'));
    writeFileSync(join(worktree('WP01'), 'src', 'mine.txt'), 'mine\n');
    world.scratch.hook('pre-commit', 'exit 1');
    await expect(implement('WP01')).rejects.toMatchObject({ kind: 'commit-refused' });
    expect(existsSync(join(worktree('WP01'), 'src', 'mine.txt'))).toBe(true);
  });

  it('scenario 29: is refused by what lies in the place of its work tree, and takes its merge branch back', async () => {
    finish('WP01', { 'src/one.txt': '1\n' });
    finish('WP02', { 'src/two.txt': '2\n' });
    const before = refs();
    world.scratch.write(`.worktrees/${SLUG}-WP03/mine.txt`, 'mine\n');
    await expect(implement('WP03')).rejects.toMatchObject({ kind: 'worktree-failed' });
    expect(refs()).toBe(before);
    expect(readdirSync(worktree('WP03'))).toEqual(['mine.txt']);
    expect(world.scratch.git('status', '--porcelain').trim()).toBe('?? .worktrees/');
  });

  it('scenario 30: hides its work tree before it makes it, so that a kill never leaves one to be seen', async () => {
    world.repository.addWorktree = async () => {
      expect(world.scratch.read('.git/info/exclude')).toContain('\n/.worktrees/\n');
      throw new Error('no');
    };
    await expect(implement('WP01')).rejects.toThrow('no');
    expect(world.scratch.read('.git/info/exclude')).not.toContain('/.worktrees/');
  });

  it('takes its work tree back when the file cannot be changed', async () => {
    world.files.change = async () => {
      throw new Error('no');
    };
    const before = refs();
    await expect(implement('WP01')).rejects.toThrow('no');
    expect(refs()).toBe(before);
  });

  it('is about the feature and the branch of the worktree in which it was called', async () => {
    finish('WP01', { 'src/one.txt': '1\n' });
    const first = await implement('WP02');
    const checkout = (await world.repository.locate(first.result.worktree))!;
    world.scratch.write(file('WP06'), workPackage('WP06', 'planned'));
    world.scratch.commitAll('free');
    const done = await implement('WP06', { checkout });
    expect(done.outcomes).toMatchObject([{ event: { git_branch: `${SLUG}-WP02` } }]);
    expect(done.result.worktree).toBe(worktree('WP06'));
    expect(world.scratch.git('log', '-1', '--format=%s', 'main').trim()).toBe(`chore: start WP06 (${SLUG})`);
  });

  it('needs git', async () => {
    const plain = workflowWorld(SEED, { underGit: false });
    const failing = new ImplementWorkPackage({ ...plain, perform: useCases(plain).perform }).run({
      checkout: await plain.checkout(),
      workPackageId: 'WP01',
    });
    await expect(failing).rejects.toMatchObject({ kind: 'not-a-repository' });
  });

  it('needs a commit to start from', async () => {
    rmSync(join(world.root, '.git'), { recursive: true });
    world.scratch.git('init', '--quiet', '--initial-branch=main');
    await expect(implement('WP01')).rejects.toMatchObject({ kind: 'worktree-failed' });
  });

  it('scenario 30: killed at any step, is done once by the next run', async () => {
    for (let steps = 0; ; steps += 7) {
      const here = workflowWorld(SEED);
      const fuse = new Fuse(steps);
      const run = async (ports: WorkflowPorts) =>
        new ImplementWorkPackage({ ...ports, merges: world.merges, perform: useCases(ports).perform }).run({
          checkout: await here.checkout(),
          workPackageId: 'WP01',
        });
      await run({
        repository: mortal(here.repository, fuse, ['exclusive', 'tryExclusive']),
        files: mortal(here.files, fuse),
        intents: mortal(here.intents, fuse),
        outboxes: {
          list: () => here.outboxes.list(),
          open: (key) => mortal(here.outboxes.open(key), fuse, ['records']),
        },
      }).catch(() => undefined);
      const again = await run(here);
      expect(['started', 'already-doing']).toContain(again.result.outcome);
      expect(await here.captured()).toHaveLength(1);
      expect(await here.repository.dirtyPaths(here.root)).toEqual([]);
      if (!fuse.isBurnt) break;
    }
  });
});
