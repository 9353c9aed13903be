import { parseArgs } from 'node:util';
import { JEST, runNode } from './run.mjs';

/**
 * The real client against a hub that misbehaves at random, and 50 processes that refresh one sign-in at once.
 *
 *     npm run chaos                                       100 schedules of a seed of the day
 *     npm run chaos -- --schedules 1000 --seed 1
 */
const { values } = parseArgs({
  options: {
    schedules: { type: 'string', default: '100' },
    seed: { type: 'string', default: String(Math.floor(Date.now() / 86_400_000) * 10_000) },
  },
});

const { code } = await runNode([...JEST, '--runInBand', 'test/chaos'], {
  env: {
    ...process.env,
    SPEC_KITTY_BUILT: '1',
    CHAOS_SCHEDULES: values.schedules,
    CHAOS_SEED: values.seed,
    CHAOS_PROCESSES: '50',
  },
  inherit: true,
});
process.exitCode = code;
