import { parseArgs } from 'node:util';
import { JEST, runNode } from './run.mjs';

/**
 * The outbox against its model, through as many random histories as asked, and once at the limits that users have.
 *
 *     npm run model                                  2000 histories of a fixed seed, 2000 of a seed of the day
 *     npm run model -- --runs 20000
 *     npm run model -- --runs 1 --seed 17 --path "12:5:7"     one failure again, as fast-check printed it
 */
const { values } = parseArgs({
  options: { runs: { type: 'string', default: '2000' }, seed: { type: 'string' }, path: { type: 'string' } },
});

const { code } = await runNode([...JEST, '--runInBand', 'test/model'], {
  env: {
    ...process.env,
    SPEC_KITTY_BUILT: '1',
    MODEL_RUNS: values.runs,
    ...(values.seed === undefined ? {} : { MODEL_SEED: values.seed }),
    ...(values.path === undefined ? {} : { MODEL_PATH: values.path }),
  },
  inherit: true,
});
process.exitCode = code;
