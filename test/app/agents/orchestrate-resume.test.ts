import { Fuse } from '../../support/mortal.js';
import {
  orchestrationWorld,
  signed,
  diligent,
  type OrchestrationWorld,
  type Script,
} from '../../support/orchestration-world.js';

/** Rejects the first attempt, however often it is asked to review it, so that every kind of step is taken. */
const picky: Script = (task, world) => {
  if (task.run.argv[1]?.endsWith('/WP01-review-1.md') === true) {
    task.print('FEEDBACK: once more');
    task.print(signed('VERDICT: changes requested', task.run, world));
    return 0;
  }
  return diligent(task, world);
};

/** How many calls of ports lie between two kills; every other number was tried as well. */
const STRIDE = 23;

const SEED = { WP01: {}, WP02: { dependencies: '[WP01]' }, WP03: {} };

const TRANSITIONS = [
  'FeatureCompleted',
  'WP01 doing→for_review',
  'WP01 doing→for_review',
  'WP01 for_review→doing',
  'WP01 for_review→done',
  'WP01 implementation ann 0',
  'WP01 implementation ann 1',
  'WP01 planned→doing',
  'WP01 review bob 0',
  'WP01 review bob 1',
  'WP02 doing→for_review',
  'WP02 for_review→done',
  'WP02 implementation ann 0',
  'WP02 needs WP01 no more',
  'WP02 planned→doing',
  'WP02 review bob 0',
  'WP03 doing→for_review',
  'WP03 for_review→done',
  'WP03 implementation ann 0',
  'WP03 planned→doing',
  'WP03 review bob 0',
];

const sorted = async (world: OrchestrationWorld): Promise<readonly string[]> =>
  [...(await world.told())].sort();

/** The process is gone, and with it its locks. */
const bury = (world: OrchestrationWorld): void => world.store.vacate();

describe('resuming an orchestration', () => {
  it('scenario 30: killed before or after any call of a port, is resumed to the same end with each event once', async () => {
    let kills = 0;
    for (let steps = 0; ; steps += STRIDE) {
      const world = await orchestrationWorld(SEED, { ann: diligent, bob: picky });
      const fuse = new Fuse(steps);
      await world.run({}, undefined, fuse).catch(() => undefined);
      if (!fuse.isBurnt) break;
      kills++;
      await dead(world);
      bury(world);
      const again = await world.run({ resume: await hasState(world) });
      expect(again.ended).toBe('completed');
      expect(await sorted(world)).toEqual(TRANSITIONS);
      expect(await world.repository.dirtyPaths(world.root)).toEqual([]);
    }
    expect(kills).toBeGreaterThan(20);
  });

  it('scenario 30: when any single write of the state fails, says so and is resumed to the same end', async () => {
    for (let failing = 0; ; failing++) {
      const world = await orchestrationWorld(SEED, { ann: diligent, bob: picky });
      let writes = 0;
      const write = world.store.write.bind(world.store);
      world.store.write = async (...args) => {
        if (writes++ === failing) throw new Error('the disk is full');
        return write(...args);
      };
      const first = await world.run().catch((error: Error) => error.message);
      if (writes <= failing) break;
      expect(first).toBe('the disk is full');
      expect(await world.store.isOccupied(await world.checkout())).toBe(false);
      expect((await world.run({ resume: await hasState(world) })).ended).toBe('completed');
      expect(await sorted(world)).toEqual(TRANSITIONS);
    }
  });

  it('killed twice in a row, repeats nothing that is finished', async () => {
    for (let steps = 40; steps < 400; steps += 37) {
      const world = await orchestrationWorld(SEED, { ann: diligent, bob: picky });
      for (const resume of [false, true]) {
        await world
          .run({ resume: resume && (await hasState(world)) }, undefined, new Fuse(steps))
          .catch(() => undefined);
        await dead(world);
        bury(world);
      }
      expect((await world.run({ resume: true })).ended).toBe('completed');
      expect(await sorted(world)).toEqual(TRANSITIONS);
    }
  });

  it('takes no finished work up again', async () => {
    const world = await orchestrationWorld(SEED);
    await world.run();
    const runs = world.runner.runs.length;
    const events = await world.told();
    expect((await world.run({ resume: true })).ended).toBe('completed');
    expect(world.runner.runs).toHaveLength(runs);
    expect(await world.told()).toEqual(events);
  });

  it('asks other agents when it is told to', async () => {
    const world = await orchestrationWorld(
      { WP01: {} },
      { ann: () => 1, bob: () => 1, cy: diligent, di: diligent },
    );
    expect((await world.run({ agents: ['ann', 'bob'] })).ended).toBe('paused');
    expect((await world.run({ resume: true, agents: ['cy', 'di'] })).ended).toBe('completed');
    expect((await world.told()).filter((each) => each.includes('implementation'))).toEqual([
      'WP01 implementation ann 0',
      'WP01 implementation bob 1',
      'WP01 implementation cy 2',
    ]);
  });

  it('is refused without a run, for another feature, after the run was given up, and while one is at work', async () => {
    const world = await orchestrationWorld(SEED, { ann: () => 1 });
    await expect(world.run({ resume: true })).rejects.toMatchObject({ kind: 'orchestration-absent' });
    await world.run();
    await expect(world.run({ resume: true, feature: '002-other' })).rejects.toMatchObject({
      kind: 'wrong-usage',
    });
    await expect(world.run()).rejects.toMatchObject({ kind: 'orchestration-unfinished' });
    const place = await world.store.occupy(await world.checkout());
    await expect(world.run({ resume: true })).rejects.toMatchObject({ kind: 'lock-busy' });
    place?.release();
    await world.abort();
    await expect(world.run({ resume: true })).rejects.toMatchObject({ kind: 'orchestration-absent' });
  });

  it('never writes over a state that it does not understand', async () => {
    const world = await orchestrationWorld(SEED);
    world.store.put(world.root, { run_id: 'x' });
    for (const resume of [false, true])
      await expect(world.run({ resume })).rejects.toMatchObject({
        kind: 'storage-corrupt',
        message: expect.stringContaining('version: is not 1') as unknown,
      });
    expect(world.store.writes).toBe(0);
  });
});

const hasState = async (world: OrchestrationWorld): Promise<boolean> =>
  (await world.store.read(await world.checkout())).found === 'state';

/** Whatever a killed process had under way comes to nothing; its agents still end. */
const dead = async (world: OrchestrationWorld): Promise<void> => {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
  expect(world.lane('WP01')).toBeDefined();
};
