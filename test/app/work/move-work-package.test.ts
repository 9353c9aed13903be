import { MoveWorkPackage, type MoveInput } from '../../../src/app/work/move-work-package.js';
import { LANES, isLegalTransition } from '../../../src/domain/events/lane.js';
import { capturedEvents, capturedTypes } from '../../support/captured-events.js';
import { corpusFeatures, corpusText } from '../../support/corpus.js';
import { changedLines } from '../../support/line-diff.js';
import { corpusSeed, FEATURE, FOLDER, pathOf, smallFeature } from '../../support/planning-documents.js';
import { workflowWorld, useCases, type WorkflowWorld } from '../../support/workflow-world.js';

const move = async (
  world: WorkflowWorld,
  input: Pick<MoveInput, 'workPackageId' | 'to'> & Partial<MoveInput>,
) =>
  new MoveWorkPackage({ ...world, perform: useCases(world, 2000).perform }).run({
    checkout: await world.checkout(),
    ...input,
  });

describe('moving a work package', () => {
  let world: WorkflowWorld;
  const text = async (path: string): Promise<string> => (await world.files.text(world.root, path)) ?? '';
  const start = async (...seed: Parameters<typeof smallFeature>): Promise<void> => {
    world = workflowWorld(smallFeature(...seed));
  };

  it('sets lane and agent, adds one line to the Activity Log, and emits one event', async () => {
    await start({ WP01: {}, WP02: {} });
    const before = await text(pathOf('WP01'));
    const { result, outcomes, commit } = await move(world, {
      workPackageId: 'wp01',
      to: 'doing',
      agent: 'codex',
      note: 'Let us\ngo',
    });
    expect(result).toEqual({
      feature: FEATURE,
      workPackageId: 'WP01',
      path: pathOf('WP01'),
      outcome: 'moved',
      from: 'planned',
      to: 'doing',
      unblocked: [],
      isFeatureCompleted: false,
    });
    expect(commit).toEqual(expect.any(String));
    expect(outcomes).toMatchObject([{ outcome: 'captured' }]);
    expect(await text(pathOf('WP01'))).toBe(
      before
        .replace('lane: "planned"', 'lane: "doing"')
        .replace('agent: ""', 'agent: "codex"')
        .replace('created.\n', 'created.\n- 2026-02-03T12:00:00Z – codex – lane=doing – Let us go\n'),
    );
    expect(
      (await capturedEvents(world)).map(({ event_type, aggregate_id, payload }) => [
        event_type,
        aggregate_id,
        payload,
      ]),
    ).toEqual([
      [
        'WPStatusChanged',
        'WP01',
        {
          wp_id: 'WP01',
          previous_status: 'planned',
          new_status: 'doing',
          changed_by: 'codex',
          feature_slug: FEATURE,
        },
      ],
    ]);
  });

  it('is done by the user when no agent is named, and leaves the agent of the front matter', async () => {
    await start({ WP01: {} });
    await move(world, { workPackageId: 'WP01', to: 'doing' });
    expect(await text(pathOf('WP01'))).toContain('agent: ""\n');
    expect(await text(pathOf('WP01'))).toContain('– user – lane=doing – Moved to doing\n');
    expect((await capturedEvents(world))[0]?.payload).toMatchObject({ changed_by: 'user' });
  });

  it('takes a name of several lines for one line, and blanks for no name', async () => {
    await start({ WP01: {}, WP02: {} });
    await move(world, { workPackageId: 'WP01', to: 'doing', agent: ' claude\r\nthe first ' });
    await move(world, { workPackageId: 'WP02', to: 'doing', agent: ' \n' });
    expect(await text(pathOf('WP01'))).toContain('agent: "claude the first"');
    expect(await text(pathOf('WP02'))).toContain('agent: ""');
    expect((await capturedEvents(world)).map(({ payload }) => payload)).toMatchObject([
      { changed_by: 'claude the first' },
      { changed_by: 'user' },
    ]);
  });

  it('to the lane that it is in does nothing, says so, and emits nothing, even by force', async () => {
    await start({ WP01: { lane: 'in_progress' } });
    const before = await text(pathOf('WP01'));
    const { result, outcomes } = await move(world, {
      workPackageId: 'WP01',
      to: 'doing',
      force: true,
      agent: 'x',
    });
    expect([result.outcome, outcomes]).toEqual(['already-there', []]);
    expect(await text(pathOf('WP01'))).toBe(before);
    expect(await capturedTypes(world)).toEqual([]);
  });

  it('follows the legal transitions, and any other one by force', async () => {
    for (const from of LANES) {
      for (const to of LANES.filter((each) => each !== from)) {
        await start({ WP01: { lane: from }, WP02: {} });
        const work = move(world, { workPackageId: 'WP01', to });
        if (isLegalTransition({ lane: from }, to)) {
          await expect(work).resolves.toMatchObject({ result: { outcome: 'moved', from, to } });
        } else {
          await expect(work).rejects.toMatchObject({
            kind: 'transition-illegal',
            message: `WP01 is in ${from} and cannot go to ${to}.`,
          });
          expect(await capturedTypes(world)).toEqual([]);
          await move(world, { workPackageId: 'WP01', to, force: true });
        }
        expect((await capturedEvents(world))[0]?.payload).toMatchObject({
          previous_status: from,
          new_status: to,
        });
      }
    }
  });

  it('says what can be done instead', async () => {
    await start({ WP01: { lane: 'done' }, WP02: { lane: 'doing' } });
    await expect(move(world, { workPackageId: 'WP01', to: 'doing' })).rejects.toMatchObject({
      hint: 'From done it goes nowhere unless it is forced.',
    });
    await expect(move(world, { workPackageId: 'WP02', to: 'done' })).rejects.toMatchObject({
      hint: 'From doing it can go to for_review or planned; anything else has to be forced.',
    });
  });

  it('to done resolves every dependent, and completes the feature only with the last one', async () => {
    await start({
      WP01: { lane: 'for_review' },
      WP02: { lane: 'for_review', dependencies: '[WP01]' },
      WP03: { lane: 'done', dependencies: '[WP01, WP02]' },
    });
    const first = await move(world, { workPackageId: 'WP01', to: 'done' });
    expect(first.result).toMatchObject({ unblocked: ['WP02', 'WP03'], isFeatureCompleted: false });
    const last = await move(world, { workPackageId: 'WP02', to: 'done' });
    expect(last.result).toMatchObject({ unblocked: ['WP03'], isFeatureCompleted: true });
    expect(await capturedTypes(world)).toEqual([
      'WPStatusChanged WP01',
      'DependencyResolved WP02',
      'DependencyResolved WP03',
      'WPStatusChanged WP02',
      'DependencyResolved WP03',
      `FeatureCompleted ${FEATURE}`,
    ]);
    const events = await capturedEvents(world);
    expect(
      events.map(({ causation_id }) => events.findIndex(({ event_id }) => event_id === causation_id)),
    ).toEqual([-1, 0, 0, -1, 3, 3]);
    expect(events[1]?.payload).toEqual({
      wp_id: 'WP02',
      dependency_wp_id: 'WP01',
      resolution_type: 'completed',
      feature_slug: FEATURE,
    });
    expect(events[5]?.payload).toMatchObject({ feature_slug: FEATURE, total_wps: 3, total_duration: null });
  });

  it('does nothing that others wait for while one of them cannot be read, and everything else', async () => {
    await start({ WP01: { lane: 'for_review' } });
    world.write(pathOf('WP02'), '---\nlane: [\n---\n');
    for (const input of [
      { workPackageId: 'WP01', to: 'done' },
      { workPackageId: 'WP02', to: 'done' },
      { workPackageId: 'WP01', to: 'done', force: true },
    ] as const)
      await expect(move(world, input)).rejects.toMatchObject({
        kind: 'work-package-unreadable',
        message: expect.stringContaining(`${pathOf('WP02')}:3: `),
      });
    const { result } = await move(world, { workPackageId: 'WP01', to: 'doing' });
    expect(result.outcome).toBe('moved');
  });

  it('back for rework puts the feedback into the file', async () => {
    await start({ WP01: { lane: 'for_review' } });
    await move(world, { workPackageId: 'WP01', to: 'doing', agent: 'ann', feedback: 'Fix\n## it' });
    const after = await text(pathOf('WP01'));
    expect(after).toContain(
      '## Review Feedback\n\n**Changes requested** by ann at 2026-02-03T12:00:00Z:\n\n> Fix\n> ## it\n',
    );
    expect(after).toContain('- 2026-02-03T12:00:00Z – ann – lane=doing – Changes requested\n');
  });

  it('takes feedback for nothing else, and not empty', async () => {
    await start({ WP01: {}, WP02: { lane: 'for_review' } });
    const refused = (input: Parameters<typeof move>[1]) => expect(move(world, input)).rejects;
    await refused({ workPackageId: 'WP01', to: 'doing', feedback: 'x' }).toMatchObject({
      kind: 'wrong-usage',
    });
    await refused({ workPackageId: 'WP02', to: 'doing', feedback: ' ' }).toMatchObject({
      kind: 'input-invalid',
    });
    expect(await capturedTypes(world)).toEqual([]);
  });

  it('that does not exist lists those that do', async () => {
    await start({ WP01: {}, WP02: {} });
    await expect(move(world, { workPackageId: 'WP09', to: 'doing' })).rejects.toMatchObject({
      kind: 'work-package-not-found',
      hint: 'It has WP01, WP02.',
    });
    world = workflowWorld({ [`${FOLDER}/spec.md`]: '' });
    await expect(move(world, { workPackageId: 'WP01', to: 'doing' })).rejects.toMatchObject({
      kind: 'work-package-not-found',
    });
    world = workflowWorld({ [`${FOLDER}/tasks/WP01-a.md`]: '', [`${FOLDER}/tasks/WP01-b.md`]: '' });
    await expect(move(world, { workPackageId: 'WP01', to: 'doing' })).rejects.toMatchObject({
      kind: 'work-package-unreadable',
    });
  });

  it('twice in the same second writes two lines that differ', async () => {
    await start({ WP01: {} });
    await move(world, { workPackageId: 'WP01', to: 'doing' });
    await move(world, { workPackageId: 'WP01', to: 'planned' });
    await move(world, { workPackageId: 'WP01', to: 'doing' });
    expect(await text(pathOf('WP01'))).toContain('– user – lane=doing – Moved to doing (2)\n');
    expect((await capturedTypes(world)).length).toBe(3);
  });

  it('understands a file without front matter', async () => {
    await start({});
    world.write(pathOf('WP01'), '\ufeff# One\r\n');
    await move(world, { workPackageId: 'WP01', to: 'doing' });
    expect(await text(pathOf('WP01'))).toBe(
      '\ufeff---\r\nlane: doing\r\n---\r\n# One\r\n\r\n## Activity Log\r\n\r\n- 2026-02-03T12:00:00Z – user – lane=doing – Moved to doing\r\n',
    );
  });

  it('commits exactly its file, or leaves that to the user', async () => {
    const git = workflowWorld(smallFeature({ WP01: {}, WP02: {} }));
    world = git;
    git.scratch.write('other.txt', 'x');
    await move(world, { workPackageId: 'WP01', to: 'doing' });
    expect(git.scratch.git('show', '--format=%s', '--name-only', 'HEAD')).toBe(
      `chore: move WP01 from planned to doing (${FEATURE})\n\n${pathOf('WP01')}\n`,
    );
    await move(world, { workPackageId: 'WP02', to: 'doing', commit: false });
    expect(git.scratch.git('status', '--porcelain').split('\n').sort()).toEqual([
      '',
      ` M ${pathOf('WP02')}`,
      '?? other.txt',
    ]);
  });

  it('scenario 26: moved by many at once, one wins, the others are told, and there is one event', async () => {
    world = workflowWorld(smallFeature({ WP01: {}, WP02: {} }));
    const same = await Promise.all(
      [1, 2, 3, 4].map(() => move(world, { workPackageId: 'WP01', to: 'doing' })),
    );
    expect(same.map(({ result }) => result.outcome).sort()).toEqual([
      'already-there',
      'already-there',
      'already-there',
      'moved',
    ]);
    const different = await Promise.allSettled([
      move(world, { workPackageId: 'WP01', to: 'for_review' }),
      move(world, { workPackageId: 'WP01', to: 'planned' }),
    ]);
    const moves = different.filter(({ status }) => status === 'fulfilled').length;
    expect((await capturedTypes(world)).length).toBe(1 + moves);
    expect(moves).toBeGreaterThan(0);
  });

  it('scenario 27: every work package of the corpus goes through all lanes, changing only lane, agent and log', async () => {
    world = workflowWorld(corpusSeed(), { underGit: false });
    for (const slug of corpusFeatures()) {
      for (const { path } of (await world.files.read(world.root, slug))?.workPackages ?? []) {
        const workPackageId = path.split('/').at(-1)?.slice(0, 4) ?? '';
        const at = { feature: slug, workPackageId };
        await move(world, { ...at, to: 'planned', force: true });
        await move(world, { ...at, to: 'doing' });
        await move(world, { ...at, to: 'for_review' });
        await move(world, { ...at, to: 'done' });
        const after = await text(path);
        const { removed, added } = changedLines(corpusText(path), after);
        expect([
          removed,
          added.length,
          added.every((line) => line.startsWith('- 2026-02-03T12:00:00Z – user – lane=')),
        ]).toEqual([[], 4, true]);
      }
    }
    const types = await capturedTypes(world);
    expect(types.filter((type) => type.startsWith('WPStatusChanged')).length).toBe(63 * 4);
    expect(types.filter((type) => type.startsWith('FeatureCompleted')).length).toBe(63);
  });
});
