import { STORE_DRIVERS } from './drivers/store-drivers.js';
import { bundledHarness } from './run-trials.js';

const harness = bundledHarness();

// `npm run crash` replays 25 times as many.
const SEEDS = 2;

// Of whole commands a few moments, in a project outside git, where every byte is the program's own.
const COMMAND_STRIDE = 27;

describe('scenario 1: a power cut at any moment', () => {
  it.each(STORE_DRIVERS.map(({ name }) => name))(
    'takes nothing that was acknowledged, and the next start goes on: %s',
    async (name) => {
      const { points, cuts, violations } = await harness.run('cuts', name, 1, SEEDS);
      expect(violations).toEqual([]);
      expect(cuts).toBeGreaterThanOrEqual(points);
    },
    120_000,
  );

  it.each(['add-history', 'move-task', 'finalize-tasks'])(
    'leaves exactly one event for each change of a whole command: %s',
    async (name) => {
      const { cuts, violations } = await harness.run('command-cuts', name, COMMAND_STRIDE, 1);
      expect(violations).toEqual([]);
      expect(cuts).toBeGreaterThan(2);
    },
    120_000,
  );
});
