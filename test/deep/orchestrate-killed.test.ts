import { Fuse } from '../support/mortal.js';
import {
  diligent,
  orchestrationWorld,
  signed,
  type OrchestrationWorld,
  type Script,
} from '../support/orchestration-world.js';

/** Rejects the first attempt, however often it is asked to review it, so that every kind of step is taken. */
const picky: Script = (task, world) => {
  if (task.run.argv[1]?.endsWith('/WP01-review-1.md') === true) {
    task.print('FEEDBACK: once more');
    task.print(signed('VERDICT: changes requested', task.run));
    return 0;
  }
  return diligent(task, world);
};

/** How many calls of ports lie between two kills; every other number was tried as well. */
const STRIDE = 31;

const SEED = { WP01: {}, WP02: { dependencies: '[WP01]' } };

/** Each world runs some hundred git processes. */
const LONG_MS = 600_000;

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
];

const sorted = async (world: OrchestrationWorld): Promise<readonly string[]> =>
  [...(await world.told())].sort();

describe('an orchestration that dies', () => {
  it(
    'scenario 30: killed before or after any call of a port, is resumed to the same end with each event once',
    async () => {
      let kills = 0;
      for (let steps = 0; ; steps += STRIDE) {
        const world = await orchestrationWorld(SEED, { ann: diligent, bob: picky });
        const fuse = new Fuse(steps);
        await world.run({}, undefined, fuse).catch(() => undefined);
        if (!fuse.isBurnt) break;
        kills++;
        await dead(world);
        const again = await world.run({ resume: await world.hasState() });
        expect(again.ended).toBe('completed');
        expect(await sorted(world)).toEqual(TRANSITIONS);
        expect(await world.repository.dirtyPaths(world.root)).toEqual([]);
      }
      expect(kills).toBeGreaterThan(15);
    },
    LONG_MS,
  );

  it(
    'scenario 30: when any single write of the state fails, says so and is resumed to the same end',
    async () => {
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
        expect((await world.run({ resume: await world.hasState() })).ended).toBe('completed');
        expect(await sorted(world)).toEqual(TRANSITIONS);
      }
    },
    LONG_MS,
  );

  it(
    'killed twice in a row, repeats nothing that is finished',
    async () => {
      for (let steps = 40; steps < 400; steps += 60) {
        const world = await orchestrationWorld(SEED, { ann: diligent, bob: picky });
        for (const resume of [false, true]) {
          await world
            .run({ resume: resume && (await world.hasState()) }, undefined, new Fuse(steps))
            .catch(() => undefined);
          await dead(world);
        }
        expect((await world.run({ resume: true })).ended).toBe('completed');
        expect(await sorted(world)).toEqual(TRANSITIONS);
      }
    },
    LONG_MS,
  );
});

/** Whatever a killed process had under way comes to nothing; its agents still end. */
const dead = async (world: OrchestrationWorld): Promise<void> => {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
  world.bury();
};
