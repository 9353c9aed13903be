/**
 * Every command of the program, one after the other in one process: `node command-sweep-worker.mjs <JSON of a sweep>`.
 * The commands and their arguments come from the program's own definitions, so that a new one is among them. It says a
 * line for each as JSON: before it (`begins`) and after it. A command that waits for something is interrupted.
 */
import { writeSync } from 'node:fs';
import { COMMANDS } from '../../dist/app/cli/commands/all.js';
import { bufferSink } from './buffer-sink.mjs';
import { runProgram } from '../../dist/app/cli/program.js';
import { createClientContainer } from '../../dist/app/compose/container.js';

const { directory, environment, interruptAfterMs, more = {}, forms } = JSON.parse(process.argv[2]);

const VALUES = { wp: 'WP01', id: 'WP01', file: '-', shell: 'bash' };
const valueOf = (name, { type, choices = [] } = {}) =>
  type === 'number' ? '1' : (choices[0] ?? VALUES[name] ?? 'x');

const argumentsOf = ({ words, positionals, options }) => [
  ...words,
  ...positionals.filter(({ required }) => required).map(({ name }) => valueOf(name)),
  ...Object.entries(options).flatMap(([name, option]) =>
    option.required === true ? [`--${name}`, valueOf(name, option)] : [],
  ),
  ...(more[words.join(' ')] ?? []),
];

const input = (text) => ({
  isTTY: false,
  async *[Symbol.asyncIterator]() {
    yield text;
  },
});

const say = (line) => writeSync(1, `${JSON.stringify(line)}\n`);

const run = async (argv) => {
  const interruption = new AbortController();
  const timer = setTimeout(() => interruption.abort(), interruptAfterMs);
  const [stdout, stderr] = [bufferSink(), bufferSink()];
  const program = { command: process.execPath, args: ['-e', '0'] };
  const outcome = await runProgram(argv, {
    io: { stdout, stderr, stdin: () => input('secret-of-ada\n'), env: environment, cwd: directory },
    version: '1.2.3',
    signal: interruption.signal,
    openContainer: async () =>
      createClientContainer({
        ...{
          env: environment,
          version: '1.2.3',
          stderr,
          backgroundSync: 'own-process',
          program,
          processId: process.pid,
        },
      }),
  });
  clearTimeout(timer);
  return { outcome, out: stdout.text(), err: stderr.text() };
};

for (const [at, definition] of COMMANDS.entries()) {
  const command = definition.words.join(' ');
  const both = [argumentsOf(definition), [...argumentsOf(definition), '--json']];
  for (const argv of forms === 'both' ? both : [both[at % 2]]) {
    say({ begins: argv.join(' ') });
    const startedMs = performance.now();
    const ran = await run(argv);
    say({ command, argv, ms: Math.round(performance.now() - startedMs), ...ran });
    // What switches delivery off is taken back, so that the others are really tried.
    if (command === 'sync off') await run(['sync', 'on']);
  }
}
say({ ended: true, maxRssMiB: Math.round(process.resourceUsage().maxRSS / 1024) });
process.exit(0);
