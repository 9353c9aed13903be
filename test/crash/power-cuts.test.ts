import { STORE_DRIVERS } from './drivers/store-drivers.js';
import { bundledHarness } from './run-trials.js';

const harness = bundledHarness();

// `npm run crash` replays 200 seeds at each moment.
const SEEDS = 4;

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
});
