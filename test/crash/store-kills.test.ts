import { STORE_DRIVERS } from './drivers/store-drivers.js';
import { bundledHarness } from './run-trials.js';

const harness = bundledHarness();

// `npm run crash` tries every call; here the calls of all drivers together are few enough for every test run.
const STRIDE = 12;

describe('scenario 3: a process that is killed at any file-system call', () => {
  it.each(STORE_DRIVERS.map(({ name }) => name))(
    'loses, tears, repeats and miscounts nothing, nor does a power cut after it: %s',
    async (name) => {
      const { kills, violations } = await harness.run('kills', name, STRIDE);
      expect(violations).toEqual([]);
      expect(kills).toBeGreaterThan(0);
    },
    120_000,
  );
});
