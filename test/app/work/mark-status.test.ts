import { MarkStatus, type MarkStatusInput } from '../../../src/app/work/mark-status.js';
import { capturedEvents, capturedTypes } from '../../support/captured-events.js';
import { corpusFeatures, corpusText } from '../../support/corpus.js';
import { changedLines } from '../../support/line-diff.js';
import { corpusSeed, FEATURE, FOLDER, pathOf, smallFeature } from '../../support/planning-documents.js';
import { workflowWorld, useCases, type WorkflowWorld } from '../../support/workflow-world.js';

const TASKS = `${FOLDER}/tasks.md`;

const TWO_SECTIONS = [
  '# Tasks',
  '',
  '- [ ] T099 belongs to nobody',
  '',
  '## Work Package WP01: First',
  '',
  '- [ ] T001 Build it',
  '- [X] T002 [P] Test it',
  '',
  '## Work Package WP02: Second',
  '',
  '- [ ] **T003**: Document it',
  '',
  '**Subtasks**: T003, T004',
  '',
].join('\n');

const mark = async (
  world: WorkflowWorld,
  input: Pick<MarkStatusInput, 'ids' | 'status'> & Partial<MarkStatusInput>,
) =>
  new MarkStatus({ ...world, perform: useCases(world).perform }).run({
    checkout: await world.checkout(),
    ...input,
  });

describe('marking the status of tasks and work packages', () => {
  let world: WorkflowWorld;
  beforeEach(async () => {
    world = workflowWorld(
      smallFeature(
        { WP01: { lane: 'doing' }, WP02: { dependencies: '["WP01"]' } },
        { 'tasks.md': TWO_SECTIONS },
      ),
    );
  });
  const text = async (path: string): Promise<string> => (await world.files.text(world.root, path)) ?? '';

  it('sets the states of several rows of a table, in the words of the table', async () => {
    const table = (...states: readonly string[]): string =>
      [
        '## WP01',
        '',
        '| ID | Status |',
        '|---|---|',
        ...states.map((state, at) => `| T00${at + 1} | ${state} |`),
        '',
      ].join('\n');
    world.write(TASKS, table('finished', 'planned', 'open'));
    const { result } = await mark(world, { ids: ['T001', 'T003', 'T002'], status: 'done' });
    expect(result.tasks.map(({ outcome }) => outcome)).toEqual(['already-so', 'marked', 'marked']);
    expect(await text(TASKS)).toBe(table('finished', 'finished', 'finished'));
  });

  it('ticks the box of a task and tells it in the history of the work package whose section holds it', async () => {
    const { result, commit } = await mark(world, { ids: ['t001'], status: 'done', agent: 'codex' });
    expect(result).toEqual({
      feature: FEATURE,
      workPackages: [],
      tasks: [{ taskId: 'T001', workPackageId: 'WP01', outcome: 'marked', isDone: true }],
      unblocked: [],
      isFeatureCompleted: false,
    });
    expect(commit).toEqual(expect.any(String));
    expect(await text(TASKS)).toBe(TWO_SECTIONS.replace('[ ] T001', '[x] T001'));
    expect(await text(pathOf('WP01'))).toContain(
      '- 2026-02-03T12:00:00Z – codex – lane=doing – T001 is done: Build it\n',
    );
    expect((await capturedEvents(world)).map(({ event_type, payload }) => [event_type, payload])).toEqual([
      [
        'HistoryAdded',
        {
          wp_id: 'WP01',
          entry_type: 'note',
          entry_content: 'T001 is done: Build it',
          author: 'codex',
          feature_slug: FEATURE,
        },
      ],
    ]);
  });

  it.each(['pending', 'planned'] as const)('opens the box again with %s', async (status) => {
    const { result } = await mark(world, { ids: ['T002'], status });
    expect(result.tasks).toMatchObject([{ outcome: 'marked', isDone: false }]);
    expect(await text(TASKS)).toBe(TWO_SECTIONS.replace('[X] T002', '[ ] T002'));
    expect((await capturedEvents(world))[0]?.payload).toMatchObject({
      entry_content: 'T002 is open again: [P] Test it',
    });
  });

  it('does nothing to a box that stands so already, and emits nothing for it', async () => {
    const { result, outcomes, commit } = await mark(world, { ids: ['T002'], status: 'done' });
    expect(result.tasks).toMatchObject([{ outcome: 'already-so', isDone: true }]);
    expect([outcomes, commit, await capturedEvents(world)]).toEqual([[], undefined, []]);
    expect(await text(TASKS)).toBe(TWO_SECTIONS);
  });

  it('takes tasks and work packages in one piece of work, each with its own event and line', async () => {
    const { result } = await mark(world, {
      ids: ['WP01', 'T001', 'T003', 'T002', 'T001'],
      status: 'done',
      force: true,
    });
    expect(result).toMatchObject({
      workPackages: [{ workPackageId: 'WP01', outcome: 'moved', from: 'doing', to: 'done' }],
      tasks: [{ taskId: 'T001' }, { taskId: 'T003', workPackageId: 'WP02' }, { outcome: 'already-so' }],
      unblocked: ['WP02'],
    });
    expect(await capturedTypes(world)).toEqual([
      'HistoryAdded WP01',
      'HistoryAdded WP02',
      'WPStatusChanged WP01',
      'DependencyResolved WP02',
    ]);
    const log = (await text(pathOf('WP01'))).split('\n').slice(-4);
    expect(log).toEqual([
      '- 2026-02-01T00:00:00Z – system – lane=planned – Prompt created.',
      '- 2026-02-03T12:00:00Z – user – lane=doing – T001 is done: Build it',
      '- 2026-02-03T12:00:00Z – user – lane=done – Marked as done',
      '',
    ]);
    expect(await text(pathOf('WP01'))).toContain('lane: "done"');
  });

  it('moves a work package as move-task does, and pending means planned', async () => {
    const { result } = await mark(world, { ids: ['WP01', 'WP02'], status: 'pending' });
    expect(result.workPackages).toEqual([
      { workPackageId: 'WP01', outcome: 'moved', from: 'doing', to: 'planned' },
      { workPackageId: 'WP02', outcome: 'already-there', from: 'planned', to: 'planned' },
    ]);
    expect(await capturedTypes(world)).toEqual(['WPStatusChanged WP01']);
  });

  describe('leaves everything as it was and names everything that', () => {
    const refuses = async (
      input: Pick<MarkStatusInput, 'ids' | 'status'>,
      kind: string,
      ...words: readonly string[]
    ): Promise<void> => {
      const failure: unknown = await mark(world, input).catch((error: unknown) => error);
      expect(failure).toMatchObject({ kind });
      for (const word of words) expect((failure as Error).message).toContain(word);
      expect(await text(TASKS)).toBe(TWO_SECTIONS);
      expect(await text(pathOf('WP01'))).toContain('lane: "doing"');
      expect(await capturedEvents(world)).toEqual([]);
    };

    it('is unknown', async () => {
      await refuses({ ids: ['T001', 'T077', 'T078'], status: 'done' }, 'task-not-found', 'T077, T078');
      await refuses(
        { ids: ['WP08', 'T001', 'WP09', 'T077'], status: 'done' },
        'work-package-not-found',
        'WP08, WP09',
        'T077',
      );
    });

    it('is no id', () =>
      refuses({ ids: ['T001', 'Txx', '7', '\u001b[2J'], status: 'done' }, 'input-invalid', '"Txx", "7"'));

    it('is nothing', () => refuses({ ids: [], status: 'done' }, 'input-invalid'));

    it('stands in no section of a work package, with its line', () =>
      refuses({ ids: ['T001', 'T099'], status: 'done' }, 'task-not-found', `${TASKS}:3: T099`));

    it('has no mark that could be set, with its line', () =>
      refuses(
        { ids: ['T004', 'T077'], status: 'done' },
        'task-not-found',
        `${TASKS}:14: T004`,
        'no task T077',
      ));

    it('would be an illegal transition', () =>
      refuses({ ids: ['T001', 'WP01'], status: 'done' }, 'transition-illegal', 'WP01 is in doing'));

    it('is a task in a lane', () =>
      refuses({ ids: ['T001'], status: 'for_review' }, 'input-invalid', 'T001'));

    it('belongs to a work package without a file', async () => {
      world.write(TASKS, `${TWO_SECTIONS}\n## WP05\n\n- [ ] T050 x\n`);
      await expect(mark(world, { ids: ['T050'], status: 'done' })).rejects.toMatchObject({
        kind: 'work-package-not-found',
        message: expect.stringContaining('WP05'),
      });
    });

    it('is looked for where there is no tasks.md', async () => {
      const files = smallFeature({ WP01: {} });
      delete files[TASKS];
      world = workflowWorld(files);
      await expect(mark(world, { ids: ['T001'], status: 'done' })).rejects.toMatchObject({
        kind: 'task-not-found',
      });
    });
  });

  it('keeps line endings, byte order mark and everything else of a real plan', async () => {
    for (const slug of corpusFeatures()) {
      const path = `kitty-specs/${slug}/tasks.md`;
      const taskId = /^- \[x\] (T\d+)/m.exec(corpusText(path))?.[1];
      if (taskId === undefined) continue;
      for (const bend of [
        (plan: string) => plan,
        (plan: string) => `\ufeff${plan.replaceAll('\n', '\r\n')}`,
      ]) {
        world = workflowWorld({ ...corpusSeed(slug), [path]: bend(corpusText(path)) }, { underGit: false });
        const { result } = await mark(world, { ids: [taskId], status: 'pending', feature: slug });
        expect(result.tasks).toMatchObject([{ outcome: 'marked' }]);
        expect(changedLines(bend(corpusText(path)), await text(path)).added).toHaveLength(1);
        expect((await text(path)).length).toBe(bend(corpusText(path)).length);
        await mark(world, { ids: [taskId], status: 'done', feature: slug });
        expect(await text(path)).toBe(bend(corpusText(path)));
      }
    }
  });

  it('commits tasks.md together with the files of the work packages, and nothing else', async () => {
    const git = workflowWorld(
      smallFeature({ WP01: {} }, { 'tasks.md': TWO_SECTIONS.split('## Work Package WP02')[0] ?? '' }),
    );
    world = git;
    git.scratch.write('other.txt', 'mine');
    await mark(world, { ids: ['T001'], status: 'done' });
    expect(git.scratch.git('show', '--name-only', '--format=%s', 'HEAD').trim().split('\n')).toEqual([
      `chore: mark T001 as done (${FEATURE})`,
      '',
      TASKS,
      pathOf('WP01'),
    ]);
    expect(git.scratch.git('status', '--porcelain').trim()).toBe('?? other.txt');
  });
});
