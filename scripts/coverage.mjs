import { JEST, runNode } from './run.mjs';

/** Runs the tests and asserts how much of each layer they reach; what a person looks at is in `coverage/lcov.info`. */
const LEAST = { lines: 90, branches: 90 };
const THRESHOLD = { './src/domain/': LEAST, './src/adapters/': LEAST, './src/app/': LEAST };

const args = [
  '--coverage',
  `--coverageThreshold=${JSON.stringify(THRESHOLD)}`,
  '--silent',
  ...process.argv.slice(2),
];
const { code } = await runNode([...JEST, ...args], { inherit: true });
process.exitCode = code;
