import { SyncError } from '../../domain/errors.js';
import { version } from './build-info.js';
import { exitCodeOf } from './exit-codes.js';
import type { Io, Sink, Source } from './io.js';
import { runProgram } from './program.js';
import type { Closeable } from './program.js';

/**
 * Connects the program to this process: the only place of the command line that touches `process`. The exit code is
 * set when everything that was written has left the process, so a pipe never loses the end of the output.
 */
const main = async (): Promise<void> => {
  const interruption = new AbortController();
  listenForSignals(interruption);
  const outcome = await runProgram(process.argv.slice(2), {
    io: processIo(() =>
      interruption.abort(new SyncError('interrupted', 'The reader of the output has gone.')),
    ),
    version,
    signal: interruption.signal,
    createContainer,
  });
  await Promise.all([written(process.stdout), written(process.stderr)]);
  // Whatever a command left open, such as stdin, does not keep the user waiting.
  process.exit(exitCodeOf(outcome));
};

const createContainer = async (): Promise<Closeable> => {
  const { createClientContainer } = await import('../container/container.js');
  const { env, stderr, pid, execPath, argv } = process;
  const program = { command: execPath, args: [argv[1] ?? ''] };
  return createClientContainer({ env, version, stderr, program, processId: pid, isLongLived: false });
};

/** The first signal asks the command to stop, the second one ends the process where it is. */
const listenForSignals = (interruption: AbortController): void => {
  const stop = (): void => {
    if (interruption.signal.aborted) process.exit(exitCodeOf('interrupted'));
    interruption.abort(
      new SyncError('interrupted', 'The command was interrupted.', { hint: INTERRUPTED_HINT }),
    );
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
};

const INTERRUPTED_HINT = 'Run the same command again; it takes up what was left.';

const processIo = (onReaderGone: () => void): Io => ({
  stdout: sinkOf(process.stdout, onReaderGone),
  stderr: sinkOf(process.stderr, () => undefined),
  stdin: () => sourceOf(process.stdin),
  env: process.env,
  cwd: process.cwd(),
});

const sinkOf = (stream: NodeJS.WriteStream, onReaderGone: () => void): Sink => {
  let gone = false;
  // `head` and pagers close their end when they have seen enough: that is no error. Nor is a closed stderr.
  stream.on('error', () => {
    gone = true;
    onReaderGone();
  });
  return {
    write: (text) => {
      if (!gone) stream.write(text);
    },
    drained: () => written(stream),
    isTTY: stream.isTTY === true,
    get columns() {
      return stream.isTTY === true ? stream.columns : undefined;
    },
    get rows() {
      return stream.isTTY === true ? stream.rows : undefined;
    },
  };
};

const sourceOf = (stream: NodeJS.ReadStream): Source => ({
  isTTY: stream.isTTY === true,
  ...(stream.isTTY === true ? { setRawMode: (raw: boolean) => void stream.setRawMode(raw) } : {}),
  // Who has read one line leaves the rest to the next question.
  [Symbol.asyncIterator]: () =>
    stream.iterator({ destroyOnReturn: false }) as AsyncIterator<Uint8Array | string>,
});

const written = (stream: NodeJS.WriteStream): Promise<void> =>
  new Promise((resolve) => {
    if (stream.destroyed || stream.writableLength === 0) resolve();
    else stream.write('', () => resolve());
  });

void main();
