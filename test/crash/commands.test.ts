import { COMMAND_DRIVERS } from './drivers/command-drivers.js';
import { bundledHarness } from './run-trials.js';

const harness = bundledHarness();

// Whole processes with git beside them: a few calls of each command here, all of them in `npm run crash`.
const KILL_STRIDE = 47;
const FAULT_STRIDE = 140;

describe('a whole command', () => {
  it.each(COMMAND_DRIVERS.map(({ name }) => name))(
    'scenario 30: killed at any file-system call leaves exactly one event for each change, after the next command: %s',
    async (name) => {
      const { kills, violations } = await harness.run('command-kills', name, KILL_STRIDE);
      expect(violations).toEqual([]);
      expect(kills).toBeGreaterThan(0);
    },
    180_000,
  );

  it.each(['move-task', 'finalize-tasks', 'implement'])(
    'scenario 5: meets a disk that fails with one document, no stack trace, and nothing lost: %s',
    async (name) => {
      const { faults, violations } = await harness.run('command-faults', name, FAULT_STRIDE);
      expect(violations).toEqual([]);
      expect(faults).toBeGreaterThan(0);
    },
    180_000,
  );
});
