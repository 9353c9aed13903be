import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AcceptWorkPackages, type AcceptInput } from '../../../src/app/work/accept-work-packages.js';
import { ImplementWorkPackage } from '../../../src/app/work/implement-work-package.js';
import { MergeWorkPackages } from '../../../src/app/work/merge-work-packages.js';
import { MoveWorkPackage } from '../../../src/app/work/move-work-package.js';
import { capturedTypes } from '../../support/captured-events.js';
import { corpusFeatures, corpusText, corpusWorkPackagePaths } from '../../support/corpus.js';
import { corpusSeed, FEATURE, FOLDER, pathOf, smallFeature } from '../../support/planning-documents.js';
import { workflowWorld, useCases, type WorkflowWorld } from '../../support/workflow-world.js';

const accept = async (world: WorkflowWorld, input: Partial<AcceptInput> = {}) =>
  new AcceptWorkPackages({
    ...world,
    perform: useCases(world).perform,
  }).run({
    checkout: await world.checkout(),
    ...input,
  });

const REVIEW = { lane: 'for_review' };

describe('accepting work packages', () => {
  let world: WorkflowWorld;
  const text = async (path: string): Promise<string> => (await world.files.text(world.root, path)) ?? '';

  it('takes every one in review to done, and completes the feature', async () => {
    const git = workflowWorld(
      smallFeature({ WP01: REVIEW, WP02: { ...REVIEW, dependencies: '[WP01]' }, WP03: { lane: 'done' } }),
    );
    world = git;
    const { result } = await accept(world, { agent: 'ann' });
    expect(result).toEqual({
      feature: FEATURE,
      isCheck: false,
      accepted: ['WP01', 'WP02'],
      refused: [],
      alreadyDone: [],
      withoutCommits: [],
      isFeatureCompleted: true,
    });
    expect(await capturedTypes(world)).toEqual([
      'WPStatusChanged WP01',
      'DependencyResolved WP02',
      'WPStatusChanged WP02',
      `FeatureCompleted ${FEATURE}`,
    ]);
    expect(await text(pathOf('WP02'))).toContain('- 2026-02-03T12:00:00Z – ann – lane=done – Accepted\n');
    expect(git.scratch.git('show', '--format=%s', '--name-only', 'HEAD')).toBe(
      `chore: accept WP01, WP02 (${FEATURE})\n\n${pathOf('WP01')}\n${pathOf('WP02')}\n`,
    );
    expect(git.scratch.git('status', '--porcelain')).toBe('');
  });

  it('accepts some and lists the others with all their reasons', async () => {
    world = workflowWorld(
      smallFeature(
        { WP01: REVIEW, WP02: REVIEW, WP03: { lane: 'doing' }, WP04: { lane: 'done' } },
        { 'tasks.md': '## WP01\n- [ ] T001\n## WP02\n- [x] T002\n' },
      ),
    );
    const { result } = await accept(world, { workPackageIds: ['WP03', 'WP01', 'WP02', 'WP01', 'WP04'] });
    expect(result).toMatchObject({
      accepted: ['WP02'],
      refused: [
        { workPackageId: 'WP03', reasons: [{ code: 'wrong-lane' }, { code: 'no-tasks' }] },
        {
          workPackageId: 'WP01',
          reasons: [
            {
              code: 'open-boxes',
              message: 'tasks.md has 1 open: T001 (line 2).',
              places: [{ path: `${FOLDER}/tasks.md`, line: 2 }],
            },
          ],
        },
      ],
      alreadyDone: ['WP04'],
      isFeatureCompleted: false,
    });
    expect(await capturedTypes(world)).toEqual(['WPStatusChanged WP02']);
  });

  it('looks for the tasks of a roster in the status log', async () => {
    const row = (id: string, subtasks: object): string =>
      JSON.stringify({
        actor: 'a',
        at: '2026-05-01T10:00:00Z',
        delta: { subtasks },
        event_id: '01KQHBBBBBBBBBBBBBBBBBBBB1',
        kind: 'annotation',
        wp_id: id,
      });
    const start = async (subtasks: object): Promise<void> => {
      const seed = smallFeature(
        { WP01: REVIEW },
        {
          'tasks.md': '## WP01\n\n**Subtasks**: T001, T002\n',
          'status.events.jsonl': `${row('WP01', subtasks)}\n`,
        },
      );
      const file = seed[pathOf('WP01')]?.replace('agent:', 'subtasks: [T001, T002]\nagent:') ?? '';
      world = workflowWorld({ ...seed, [pathOf('WP01')]: file });
    };
    await start({ T001: 'done', T002: 'planned' });
    expect((await accept(world)).result.refused).toMatchObject([{ reasons: [{ code: 'open-tasks' }] }]);
    await start({ T001: 'done' });
    expect((await accept(world)).result.refused).toMatchObject([{ reasons: [{ code: 'unknown-tasks' }] }]);
    await start({ T001: 'done', T002: 'done' });
    expect((await accept(world)).result).toMatchObject({ accepted: ['WP01'], refused: [] });
  });

  it('only reports when asked to check', async () => {
    world = workflowWorld(smallFeature({ WP01: REVIEW }));
    const before = await text(pathOf('WP01'));
    const { result, outcomes } = await accept(world, { check: true });
    expect(result).toMatchObject({ isCheck: true, accepted: ['WP01'], isFeatureCompleted: false });
    expect([outcomes, await capturedTypes(world), await text(pathOf('WP01'))]).toEqual([[], [], before]);
  });

  it('has nothing to do when none is in review, and emits nothing the second time', async () => {
    world = workflowWorld(smallFeature({ WP01: REVIEW }));
    await accept(world, { commit: false });
    const { result } = await accept(world);
    expect(result).toMatchObject({ accepted: [], refused: [], alreadyDone: [] });
    expect((await accept(world, { workPackageIds: ['WP01'] })).result.alreadyDone).toEqual(['WP01']);
    expect((await capturedTypes(world)).length).toBe(2);
  });

  it('fails for one that does not exist, before anything is done', async () => {
    world = workflowWorld(smallFeature({ WP01: REVIEW }));
    await expect(accept(world, { workPackageIds: ['WP01', 'WP09'] })).rejects.toMatchObject({
      kind: 'work-package-not-found',
    });
    expect(await capturedTypes(world)).toEqual([]);
  });

  it('refuses on a dirty tree, and names the paths', async () => {
    const git = workflowWorld(smallFeature({ WP01: REVIEW }));
    world = git;
    git.scratch.write('src/a.ts', 'x');
    git.scratch.write('.kittify/config.yaml', 'x');
    const { result } = await accept(world);
    expect(result.refused).toMatchObject([
      {
        workPackageId: 'WP01',
        reasons: [
          { code: 'dirty-tree', message: 'Not committed: src/a.ts.', places: [{ path: 'src/a.ts' }] },
        ],
      },
    ]);
  });

  it('refuses until the branch is merged into the target branch', async () => {
    const git = workflowWorld(smallFeature({ WP01: REVIEW }));
    world = git;
    git.scratch.git('checkout', '-q', '-b', `${FEATURE}-WP01`);
    git.scratch.write('a.txt', 'x');
    git.scratch.commitAll('work');
    git.scratch.git('checkout', '-q', 'main');
    expect((await accept(world)).result.refused[0]?.reasons).toMatchObject([{ code: 'not-merged' }]);
    git.scratch.git('merge', '-q', '--no-ff', '--no-edit', `${FEATURE}-WP01`);
    expect((await accept(world)).result.accepted).toEqual(['WP01']);
  });

  it('looks at the present branch where the clone lacks the one that the feature was planned for', async () => {
    const git = workflowWorld(smallFeature({ WP01: REVIEW }, { 'meta.json': '{"target_branch": "2.x"}' }));
    world = git;
    git.scratch.commitOn(`${FEATURE}-WP01`, { 'a.txt': 'x' });
    expect((await accept(world)).result.refused[0]?.reasons).toMatchObject([{ code: 'not-merged' }]);
    git.scratch.git('merge', '-q', '--no-ff', '--no-edit', `${FEATURE}-WP01`);
    expect((await accept(world)).result.accepted).toEqual(['WP01']);
  });

  it('knows a squashed branch, also when the same lines were changed later', async () => {
    const git = workflowWorld(smallFeature({ WP01: REVIEW }));
    world = git;
    git.scratch.commitOn(`${FEATURE}-WP01`, { 'a.txt': 'x' });
    await new MergeWorkPackages({
      ...git,
      perform: useCases(git).perform,
    }).run({ checkout: await git.checkout(), strategy: 'squash' });
    git.scratch.write('a.txt', 'later');
    git.scratch.commitAll('later');
    expect((await accept(world)).result).toMatchObject({ accepted: ['WP01'], withoutCommits: [] });
  });

  it('accepts one whose branch has no commit, and says so; not while work lies uncommitted in its work tree', async () => {
    const git = workflowWorld(smallFeature({ WP01: {} }));
    world = git;
    const checkout = await world.checkout();
    const { perform } = useCases(world);
    const begun = await new ImplementWorkPackage({ ...world, perform }).run({
      checkout,
      workPackageId: 'WP01',
    });
    await new MoveWorkPackage({ ...world, perform }).run({
      checkout,
      workPackageId: 'WP01',
      to: 'for_review',
    });
    writeFileSync(join(begun.result.worktree, 'forgotten.txt'), 'x');
    for (const check of [true, false])
      expect((await accept(world, { check })).result.refused).toMatchObject([
        {
          workPackageId: 'WP01',
          reasons: [
            {
              code: 'dirty-worktree',
              message: `Not committed in .worktrees/${FEATURE}-WP01: forgotten.txt.`,
            },
          ],
        },
      ]);
    rmSync(join(begun.result.worktree, 'forgotten.txt'));
    expect((await accept(world)).result).toMatchObject({ accepted: ['WP01'], withoutCommits: ['WP01'] });
  });

  it('refuses one whose branch has no commit of its own and stands upon work that is not merged', async () => {
    const git = workflowWorld(
      smallFeature({ WP01: { lane: 'doing' }, WP02: { ...REVIEW, dependencies: '[WP01]' } }),
    );
    world = git;
    git.scratch.commitOn(`${FEATURE}-WP01`, { 'a.txt': 'x' });
    git.scratch.git('branch', `${FEATURE}-WP02`, `${FEATURE}-WP01`);
    expect((await accept(world)).result).toMatchObject({
      accepted: [],
      refused: [{ workPackageId: 'WP02', reasons: [{ code: 'not-merged' }] }],
    });
  });

  it('refuses while a file cannot be read, since it may depend on what is accepted', async () => {
    const git = workflowWorld(smallFeature({ WP01: REVIEW, WP02: { dependencies: '[WP01]' } }));
    world = git;
    writeFileSync(join(git.root, pathOf('WP02')), Buffer.from([0xff, 0xfe]));
    git.scratch.commitAll('unreadable');
    for (const input of [{}, { workPackageIds: ['WP01'] }, { check: true }])
      await expect(accept(world, input)).rejects.toMatchObject({
        kind: 'work-package-unreadable',
        message: expect.stringContaining(pathOf('WP02')),
      });
    await expect(
      new MoveWorkPackage({ ...world, perform: useCases(world).perform }).run({
        checkout: await world.checkout(),
        workPackageId: 'WP01',
        to: 'done',
      }),
    ).rejects.toMatchObject({ kind: 'work-package-unreadable' });
    expect(await text(pathOf('WP01'))).toContain('lane: "for_review"');
  });

  it('needs no git', async () => {
    world = workflowWorld(smallFeature({ WP01: REVIEW }), { underGit: false });
    expect((await accept(world)).result.accepted).toEqual(['WP01']);
  });

  it('leaves the commit to the user who wants that', async () => {
    const git = workflowWorld(smallFeature({ WP01: REVIEW }));
    world = git;
    await accept(world, { commit: false });
    expect(git.scratch.git('status', '--porcelain').trim()).toBe(`M ${pathOf('WP01')}`);
  });

  it('scenario 26: accepted by two at once, there is one event for each transition', async () => {
    world = workflowWorld(smallFeature({ WP01: REVIEW, WP02: REVIEW }));
    const done = await Promise.all([accept(world), accept(world)]);
    expect(done.map(({ result }) => result.accepted.length).sort()).toEqual([0, 2]);
    expect((await capturedTypes(world)).length).toBe(3);
  });

  it('scenario 27: the corpus is accepted, but for the features with open boxes and missing documents', async () => {
    const seed = corpusSeed();
    for (const path of corpusWorkPackagePaths()) {
      seed[path] = corpusText(path).replace(/^lane: ("?)done\1$/m, 'lane: for_review');
    }
    world = workflowWorld(seed);
    const outcomes: Record<string, unknown> = {};
    for (const slug of corpusFeatures()) {
      const { result } = await accept(world, { feature: slug });
      const codes = new Set(result.refused.flatMap(({ reasons }) => reasons.map(({ code }) => code)));
      outcomes[slug.slice(0, 3)] = [result.accepted.length, result.refused.length, [...codes].sort()];
    }
    expect(outcomes).toEqual({
      '002': [4, 0, []],
      '006': [0, 6, ['missing-documents', 'open-boxes']],
      '010': [10, 0, []],
      '013': [1, 0, []],
      '021': [12, 0, []],
      '028': [7, 0, []],
      '032': [6, 0, []],
      '034': [1, 16, ['open-boxes']],
    });
  });

  it('comes after a move to for_review', async () => {
    world = workflowWorld(smallFeature({ WP01: { lane: 'doing' } }));
    const checkout = await world.checkout();
    const { perform } = useCases(world);
    await new MoveWorkPackage({ ...world, perform }).run({
      checkout,
      workPackageId: 'WP01',
      to: 'for_review',
    });
    expect((await accept(world)).result.accepted).toEqual(['WP01']);
    expect(await text(`${FOLDER}/meta.json`)).toBe('{\n  "target_branch": "main"\n}\n');
  });
});
