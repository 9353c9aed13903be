import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ReadBoard } from '../../../src/app/work/read-board.js';
import { capturedEvents } from '../../support/captured-events.js';
import { FEATURE, pathOf, type WorkPackageSeed } from '../../support/planning-documents.js';
import {
  diligent,
  orchestrationWorld,
  promptOf,
  signed,
  type Script,
} from '../../support/orchestration-world.js';

const never = (): Promise<number> => new Promise(() => undefined);
const fails: Script = () => 1;

/** Requests changes so many times, then approves; implements well. */
const strict =
  (times: number): Script =>
  (task, world) => {
    if (task.phase === 'review' && task.earlier < times) {
      task.print('FEEDBACK: the name is wrong');
      task.print(signed('VERDICT: changes requested', task.run));
      return 0;
    }
    return diligent(task, world);
  };

const paused = (world: { readonly progress: readonly object[] }): readonly unknown[] =>
  world.progress.filter((each) => (each as { what: string }).what === 'paused');

const standings = (result: {
  readonly standing: { readonly workPackages: readonly { readonly id: string; readonly standing: string }[] };
}) => Object.fromEntries(result.standing.workPackages.map(({ id, standing }) => [id, standing]));

describe('orchestrating a feature', () => {
  it('takes every work package through implementation, review by another agent and merge, with one event each', async () => {
    const world = await orchestrationWorld({ WP01: {}, WP02: { dependencies: '[WP01]' } });
    const result = await world.run();
    expect(result.ended).toBe('completed');
    expect(await world.told()).toEqual([
      'WP01 planned→doing',
      'WP01 implementation ann 0',
      'WP01 doing→for_review',
      'WP01 review bob 0',
      'WP01 for_review→done',
      'WP02 needs WP01 no more',
      'WP02 planned→doing',
      'WP02 implementation ann 0',
      'WP02 doing→for_review',
      'WP02 review bob 0',
      'WP02 for_review→done',
      'FeatureCompleted',
    ]);
    expect(paused(world)).toEqual([]);
    expect(await world.repository.isMerged(await world.checkout(), `${FEATURE}-WP02`, 'main')).toBe(true);
    expect(await world.repository.dirtyPaths(world.root)).toEqual([]);
  });

  it('notes what each run took, as its program reports it, also of one that failed; what it does not say stays unknown', async () => {
    const reporting: Script = async (task, world) => {
      const answer: string[] = [];
      const code = await diligent({ ...task, print: (line) => answer.push(line) }, world);
      const { phase, earlier } = task;
      task.print(
        JSON.stringify({ type: 'result', result: answer.join('\n'), num_turns: 7, total_cost_usd: 0.25 }),
      );
      return phase === 'implementation' && earlier === 0 ? 1 : code;
    };
    const world = await orchestrationWorld({ WP01: {} }, { ann: reporting, bob: diligent });
    expect((await world.run()).ended).toBe('completed');
    const about = { wp_id: 'WP01', entry_type: 'usage', feature_slug: FEATURE };
    const duration_ms = expect.any(Number) as unknown;
    const took = (await world.took()).map(({ entry_content: _, ...numbers }) => numbers);
    expect(took).toEqual(
      [
        ...[{ phase: 'implementation', author: 'ann', duration_ms, turns: 7, cost_usd_micros: 250_000 }],
        ...[{ phase: 'implementation', author: 'bob', duration_ms }],
        ...[{ phase: 'review', author: 'ann', duration_ms, turns: 7, cost_usd_micros: 250_000 }],
      ].map((each) => ({ ...about, ...each })),
    );
    const { cards } = await new ReadBoard(world).run({ checkout: await world.checkout(), feature: FEATURE });
    expect(cards[0]?.usage).toEqual({
      runs: 3,
      duration_ms: { sum: duration_ms, runs: 3 },
      turns: { sum: 14, runs: 2 },
      cost_usd_micros: { sum: 500_000, runs: 2 },
      ...{ input_tokens: null, output_tokens: null },
    });
    expect(await world.repository.dirtyPaths(world.root)).toEqual([]);
  });

  it.each(['its time is over', 'the run is interrupted'])(
    'notes what a run took that is stopped since %s, and nothing of one that was never started',
    async (why) => {
      const stop = new AbortController();
      const hangs: Script = (task) => {
        task.print(JSON.stringify({ type: 'turn.completed', usage: { input_tokens: 5 } }));
        if (why === 'the run is interrupted') stop.abort();
        return never();
      };
      const world = await orchestrationWorld({ WP01: {} }, { ann: hangs });
      const running = world.run({ agents: ['ghost', 'ann'], limits: { timeoutMs: 60_000 } }, stop.signal);
      expect((await world.whileTimePasses(running)).ended).not.toBe('completed');
      expect(await world.took()).toMatchObject([
        {
          author: 'ann',
          phase: 'implementation',
          input_tokens: 5,
          duration_ms: expect.any(Number) as unknown,
        },
      ]);
    },
  );

  it('gives every event of the run the same correlation id, also after it was resumed', async () => {
    const world = await orchestrationWorld({ WP01: {} }, { ann: diligent, bob: strict(9) });
    await world.run({ limits: { maxRetries: 0 } });
    await world.run({ resume: true });
    const correlations = new Set<string | undefined>();
    for await (const { json } of world.outboxes.open('550e8400-e29b-41d4-a716-446655440000').records())
      correlations.add((JSON.parse(json ?? '{}') as { correlation_id?: string }).correlation_id);
    expect([...correlations]).toEqual([(await state(world)).runId]);
  });

  it('runs as many agents at once as allowed and no more', async () => {
    const many = Object.fromEntries(
      Array.from({ length: 5 }, (_, at): [string, WorkPackageSeed] => [`WP1${at}`, {}]),
    );
    const world = await orchestrationWorld(many);
    const result = await world.run({ limits: { maxParallel: 3, merges: false } });
    expect(paused(world)).toEqual([]);
    expect(Object.values(standings(result))).toEqual(Array(5).fill('approved'));
    expect(world.runner.most).toBe(3);
  });

  it('lets rejected work be done again with what the reviewer wants, by who did it before', async () => {
    const world = await orchestrationWorld({ WP01: {} }, { ann: diligent, bob: strict(1) });
    expect((await world.run()).ended).toBe('completed');
    expect(await world.told()).toEqual([
      'WP01 planned→doing',
      'WP01 implementation ann 0',
      'WP01 doing→for_review',
      'WP01 review bob 0',
      'WP01 for_review→doing',
      'WP01 implementation ann 1',
      'WP01 doing→for_review',
      'WP01 review bob 1',
      'WP01 for_review→done',
      'FeatureCompleted',
    ]);
    expect(world.text(pathOf('WP01'))).toContain('> the name is wrong');
    const implemented = world.runner.runs.filter(({ argv }) => argv[1]?.includes('implementation'));
    expect(implemented.map((run) => promptOf(run).includes('> the name is wrong'))).toEqual([false, true]);
  });

  it('leaves work that is rejected too often to a person, and what does not depend on it goes on', async () => {
    const world = await orchestrationWorld(
      { WP01: {}, WP02: { dependencies: '[WP01]' }, WP03: {} },
      { ann: diligent, bob: (task, at) => (task.id === 'WP01' ? strict(9)(task, at) : diligent(task, at)) },
    );
    const result = await world.run({ limits: { maxRetries: 2 } });
    expect(result.ended).toBe('paused');
    expect(standings(result)).toEqual({ WP01: 'paused', WP02: 'blocked', WP03: 'done' });
    expect(world.lane('WP01')).toBe('for_review');
    expect(paused(world)).toEqual([
      {
        what: 'paused',
        workPackageId: 'WP01',
        reason: 'rejected-too-often',
        detail: 'Changes were requested 3 times. The last request: the name is wrong',
      },
    ]);
    expect((await world.told()).filter((each) => each === 'WP01 for_review→doing')).toHaveLength(2);
  });

  it.each([
    ['ends with an error', fails, 'ann ended with exit code 1.'],
    ['changes nothing', (() => 0) as Script, 'ann ended well and had changed nothing.'],
    ['does not end in time', never as Script, 'ann did not end in time.'],
  ])('asks the next agent when the first one %s', async (_, script, failure) => {
    const world = await orchestrationWorld(
      { WP01: {} },
      { ann: (task, at) => (task.phase === 'review' ? diligent(task, at) : script(task, at)), bob: diligent },
    );
    const running = world.run({ limits: { timeoutMs: 60_000 } });
    expect((await world.whileTimePasses(running)).ended).toBe('completed');
    expect(await world.told()).toEqual([
      'WP01 planned→doing',
      'WP01 implementation ann 0',
      'WP01 implementation bob 1',
      'WP01 doing→for_review',
      'WP01 review ann 0',
      'WP01 for_review→done',
      'FeatureCompleted',
    ]);
    expect(JSON.stringify(world.progress)).toContain(failure);
    expect(world.text(pathOf('WP01'))).toContain('agent: "bob"');
  });

  it('asks the next agent when a program is not there, or the review came to no verdict', async () => {
    const world = await orchestrationWorld(
      { WP01: {} },
      { ann: diligent, mute: (task, at) => (task.phase === 'review' ? 0 : diligent(task, at)), cy: diligent },
    );
    expect((await world.run({ agents: ['ghost', 'ann', 'mute', 'cy'] })).ended).toBe('completed');
    expect(
      (await world.told()).filter((each) => each.includes(' review ') || each.includes(' impl')),
    ).toEqual([
      'WP01 implementation ghost 0',
      'WP01 implementation ann 1',
      'WP01 review mute 0',
      'WP01 review cy 1',
    ]);
  });

  it('leaves a work package at which every agent failed to a person, with the reason, and others go on', async () => {
    const badAt: Script = (task, at) => (task.id === 'WP01' ? 7 : diligent(task, at));
    const world = await orchestrationWorld({ WP01: {}, WP02: {} }, { ann: badAt, bob: badAt });
    const result = await world.run();
    expect(standings(result)).toEqual({ WP01: 'paused', WP02: 'done' });
    expect(paused(world)).toMatchObject([
      {
        reason: 'no-agent-left',
        detail: 'No agent is left that could do the implementation. bob ended with exit code 7.',
      },
    ]);
    expect(world.lane('WP01')).toBe('doing');
    const told = (await capturedEvents(world)).filter(({ aggregate_id: id }) => id === 'WP01');
    expect(told.at(-1)).toMatchObject({
      event_type: 'ErrorLogged',
      payload: {
        ...{ wp_id: 'WP01', feature_slug: FEATURE, pause_reason: 'no-agent-left' },
        error_message: 'No agent is left that could do the implementation. bob ended with exit code 7.',
      },
    });
    expect(told.filter(({ event_type: type }) => type === 'ErrorLogged')).toHaveLength(1);
  });

  it('never lets an agent review its own work while there is another, even when that one fails', async () => {
    const world = await orchestrationWorld(
      { WP01: {} },
      { ann: diligent, bob: (task, at) => (task.phase === 'review' ? 1 : diligent(task, at)) },
    );
    const result = await world.run();
    expect(result.standing.workPackages).toMatchObject([{ standing: 'paused', stage: 'paused' }]);
    expect((await world.told()).filter((each) => each.includes('review ann'))).toEqual([]);
  });

  it('lets the only agent review its own work, and says so once', async () => {
    const world = await orchestrationWorld({ WP01: {}, WP02: {} }, { ann: diligent });
    expect((await world.run()).ended).toBe('completed');
    expect(world.progress.filter(({ what }) => what === 'reviews-own-work')).toEqual([
      { what: 'reviews-own-work', agent: 'ann' },
    ]);
  });

  it('commits what an agent left uncommitted; a hook that refuses makes it the next one’s turn', async () => {
    const leaves: Script = (task, at) => {
      if (task.phase === 'review') return diligent(task, at);
      writeFileSync(join(task.run.directory, 'left.txt'), 'left\n');
      // Of the project's own files the hook approves.
      at.scratch.hook('pre-commit', 'test ! -e left.txt || { echo "the hook says no" >&2; exit 1; }');
      return 0;
    };
    const world = await orchestrationWorld({ WP01: {} }, { ann: leaves, bob: diligent, cy: diligent });
    const result = await world.run();
    expect(result.standing.workPackages).toMatchObject([
      { standing: 'paused', detail: expect.stringContaining('Git refused the commit') as unknown },
    ]);
    world.scratch.hook('pre-commit', 'exit 0');
    expect((await world.run({ resume: true })).ended).toBe('completed');
  });

  it('pauses what does not merge cleanly with the paths, and merges it when a person has seen to it', async () => {
    const clash: Script = (task, at) => {
      if (task.phase === 'review') return diligent(task, at);
      writeFileSync(join(task.run.directory, 'same.txt'), `${task.id}\n`);
      return 0;
    };
    const world = await orchestrationWorld(
      { WP01: {}, WP02: {}, WP03: {} },
      {
        ann: (task, at) => (task.id === 'WP03' ? diligent(task, at) : clash(task, at)),
        bob: diligent,
      },
    );
    const result = await world.run();
    const words = standings(result);
    expect(Object.values(words).sort()).toEqual(['done', 'done', 'paused']);
    expect(paused(world)).toMatchObject([
      { reason: 'merge-conflict', detail: expect.stringContaining('same.txt') as unknown },
    ]);
    const stuck = result.standing.workPackages.find(({ standing }) => standing === 'paused')?.id ?? '';
    const tree = join(world.root, '.worktrees', `${FEATURE}-${stuck}`);
    writeFileSync(join(tree, 'same.txt'), world.repositoryText('same.txt'));
    world.scratch.gitIn(tree, 'commit', '--quiet', '--all', '--message', 'as the others have it');
    expect((await world.run({ resume: true })).ended).toBe('completed');
    expect((await world.told()).filter((each) => each.includes('→done'))).toHaveLength(3);
  });

  it('keeps approved work in for_review when it merges nothing, and lets others build upon it', async () => {
    const world = await orchestrationWorld({ WP01: {}, WP02: { dependencies: '[WP01]' } });
    const result = await world.run({ limits: { merges: false } });
    expect(result.ended).toBe('completed');
    expect(standings(result)).toEqual({ WP01: 'approved', WP02: 'approved' });
    expect([world.lane('WP01'), world.lane('WP02')]).toEqual(['for_review', 'for_review']);
    const merged = await world.run({ resume: true, limits: { merges: true } });
    expect(standings(merged)).toEqual({ WP01: 'done', WP02: 'done' });
    expect(await world.told()).toEqual([
      'WP01 planned→doing',
      'WP01 implementation ann 0',
      'WP01 doing→for_review',
      'WP01 review bob 0',
      'WP02 planned→doing',
      'WP02 implementation ann 0',
      'WP02 doing→for_review',
      'WP02 review bob 0',
      'WP01 for_review→done',
      'WP02 needs WP01 no more',
      'WP02 for_review→done',
      'FeatureCompleted',
    ]);
  });
});

const state = async (world: Awaited<ReturnType<typeof orchestrationWorld>>) => {
  const reading = await world.store.read(await world.checkout());
  if (reading.found !== 'state') throw new Error('no state');
  return reading.state;
};
