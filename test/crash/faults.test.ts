import { STORE_DRIVERS } from './drivers/store-drivers.js';
import { bundledHarness } from './run-trials.js';

const harness = bundledHarness();

// Every twelfth call for each error, other ones for the next error; `npm run crash` tries all.
const STRIDE = 12;
/** Each run of it waits for the lock. */
const SLOW = 'waits-for-a-stopped-holder';

describe('scenario 5: a disk that fails at any file-system call', () => {
  it.each(STORE_DRIVERS.map(({ name }) => name))(
    'is told clearly, loses nothing earlier, and everything works when the fault is gone: %s',
    async (name) => {
      const { faults, violations } = await harness.run('faults', name, name === SLOW ? 10 * STRIDE : STRIDE);
      expect(violations).toEqual([]);
      expect(faults).toBeGreaterThan(10);
    },
    120_000,
  );
});
