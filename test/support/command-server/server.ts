import { createClientContainer } from '../../../src/app/compose/container.js';
import { exitCodeOf } from '../../../src/app/cli/exit-codes.js';
import { bufferSink } from '../buffer-sink.mjs';
import type { Source } from '../../../src/app/cli/io.js';
import { runProgram } from '../../../src/app/cli/program.js';
import type { CommandAnswer, CommandOrder } from './protocol.js';

/**
 * A process that runs one command of the program after the other, or several at once, each with a container, an
 * environment and streams of its own. It ends when whoever started it has gone.
 */
const answer = async ({ id, words, env, cwd, input, bin }: CommandOrder): Promise<CommandAnswer> => {
  const [stdout, stderr] = [bufferSink(), bufferSink()];
  const outcome = await runProgram(words, {
    io: { stdout, stderr, stdin: () => typed(input), env, cwd },
    version: '0.1.0',
    signal: new AbortController().signal,
    openContainer: async (waiting) =>
      createClientContainer({
        ...{ env, stderr, waiting, version: '0.1.0', processId: process.pid },
        program: { command: process.execPath, args: [bin] },
        backgroundSync: 'own-process',
      }),
  });
  return { id, code: exitCodeOf(outcome), stdout: stdout.text(), stderr: stderr.text() };
};

const typed = (text: string): Source => ({
  isTTY: false,
  async *[Symbol.asyncIterator]() {
    if (text !== '') yield text;
  },
});

process.on('message', (order: CommandOrder) => {
  void answer(order).then((told) => process.send?.(told));
});
process.once('disconnect', () => process.exit());
