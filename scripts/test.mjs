import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { JEST, runNode, toolOf } from './run.mjs';

/**
 * Everything that has to hold, in one program: types, layout, lint, layers, the build, then the tests against that
 * build. Says nothing but one closing line when all is well; a stage that fails prints what it said.
 *
 *     npm test                      everything
 *     npm test -- test/domain       only the tests below a path, with everything before them
 */
const STAGES = [
  ['types', [toolOf('typescript', 'tsc'), '-b']],
  ['lint', [toolOf('eslint'), '.', '--max-warnings', '0']],
  ['format', [toolOf('prettier'), '--check', '--log-level', 'warn', '.']],
  ['layers', [toolOf('dependency-cruiser', 'depcruise'), 'src', '--config', '.dependency-cruiser.mjs']],
  ['build', ['scripts/build.mjs']],
];

const runStages = async () => {
  const waiting = [...STAGES];
  let failed = false;
  const worker = async () => {
    for (let stage = waiting.shift(); stage !== undefined; stage = waiting.shift()) {
      const [name, args] = stage;
      const { code, output } = await runNode(args);
      if (code === 0) continue;
      failed = true;
      process.stderr.write(`${name} failed:\n${output.trim()}\n\n`);
    }
  };
  // Two at a time: the first stage takes about as long as all the others together.
  await Promise.all([worker(), worker()]);
  return !failed;
};

const runTests = async () => {
  const directory = await mkdtemp(join(tmpdir(), 'spec-kitty-results-'));
  try {
    const results = join(directory, 'results.json');
    const args = [
      ...JEST,
      '--json',
      `--outputFile=${results}`,
      '--silent',
      '--maxWorkers=2',
      ...process.argv.slice(2),
    ];
    const { code, output } = await runNode(args, {
      env: { ...process.env, SPEC_KITTY_BUILT: '1' },
      timeoutMs: LONGEST_MS,
    });
    const counts = await readFile(results, 'utf8').then(JSON.parse, () => undefined);
    // Jest forgives a run that does not end; an open handle is a defect here.
    const leaked = LEAKS.test(output);
    const failed = code !== 0 || leaked || counts === undefined || counts.numFailedTests > 0;
    if (failed) process.stderr.write(`tests failed:\n${withoutPassing(output)}\n\n`);
    if (counts !== undefined)
      process.stdout.write(`${counts.numPassedTests} passed, ${counts.numFailedTests} failed\n`);
    return !failed;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
};

// A server that a test forgot keeps Jest alive for ever; somebody should hear of it.
const LONGEST_MS = 15 * 60_000;

// A worker that is slow to end is none: on a busy machine half a second is not enough for it. What a test file leaves
// open fails that file, and what a run leaves behind fails the run.
const LEAKS = /did not exit one second after|open handle/;

const withoutPassing = (output) =>
  output
    .split('\n')
    .filter((line) => !line.startsWith('PASS '))
    .join('\n')
    .trim();

process.exitCode = (await runStages()) && (await runTests()) ? 0 : 1;
