import { join } from 'node:path';
import { FinalizeTasks, type FinalizeInput } from '../../../src/app/work/finalize-tasks.js';
import { corpusFeatures, corpusText } from '../../support/corpus.js';
import { capturedEvents, capturedTypes } from '../../support/captured-events.js';
import { changedLines } from '../../support/line-diff.js';
import { corpusSeed, FEATURE, FOLDER, pathOf, smallFeature } from '../../support/planning-documents.js';
import { workflowWorld, PROJECT, useCases, type WorkflowWorld } from '../../support/workflow-world.js';

const tasksWith = (statements: Readonly<Record<string, string>>): { readonly 'tasks.md': string } => ({
  'tasks.md': Object.entries(statements)
    .map(([id, text]) => `## ${id}\n\n### Dependencies\n- ${text}\n`)
    .join('\n'),
});

const finalize = async (world: WorkflowWorld, input: Partial<FinalizeInput> = {}, maxWaiting?: number) =>
  new FinalizeTasks({ ...world, perform: useCases(world, maxWaiting).perform }).run({
    checkout: await world.checkout(),
    ...input,
  });

describe('finalizing tasks', () => {
  let world: WorkflowWorld;
  const text = async (path: string): Promise<string> => (await world.files.text(world.root, path)) ?? '';
  const start = async (...seed: Parameters<typeof smallFeature>): Promise<void> => {
    world = workflowWorld(smallFeature(...seed));
  };

  it('announces the feature and its work packages, ascending, caused by one command run', async () => {
    await start(
      { WP100: { lane: 'doing' }, WP02: {}, WP01: { title: 'a: "b" 🐱' } },
      tasksWith({ WP02: 'Depends on WP01', WP100: 'None' }),
    );
    const { result, commit } = await finalize(world);
    expect(commit).toEqual(expect.any(String));
    expect(result).toMatchObject({
      outcome: 'finalized',
      announced: [FEATURE, 'WP01', 'WP02', 'WP100'],
      updated: ['WP02'],
    });
    const events = await capturedEvents(world);
    expect(
      events.map(({ event_type, aggregate_id, payload }) => [event_type, aggregate_id, payload]),
    ).toEqual([
      [
        'FeatureCreated',
        FEATURE,
        { feature_slug: FEATURE, feature_number: '001', target_branch: 'main', wp_count: 3 },
      ],
      [
        'WPCreated',
        'WP01',
        { wp_id: 'WP01', title: 'a: "b" 🐱', dependencies: [], status: 'planned', feature_slug: FEATURE },
      ],
      ['WPCreated', 'WP02', expect.objectContaining({ dependencies: ['WP01'] })],
      ['WPCreated', 'WP100', expect.objectContaining({ status: 'doing' })],
    ]);
    const { correlation_id: run } = events[0]!;
    expect(new Set(events.map(({ causation_id }) => causation_id))).toEqual(new Set([run]));
    expect(JSON.parse(await text(`${FOLDER}/meta.json`))).toEqual({
      target_branch: 'main',
      announced: Object.fromEntries(events.map(({ aggregate_id, event_id }) => [aggregate_id, event_id])),
    });
  });

  it('has nothing to do the second time, and emits nothing', async () => {
    await start({ WP01: {}, WP02: {} }, tasksWith({ WP02: 'WP01' }));
    await finalize(world);
    const before = await text(`${FOLDER}/meta.json`);
    const { result, outcomes, commit } = await finalize(world);
    expect([result.outcome, outcomes, commit]).toEqual(['nothing-to-do', [], undefined]);
    expect(await text(`${FOLDER}/meta.json`)).toBe(before);
    expect((await capturedTypes(world)).length).toBe(3);
  });

  it('announces only what is not announced yet', async () => {
    await start({ WP01: {} });
    await finalize(world);
    world.write(pathOf('WP02'), '# no front matter\n');
    expect((await finalize(world)).result.announced).toEqual(['WP02']);
    expect(await capturedTypes(world)).toEqual([
      `FeatureCreated ${FEATURE}`,
      'WPCreated WP01',
      'WPCreated WP02',
    ]);
  });

  it('writes dependencies later without announcing anything again', async () => {
    await start({ WP01: {}, WP02: {} });
    await finalize(world);
    world.write(`${FOLDER}/tasks.md`, '## WP02\nDepends on WP01.\n');
    const { result } = await finalize(world);
    expect(result).toMatchObject({ outcome: 'finalized', updated: ['WP02'], announced: [] });
    expect((await capturedTypes(world)).length).toBe(3);
  });

  it('lets tasks.md win where it makes a statement, warns of differences, and lists what it ignores', async () => {
    await start(
      { WP01: { dependencies: '[WP03]' }, WP02: { dependencies: '["WP01"]' }, WP03: { dependencies: '[]' } },
      tasksWith({
        WP01: 'None',
        WP02: 'Parallel with WP03',
        WP03: 'Depends on WP01, not WP02',
        WP09: 'None',
      }),
    );
    const { result } = await finalize(world);
    expect(result.workPackages).toMatchObject([
      { id: 'WP01', dependencies: [], decidedBy: 'tasks' },
      { id: 'WP02', dependencies: ['WP01'], decidedBy: 'front-matter' },
      { id: 'WP03', dependencies: ['WP01'], decidedBy: 'tasks' },
    ]);
    expect(result.warnings).toEqual([
      'WP01 depends on nothing, as tasks.md says; the front matter said WP03.',
      'WP03 depends on WP01, as tasks.md:14 says; the front matter said none.',
      'tasks.md:16 has a section for WP09, which has no file.',
    ]);
    expect(result.ignored).toEqual([
      { workPackageId: 'WP02', line: 9, id: 'WP03' },
      { workPackageId: 'WP03', line: 14, id: 'WP02' },
    ]);
    expect(await text(pathOf('WP02'))).toContain('dependencies: ["WP01"]\n');
    expect(await text(pathOf('WP01'))).toContain('dependencies: []\n');
  });

  it('reads the section of a work package that is called by its number', async () => {
    world = workflowWorld({
      ...smallFeature({ WP01: {}, WP002: { dependencies: '[]' } }),
      [`${FOLDER}/tasks.md`]:
        '## Work Package 1 - One\n\n## Work Package 2 - Two\n\n### Dependencies\n- WP01\n',
    });
    const { result } = await finalize(world);
    expect(result.workPackages).toMatchObject([
      { id: 'WP01', decidedBy: 'front-matter' },
      { id: 'WP002', dependencies: ['WP01'], decidedBy: 'tasks' },
    ]);
    expect(result.warnings).toHaveLength(1);
  });

  describe('writes and emits nothing', () => {
    const refused = async (message: string, kind: string, work: Promise<unknown>): Promise<void> => {
      const before = await snapshot();
      await expect(work).rejects.toMatchObject({ kind, message: expect.stringContaining(message) });
      expect(await snapshot()).toEqual(before);
      // A file that nobody can read is told of; that is no event of the feature.
      expect((await capturedTypes(world)).filter((each) => each !== 'ErrorLogged error')).toEqual([]);
    };
    const snapshot = async (): Promise<unknown> => world.files.read(world.root, FEATURE);

    it('when dependencies form a cycle, whichever document they come from', async () => {
      await start({ WP01: { dependencies: '[WP02]' }, WP02: {} }, tasksWith({ WP02: 'WP01' }));
      const lines = `${pathOf('WP01')}:5, ${FOLDER}/tasks.md:4: WP01 → WP02 → WP01 is a cycle.`;
      await refused(lines, 'dependency-invalid', finalize(world));
    });

    it('when a statement is not understood as a whole, and names its line', async () => {
      await start({ WP01: {}, WP02: { dependencies: '[WP01]' } }, tasksWith({ WP02: 'The model of WP01' }));
      const line = `${FOLDER}/tasks.md:4: it is not clear whether WP02 depends on WP01.`;
      await refused(line, 'dependency-invalid', finalize(world));
    });

    it('when an id is unknown or is the work package itself', async () => {
      await start({ WP01: {}, WP02: {} }, tasksWith({ WP01: 'WP09', WP02: 'WP02' }));
      const lines = [
        `${FOLDER}/tasks.md:4: WP01 depends on WP09, which does not exist.`,
        `${FOLDER}/tasks.md:9: WP02 depends on itself.`,
      ];
      await refused(lines.join('\n'), 'dependency-invalid', finalize(world));
    });

    it('when the outbox has no room for all events', async () => {
      await start({ WP01: {}, WP02: {} }, tasksWith({ WP02: 'WP01' }));
      await refused('no room for 3 more events', 'outbox-full', finalize(world, {}, 2));
      await finalize(world, {}, 3);
      expect((await capturedTypes(world)).length).toBe(3);
    });

    it('when a work package cannot be understood, and names all of them', async () => {
      await start({ WP01: { lane: 'odd' }, WP02: {} });
      world.write(pathOf('WP02'), '---\nlane: [\n---\n');
      world.write(`${FOLDER}/tasks/WP03-a.md`, '');
      world.write(`${FOLDER}/tasks/WP03-b.md`, '');
      await refused(`${FOLDER}/tasks/WP03-b.md: is WP03 too`, 'work-package-unreadable', finalize(world));
      await refused(`${pathOf('WP01')}:4: lane is "odd"`, 'work-package-unreadable', finalize(world));
      await refused(`${pathOf('WP02')}:3: `, 'work-package-unreadable', finalize(world));
    });

    it('when there is no tasks.md, no work package, or no readable meta.json', async () => {
      await start({});
      await refused('has no work packages', 'work-package-not-found', finalize(world));
      world = workflowWorld({ [pathOf('WP01')]: '' });
      await refused(`${FOLDER}/tasks.md does not exist`, 'tasks-unreadable', finalize(world));
      await start({ WP01: {} }, { 'meta.json': '{\n  oops\n}' });
      await refused(`${FOLDER}/meta.json:2 is not valid JSON`, 'storage-corrupt', finalize(world));
    });

    it('when no branch is known', async () => {
      const { [`${FOLDER}/meta.json`]: _, ...seed } = smallFeature({ WP01: {} });
      const git = workflowWorld(seed);
      world = git;
      git.scratch.git('checkout', '-q', '--detach');
      await refused('No branch is checked out', 'input-invalid', finalize(world));
    });
  });

  it('warns of work packages whose section it does not find, in one line', async () => {
    await start({ WP01: {}, WP02: {}, WP03: {} }, { 'tasks.md': '## Phase 1: WP01\n\n## WP02\n' });
    expect((await finalize(world)).result.warnings).toEqual([
      'tasks.md has no section for WP01, WP03; there the front matter decides.',
    ]);
  });

  it('makes a missing meta.json with the branch of the main checkout', async () => {
    const { [`${FOLDER}/meta.json`]: _, ...seed } = smallFeature({ WP01: {} });
    world = workflowWorld(seed);
    await finalize(world);
    expect(JSON.parse(await text(`${FOLDER}/meta.json`))).toMatchObject({
      feature_number: '001',
      slug: FEATURE,
      target_branch: 'main',
      created_at: '2026-02-03T12:00:00Z',
      announced: { [FEATURE]: expect.any(String) },
    });
    world = workflowWorld(seed, { underGit: false });
    await finalize(world);
    expect((await capturedEvents(world))[0]?.payload).toMatchObject({ target_branch: 'main' });
  });

  it('leaves the commit to the user who wants that', async () => {
    const git = workflowWorld(smallFeature({ WP01: {} }));
    world = git;
    expect((await finalize(world, { commit: false })).commit).toBeUndefined();
    expect(git.scratch.git('status', '--porcelain').trim()).toBe(`M ${FOLDER}/meta.json`);
  });

  it('asks for the feature when there are several', async () => {
    world = workflowWorld({ ...smallFeature({ WP01: {} }), 'kitty-specs/002-beta/spec.md': '' });
    await expect(finalize(world)).rejects.toMatchObject({ kind: 'feature-ambiguous' });
    await expect(finalize(world, { feature: '003' })).rejects.toMatchObject({ kind: 'feature-not-found' });
    await expect(finalize(world, { directory: join(world.root, FOLDER, 'tasks') })).resolves.toMatchObject({
      result: { feature: FEATURE },
    });
    world = workflowWorld({});
    await expect(finalize(world)).rejects.toMatchObject({ kind: 'feature-not-found' });
  });

  it('scenario 26: run by two at once, one announces and the other has nothing to do', async () => {
    world = workflowWorld(smallFeature({ WP01: {}, WP02: {} }));
    const done = await Promise.all([finalize(world), finalize(world)]);
    expect(done.map(({ result }) => result.outcome).sort()).toEqual(['finalized', 'nothing-to-do']);
    expect((await capturedTypes(world)).length).toBe(3);
  });

  it('scenario 27: every feature of the corpus is finalized as it is, changing only dependency lines', async () => {
    world = workflowWorld(corpusSeed());
    const counts: number[] = [];
    const updated: Record<string, readonly string[]> = {};
    for (const slug of corpusFeatures()) {
      const { result } = await finalize(world, { feature: slug });
      counts.push(result.announced.length);
      updated[slug.slice(0, 3)] = result.updated;
      for (const { path, text: after } of (await world.files.read(world.root, slug))?.workPackages ?? []) {
        const { removed, added } = changedLines(corpusText(path), after);
        for (const line of [...removed, ...added]) expect(line).toMatch(/^(?:dependencies:.*|- WP\d\d)$/);
      }
    }
    expect(counts).toEqual([5, 7, 11, 2, 13, 8, 7, 18]);
    expect(updated).toEqual({
      '002': ['WP02', 'WP03', 'WP04'],
      '006': ['WP02', 'WP03', 'WP04', 'WP05', 'WP06'],
      '010': ['WP06'],
      '013': [],
      '021': ['WP06', 'WP07', 'WP08', 'WP09', 'WP10', 'WP11', 'WP12'],
      '028': [],
      '032': [],
      '034': ['WP03', 'WP06', 'WP07', 'WP09', 'WP10', 'WP11', 'WP13', 'WP14', 'WP15', 'WP16'],
    });
    expect((await capturedEvents(world)).length).toBe(71);
    for await (const { invalid } of world.outboxes.open(PROJECT).records()) expect(invalid).toBeUndefined();
  });

  it('scenario 28: 150 work packages, odd titles, CRLF and a byte order mark', async () => {
    const ids = Array.from({ length: 150 }, (_, at) => `WP${String(at + 1).padStart(2, '0')}`);
    const seed = smallFeature(
      Object.fromEntries(ids.map((id) => [id, { title: `"${id}": 🐱 \u200f' # \\` }])),
      tasksWith({ WP100: 'Depends on WP01–WP03, WP99', WP150: 'all previous WPs' }),
    );
    const windows = Object.fromEntries(
      Object.entries(seed).map(([path, each]) => [path, `\ufeff${each.replaceAll('\n', '\r\n')}`]),
    );
    world = workflowWorld(windows);
    const { result } = await finalize(world, {}, 1000);
    expect(result.announced).toEqual([FEATURE, ...ids]);
    expect(result.workPackages.at(-1)?.dependencies).toEqual(ids.slice(0, -1));
    expect(await text(pathOf('WP100'))).toBe(
      windows[pathOf('WP100')]?.replace(
        'agent: ""\r\n',
        'agent: ""\r\ndependencies:\r\n  - WP01\r\n  - WP02\r\n  - WP03\r\n  - WP99\r\n',
      ),
    );
    expect((await capturedEvents(world)).at(-1)?.payload).toMatchObject({
      title: `"WP150": 🐱 \u200f' # \\`,
    });
  });
});
