import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SyncError } from '../../../src/domain/errors.js';
import { OrchestrationStatus } from '../../../src/app/agents/orchestration-status.js';
import { PlanOrchestration } from '../../../src/app/agents/plan-orchestration.js';
import { FEATURE, pathOf, workPackageText } from '../../support/planning-documents.js';
import {
  diligent,
  orchestrationWorld,
  signed,
  type OrchestrationWorld,
  type Script,
} from '../../support/orchestration-world.js';

const words = (result: {
  readonly standing: { readonly workPackages: readonly { readonly id: string; readonly standing: string }[] };
}) => Object.fromEntries(result.standing.workPackages.map(({ id, standing }) => [id, standing]));

const notices = (world: OrchestrationWorld): readonly string[] =>
  world.progress.flatMap((each) => (each.what === 'noticed' ? [each.notice] : []));

/** Does something to the project while it implements WP01, then its work. */
const meanwhile =
  (act: (world: OrchestrationWorld) => Promise<void>, phase = 'implementation'): Script =>
  async (task, world) => {
    if (task.id === 'WP01' && task.phase === phase) await act(world);
    return diligent(task, world);
  };

describe('an orchestration beside people', () => {
  it('leaves what somebody else has in doing alone, and what needs it blocked', async () => {
    const world = await orchestrationWorld({
      WP01: { lane: 'doing' },
      WP02: { dependencies: '[WP01]' },
      WP03: {},
    });
    const result = await world.run();
    expect(result.ended).toBe('paused');
    expect(words(result)).toEqual({ WP01: 'elsewhere', WP02: 'blocked', WP03: 'done' });
    expect(notices(world)).toEqual(['WP01 is in doing with somebody else and is left alone.']);
    expect(world.runner.runs.map(({ environment }) => environment['SPEC_KITTY_WORK_PACKAGE'])).toEqual([
      'WP03',
      'WP03',
    ]);
  });

  it('takes up what others have finished when it is resumed, and what needs it', async () => {
    const world = await orchestrationWorld({ WP01: { lane: 'doing' }, WP02: { dependencies: '[WP01]' } });
    await world.run();
    world.scratch.commitOn(`${FEATURE}-WP01`, { 'theirs.txt': 'theirs\n' });
    await world.move('WP01', 'for_review');
    const result = await world.run({ resume: true });
    expect(words(result)).toEqual({ WP01: 'done', WP02: 'done' });
    expect(notices(world).at(-1)).toBe('WP01 was implemented without this run and is reviewed now.');
    expect((await world.told()).filter((each) => each.startsWith('WP01'))).toEqual([
      'WP01 doing→for_review',
      'WP01 review ann 0',
      'WP01 for_review→done',
    ]);
  });

  it('says that somebody else was faster, and leaves the work package to them', async () => {
    const world = await orchestrationWorld({ WP01: {}, WP02: {} });
    const exclusive = world.repository.exclusive.bind(world.repository);
    let calls = 0;
    world.repository.exclusive = (async (...args: Parameters<typeof exclusive>) => {
      // Between the look at the files and the lock of the first claim.
      if (++calls === 3)
        world.write(
          pathOf('WP01'),
          workPackageText('WP01', { lane: 'doing' }).replace('agent: ""', 'agent: "zoe"'),
        );
      return exclusive(...args);
    }) as typeof exclusive;
    const result = await world.run();
    expect(words(result)).toEqual({ WP01: 'elsewhere', WP02: 'done' });
    expect(notices(world)).toEqual([
      'WP01 was not begun: somebody else was faster, or moved what it depends on.',
    ]);
    expect((await world.told()).filter((each) => each.startsWith('WP01'))).toEqual([]);
  });

  it('makes no transition that an agent has made itself', async () => {
    const moves: Script = async (task, world) => {
      const code = await diligent(task, world);
      if (task.phase === 'implementation') await world.move(task.id, 'for_review');
      return code;
    };
    const world = await orchestrationWorld({ WP01: {}, WP02: {} }, { ann: moves, bob: diligent });
    expect((await world.run()).ended).toBe('completed');
    expect((await world.told()).filter((each) => each === 'WP01 doing→for_review')).toHaveLength(1);
  });

  it('makes no second transition when a reviewer has sent the work back itself', async () => {
    const sendsBack: Script = async (task, world) => {
      if (task.phase === 'implementation' || task.earlier > 0) return diligent(task, world);
      await world.move(task.id, 'doing');
      task.print(signed('VERDICT: changes requested', task.run));
      return 0;
    };
    const world = await orchestrationWorld({ WP01: {} }, { ann: diligent, bob: sendsBack });
    expect((await world.run()).ended).toBe('completed');
    expect((await world.told()).filter((each) => each === 'WP01 for_review→doing')).toHaveLength(1);
  });

  it('notices that a person has finished a work package, and goes on with what needs it', async () => {
    const done = meanwhile(async (world) => world.move('WP02', 'done', true));
    const world = await orchestrationWorld(
      { WP01: {}, WP02: {}, WP03: { dependencies: '[WP02]' } },
      { ann: done, bob: diligent },
    );
    const result = await world.run({ limits: { maxParallel: 1 } });
    expect(words(result)).toEqual({ WP01: 'done', WP02: 'done', WP03: 'done' });
    expect(notices(world)).toEqual(['WP02 is done without this run.']);
    expect((await world.told()).filter((each) => each.includes('→done'))).toHaveLength(3);
    expect((await world.told()).filter((each) => each === 'FeatureCompleted')).toHaveLength(1);
  });

  it.each([
    ['planned', 'implementation'],
    ['doing', 'review'],
  ] as const)('notices that a person took a work package to %s while it was in %s', async (lane, phase) => {
    const world = await orchestrationWorld(
      { WP01: {}, WP02: {} },
      {
        ann: meanwhile((at) => at.move('WP01', lane, true), phase),
        bob: meanwhile((at) => at.move('WP01', lane, true), phase),
      },
    );
    const result = await world.run();
    expect(words(result)).toEqual({ WP01: 'paused', WP02: 'done' });
    expect(result.standing.workPackages[0]?.detail).toBe(`WP01 was taken to ${lane} by somebody else.`);
    expect(world.lane('WP01')).toBe(lane);
  });

  it('sends work back to its implementer when a person did so after the run was interrupted', async () => {
    const stop = new AbortController();
    const world = await orchestrationWorld(
      { WP01: {} },
      {
        ann: diligent,
        bob: (task, at) => {
          if (task.earlier === 0) stop.abort();
          return task.earlier === 0 ? new Promise(() => undefined) : diligent(task, at);
        },
      },
    );
    expect((await world.run({}, stop.signal)).ended).toBe('interrupted');
    await world.move('WP01', 'doing');
    expect((await world.run({ resume: true })).ended).toBe('completed');
    expect(notices(world)).toEqual(['Changes to WP01 were requested by somebody else.']);
    expect((await world.told()).filter((each) => each === 'WP01 for_review→doing')).toHaveLength(1);
  });

  it('gives what somebody else implemented back when its owner takes it to doing again', async () => {
    const owner = meanwhile(async (at) => at.move('WP01', 'doing'), 'review');
    const world = await orchestrationWorld({ WP01: { lane: 'for_review' } }, { ann: owner, bob: diligent });
    world.scratch.commitOn(`${FEATURE}-WP01`, { 'theirs.txt': 'theirs\n' });
    await world.run({ agents: ['ann'], limits: { merges: false } });
    // An approval of what is not in review any more merges nothing.
    expect(words(await world.run({ resume: true }))).toEqual({ WP01: 'elsewhere' });
    expect(await world.told()).toEqual(['WP01 review ann 0', 'WP01 for_review→doing']);
  });

  it('lets an owner have it back also when the review has failed by then', async () => {
    const fails: Script = async (_task, at) => {
      await at.move('WP01', 'doing');
      return 1;
    };
    const world = await orchestrationWorld({ WP01: { lane: 'for_review' } }, { ann: fails, bob: diligent });
    world.scratch.commitOn(`${FEATURE}-WP01`, { 'theirs.txt': 'theirs\n' });
    expect(words(await world.run())).toEqual({ WP01: 'elsewhere' });
    expect(notices(world).at(-1)).toBe('WP01 was taken back to doing by somebody else, who has it now.');
  });

  it('says that a work package in review has no branch, and goes on with the others', async () => {
    const world = await orchestrationWorld({ WP01: { lane: 'for_review' }, WP02: {} });
    const result = await world.run();
    expect(words(result)).toEqual({ WP01: 'paused', WP02: 'done' });
    expect(result.standing.workPackages[0]?.detail).toBe(`There is no branch ${FEATURE}-WP01 to work on.`);
  });

  it('lets the reviewer judge what somebody else handed over, changed or not', async () => {
    const hands: Script = async (task, at) => {
      if (task.phase === 'implementation') await at.move(task.id, 'for_review');
      return task.phase === 'implementation' ? 0 : diligent(task, at);
    };
    const world = await orchestrationWorld({ WP01: {} }, { ann: hands, bob: diligent });
    const result = await world.run({ limits: { merges: false } });
    expect(words(result)).toEqual({ WP01: 'approved' });
    expect((await world.told()).filter((each) => each.includes('implementation'))).toHaveLength(1);
  });

  it('pauses what was handed over with something that git refuses to commit', async () => {
    const hands: Script = async (task, at) => {
      writeFileSync(join(task.run.directory, 'left.txt'), 'left\n');
      await at.move(task.id, 'for_review');
      at.scratch.hook('pre-commit', 'echo "lint says no" >&2; exit 1');
      return 0;
    };
    const world = await orchestrationWorld({ WP01: {} }, { ann: hands, bob: diligent });
    expect((await world.run()).standing.workPackages).toMatchObject([
      { standing: 'paused', detail: 'Git refused the commit of what ann had left: lint says no.' },
    ]);
  });

  it('asks again when another command has the repository for long, and gives up in the end', async () => {
    for (const [busy, ended] of [
      [2, 'completed'],
      [50, 'paused'],
    ] as const) {
      const world = await orchestrationWorld({ WP01: {} });
      const exclusive = world.repository.exclusive.bind(world.repository);
      let refused = -2;
      world.repository.exclusive = (async (...args: Parameters<typeof exclusive>) => {
        // What begins the run comes first.
        if (++refused > 0 && refused <= busy) throw new SyncError('lock-busy', 'Another command is at work.');
        return exclusive(...args);
      }) as typeof exclusive;
      expect((await world.whileTimePasses(world.run())).ended).toBe(ended);
    }
  });

  it('takes up a work package that is added while it runs', async () => {
    const world = await orchestrationWorld(
      { WP01: {} },
      {
        ann: meanwhile(async (at) => at.write(pathOf('WP07'), workPackageText('WP07'))),
        bob: diligent,
      },
    );
    const result = await world.run();
    expect(words(result)).toEqual({ WP01: 'done', WP07: 'done' });
    expect(notices(world)).toEqual(['WP07 is new in the feature.']);
  });

  it('pauses a work package whose file is gone, and goes on with the others', async () => {
    const world = await orchestrationWorld(
      { WP01: {}, WP02: {} },
      { ann: meanwhile(async (at) => at.scratch.delete(pathOf('WP02'))), bob: diligent },
    );
    const result = await world.run({ limits: { maxParallel: 1 } });
    expect(words(result)).toEqual({ WP01: 'done', WP02: 'paused' });
  });
});

describe('stopping an orchestration', () => {
  it('stops its agents when it is interrupted, and goes on with the same assignments when it is resumed', async () => {
    const stop = new AbortController();
    let runs = 0;
    const world = await orchestrationWorld(
      { WP01: {}, WP02: {} },
      {
        ann: (task, at) => {
          if (++runs > 2) return diligent(task, at);
          if (runs === 2) stop.abort();
          return new Promise(() => undefined);
        },
        bob: diligent,
      },
    );
    const result = await world.run({}, stop.signal);
    expect(result.ended).toBe('interrupted');
    expect(result.standing.status).toBe('paused');
    expect(words(result)).toEqual({ WP01: 'implementing', WP02: 'implementing' });
    expect((await world.run({ resume: true })).ended).toBe('completed');
    expect((await world.told()).filter((each) => each.includes('implementation'))).toEqual([
      'WP01 implementation ann 0',
      'WP02 implementation ann 0',
    ]);
  });

  it('ends at once when it is interrupted before it begins', async () => {
    const stop = new AbortController();
    stop.abort();
    const world = await orchestrationWorld({ WP01: {} });
    expect((await world.run({}, stop.signal)).ended).toBe('interrupted');
    expect(await world.told()).toEqual([]);
  });

  it('is given up by another process, which waits until the agents have stopped', async () => {
    const world = await orchestrationWorld(
      { WP01: {}, WP02: {} },
      {
        ann: (task, at) =>
          at.progress.some(({ what }) => what === 'stopping')
            ? diligent(task, at)
            : new Promise(() => undefined),
      },
    );
    const running = world.run();
    await world.until(() => world.runner.runs.length === 2);
    const aborting = world.whileTimePasses(world.abort());
    expect(await aborting).toMatchObject({ outcome: 'stopped', feature: FEATURE });
    expect((await running).ended).toBe('aborted');
    expect([world.lane('WP01'), world.lane('WP02')]).toEqual(['doing', 'doing']);
    expect(await world.abort()).toMatchObject({ outcome: 'already-aborted' });
    // What the run had begun is not taken for somebody else's by the next one.
    expect((await world.run()).ended).toBe('completed');
    expect((await world.told()).filter((each) => each.endsWith('planned→doing'))).toHaveLength(2);
    expect(await world.abort()).toMatchObject({ outcome: 'already-completed' });
  });

  it('is given up when its process is gone', async () => {
    const world = await orchestrationWorld({ WP01: {} }, { ann: () => 1 });
    await expect(world.abort()).rejects.toMatchObject({ kind: 'orchestration-absent' });
    await world.run();
    expect(await world.abort()).toMatchObject({ outcome: 'aborted' });
  });

  it('is not given up while its process does not end, and says so', async () => {
    const world = await orchestrationWorld({ WP01: {} }, { ann: () => 1 });
    await world.run();
    // As long as somebody has the place, the real store waits for it a fifth of a second each time.
    world.store.occupy = async () => undefined;
    await expect(world.whileTimePasses(world.abort())).rejects.toMatchObject({ kind: 'lock-busy' });
  });
});

describe('the plan and the status of an orchestration', () => {
  const plan = async (world: OrchestrationWorld, request: object = {}) =>
    new PlanOrchestration({ ...world, agentCatalog: world.catalog }).run({
      checkout: await world.checkout(),
      ...request,
    });

  it('plans waves of what is open, and changes nothing', async () => {
    const world = await orchestrationWorld({
      WP01: { lane: 'done' },
      WP02: { dependencies: '[WP01]' },
      WP03: { dependencies: '[WP02, WP04]' },
      WP04: { lane: 'for_review' },
      WP05: { lane: 'doing' },
      WP06: { dependencies: '[WP05]' },
    });
    expect(await plan(world, { limits: { maxParallel: 2 } })).toEqual({
      feature: FEATURE,
      agents: ['ann', 'bob'],
      commands: ['ann', 'bob'].map((agent) => ({
        agent,
        argv: [agent, '{prompt_file}'],
        statedBy: 'program',
        redefines: false,
      })),
      limits: { maxParallel: 2, maxRetries: 3, timeoutMs: 3_600_000, merges: true },
      waves: [['WP02', 'WP04'], ['WP03']],
      elsewhere: ['WP05'],
      done: ['WP01'],
    });
    expect(world.stateText()).toBeUndefined();
  });

  it.each([
    [{ agents: ['nobody'] }, 'input-invalid', 'Nobody knows how to run the agent "nobody".'],
    [{ limits: { maxParallel: 0 } }, 'input-invalid', 'A limit of the orchestration cannot be used.'],
    [{ limits: { timeoutMs: 0.5 } }, 'input-invalid', 'A limit of the orchestration cannot be used.'],
    [{ feature: '009-none' }, 'feature-not-found', '009-none'],
  ])('refuses %j', async (request, kind, message) => {
    const world = await orchestrationWorld({ WP01: {} });
    await expect(plan(world, request)).rejects.toMatchObject({
      kind,
      message: expect.stringContaining(message) as unknown,
    });
  });

  it('refuses dependencies that can never be met, a file that cannot be read, and a feature without work', async () => {
    await expect(plan(await orchestrationWorld({ WP01: { dependencies: '[WP01]' } }))).rejects.toMatchObject({
      kind: 'dependency-invalid',
    });
    await expect(plan(await orchestrationWorld({ WP01: { lane: 'nowhere' } }))).rejects.toMatchObject({
      kind: 'work-package-unreadable',
    });
    await expect(plan(await orchestrationWorld({}))).rejects.toMatchObject({
      kind: 'work-package-not-found',
    });
    await expect(plan(await orchestrationWorld({ WP01: {} }, {}))).rejects.toMatchObject({
      kind: 'input-invalid',
      message: 'No agent is named.',
    });
  });

  it('never takes what it knows by a name for what the project says in vain', async () => {
    const world = await orchestrationWorld({ WP01: {} });
    const read = await world.catalog.read();
    const issues = [{ path: 'agents.commands.ann', reason: 'names no program' }];
    world.catalog.read = async () => ({ ...read, issues });
    await expect(plan(world)).rejects.toMatchObject({
      kind: 'input-invalid',
      message: 'In .kittify/config.yaml, agents.commands.ann: names no program.',
    });
  });

  it('is content with those of the project of whom somebody knows how they are called', async () => {
    const world = await orchestrationWorld({ WP01: {} });
    const read = await world.catalog.read();
    world.catalog.read = async () => ({ ...read, available: ['windsurf', 'bob'] });
    expect((await plan(world)).agents).toEqual(['bob']);
    world.catalog.read = async () => ({ ...read, available: ['windsurf'] });
    await expect(plan(world)).rejects.toMatchObject({ message: expect.stringContaining('"windsurf"') });
  });

  it('needs git', async () => {
    const world = await orchestrationWorld({ WP01: {} });
    const checkout = { root: world.root, projectRoot: world.root };
    await expect(plan(world, { checkout })).rejects.toMatchObject({ kind: 'not-a-repository' });
    await expect(world.run({ checkout })).rejects.toMatchObject({ kind: 'not-a-repository' });
  });

  it('touches nothing when a run is refused, and lets the next one in', async () => {
    const world = await orchestrationWorld({ WP01: {} });
    await expect(world.run({ agents: ['nobody'] })).rejects.toMatchObject({ kind: 'input-invalid' });
    expect(world.stateText()).toBeUndefined();
    const { exclude } = world.repository;
    world.repository.exclude = async () => {
      throw new SyncError('storage-failed', 'info/exclude cannot be written.');
    };
    await expect(world.run()).rejects.toMatchObject({ kind: 'storage-failed' });
    world.repository.exclude = exclude;
    expect((await world.run()).ended).toBe('completed');
  });

  it('says where a run stands, and whether a process is at work on it', async () => {
    const world = await orchestrationWorld({ WP01: {}, WP02: { dependencies: '[WP01]' } }, { ann: () => 3 });
    const status = new OrchestrationStatus({ files: world.files, orchestrationStore: world.store });
    const checkout = await world.checkout();
    expect(await status.run({ checkout })).toBeUndefined();
    await world.run();
    expect(await status.run({ checkout })).toMatchObject({
      isRunning: false,
      standing: {
        feature: FEATURE,
        status: 'paused',
        counts: { paused: 1, blocked: 1, done: 0 },
        workPackages: [
          { id: 'WP01', standing: 'paused', agent: 'ann', waitsFor: [] },
          { id: 'WP02', standing: 'blocked', waitsFor: ['WP01'] },
        ],
      },
    });
    await world.store.occupy(checkout);
    expect(await status.run({ checkout })).toMatchObject({ isRunning: true });
  });
});
