import { Fuse } from '../../support/mortal.js';
import { diligent, orchestrationWorld, STATE } from '../../support/orchestration-world.js';

const SEED = { WP01: {}, WP02: { dependencies: '[WP01]' }, WP03: {} };

describe('resuming an orchestration', () => {
  it('scenario 30: killed before it began, in the middle, or late, is resumed to the same end with each event once', async () => {
    for (const steps of [3, 60, 150]) {
      const world = await orchestrationWorld({ WP01: {} });
      const fuse = new Fuse(steps);
      await world.run({}, undefined, fuse).catch(() => undefined);
      expect(fuse.isBurnt).toBe(true);
      world.bury();
      expect((await world.run({ resume: await world.hasState() })).ended).toBe('completed');
      expect(await world.told()).toEqual([
        'WP01 planned→doing',
        'WP01 implementation ann 0',
        'WP01 doing→for_review',
        'WP01 review bob 0',
        'WP01 for_review→done',
        'FeatureCompleted',
      ]);
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
    world.write(STATE, '{"run_id":"x"}');
    for (const resume of [false, true])
      await expect(world.run({ resume })).rejects.toMatchObject({
        kind: 'storage-corrupt',
        message: expect.stringContaining('version: is not 1') as unknown,
      });
    expect(world.stateText()).toBe('{"run_id":"x"}');
  });
});
