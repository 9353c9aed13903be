import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { buildProgram } from './build.mjs';
import { ROOT } from './bundle.mjs';
import { bundleProgram, SHIM } from '../test/crash/bundle-program.mjs';

/**
 * Tries every fault point of every driver: kills, power cuts and faults on the outbox, kills and faults of whole
 * commands. Prints a line for each driver, then the sums, and every violation; ends with 1 when there was one.
 *
 *     npm run crash                     everything, some tens of minutes
 *     npm run crash -- kills rotation   one kind of trial, of one driver
 *     npm run crash -- command-faults move-task 25   the same at every 25th call
 */
const STORE = [
  ...['first-capture', 'capture-one', 'capture-several', 'rotation', 'seals-waiting-facts', 'torn-tail'],
  ...['clock-rebuild', 'settling', 'decisions', 'retention', 'waits-for-a-stopped-holder'],
];
const COMMANDS = [
  ...['init', 'add-history', 'move-task', 'mark-status', 'finalize-tasks', 'implement', 'merge', 'accept'],
];

/** Power cuts after each sync and acknowledgement, a quarter of them at each other moment: 200 and more of a driver. */
const SEEDS = 50;
/** Of a whole command, at each moment. */
const COMMAND_SEEDS = 3;
/** A command is run twice for every trial, with git: of its calls every fifth fails, another fifth for the next error. */
const COMMAND_FAULT_STRIDE = 5;

const TRIALS = [
  ...STORE.map((name) => ['kills', name, 1]),
  ...STORE.map((name) => ['cuts', name, 1, SEEDS]),
  ...STORE.map((name) => ['faults', name, 1]),
  ...COMMANDS.map((name) => ['command-kills', name, 1]),
  ...COMMANDS.slice(1, 5).map((name) => ['command-cuts', name, 1, COMMAND_SEEDS]),
  ...COMMANDS.map((name) => ['command-faults', name, COMMAND_FAULT_STRIDE]),
];

/** Whoever rebuilds the program meanwhile names a copy in `CRASH_BIN`. */
const BIN = process.env.CRASH_BIN ?? join(ROOT, 'dist', 'bin', 'spec-kitty.cjs');

const run = (program, args) =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--require', SHIM, program, ...args.map(String)], {
      env: { ...process.env, FS_SHIM_PATH: SHIM, CRASH_BIN: BIN },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text) => (output += text));
    child.once('error', reject);
    child.once('close', (code) =>
      code === 0 ? resolve(JSON.parse(output)) : reject(new Error(`${args.join(' ')} ended with ${code}`)),
    );
  });

const lineOf = (what, { points, kills, faults, cuts, violations }) =>
  `${what.padEnd(42)} points ${String(points).padStart(5)}  kills ${String(kills).padStart(5)}  faults ${String(faults).padStart(6)}  power cuts ${String(cuts).padStart(6)}  violations ${violations.length}\n`;

const main = async () => {
  const [kind, name, thinned] = process.argv.slice(2);
  const waiting = TRIALS.filter(
    ([each, driver]) => (kind === undefined || each === kind) && (name === undefined || driver === name),
  ).map(([each, driver, stride, seeds = 0]) => [each, driver, Number(thinned ?? stride), seeds]);
  await buildProgram();
  const program = await bundleProgram();
  const sum = { points: 0, kills: 0, faults: 0, cuts: 0, violations: [] };
  const worker = async () => {
    for (let args = waiting.shift(); args !== undefined; args = waiting.shift()) {
      const tally = await run(program.path, args);
      process.stdout.write(lineOf(`${args[0]} ${args[1]}`, tally));
      for (const violation of tally.violations) process.stdout.write(`${violation}\n`);
      for (const key of Object.keys(sum))
        sum[key] = key === 'violations' ? [...sum[key], ...tally[key]] : sum[key] + tally[key];
    }
  };
  try {
    // Two at a time: the trials wait for the disk and for git as often as they compute.
    await Promise.all([worker(), worker()]);
  } finally {
    await program.remove();
  }
  process.stdout.write(lineOf('in all', sum));
  return sum.violations.length === 0;
};

process.exitCode = (await main()) ? 0 : 1;
