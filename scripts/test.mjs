import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { JEST, runNode, toolOf } from './run.mjs';

/**
 * What has to hold, in two programs. `npm test`: types, layout, lint, layers, the build, then the tests against that
 * build that go broad. `npm run test:deep`: the build, then the tests that go deep, which take a fault at every place,
 * a long history, or a registry. Each says nothing but one closing line when all is well; what fails prints what it
 * said.
 *
 *     npm test                            everything but what is deep
 *     npm test -- test/domain             only the tests below a path, with everything before them
 *     npm run test:deep                   everything that is deep
 *     npm run test:deep -- test/model     only the tests below a path
 */
const DEEP = [
  ...[
    'test/browser/',
    'test/chaos/',
    'test/crash/',
    'test/deep/',
    'test/editor/',
    'test/model/',
    'test/package/',
  ],
  ...['test/acceptance/kills', 'test/acceptance/sync-kills', 'test/acceptance/orchestrate-large'],
  // Whole lives of features: long histories, of some hundred processes each.
  ...['test/acceptance/transitions', 'test/golden/corpus-life'],
  // Every command of the program against every kind of repository and hub that means harm.
  'test/acceptance/hostile-',
];

// Figures of the editor, which nobody judges: taken when somebody asks for them by their path.
const MEASURES = ['test/editor/cost'];

const [deep, paths] =
  process.argv[2] === '--deep' ? [true, process.argv.slice(3)] : [false, process.argv.slice(2)];

const BUILD = ['build', ['scripts/build.mjs']];

const BROAD_STAGES = [
  ['types', [toolOf('typescript-native', 'tsc'), '-b']],
  ['lint', [toolOf('oxlint'), '--ignore-pattern', 'test/architecture/fixtures']],
  ['format', [toolOf('prettier'), '--check', '--log-level', 'warn', '.']],
  [
    'layers',
    [
      toolOf('dependency-cruiser', 'depcruise'),
      'src',
      'extension/src',
      '--config',
      '.dependency-cruiser.mjs',
    ],
  ],
  BUILD,
];

/** Which tests are run: whoever names a path gets all below it. */
const chosen = () => {
  if (paths.length > 0) return paths;
  const without = (unwanted) => unwanted.flatMap((path) => ['--testPathIgnorePatterns', path]);
  return deep ? [...without(MEASURES), '--', ...DEEP] : without(DEEP);
};

const runStages = async () => {
  const waiting = deep ? [BUILD] : [...BROAD_STAGES];
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
    const args = [...JEST, '--json', `--outputFile=${results}`, '--silent', '--maxWorkers=2', ...chosen()];
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
const LONGEST_MS = 45 * 60_000;

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
