import { fstatSync, writeFileSync } from 'node:fs';
import { SyncError } from '../../domain/errors.js';
import { version } from './build-info.js';
import { exitCodeOf } from './exit-codes.js';
import type { Io, Sink, Source } from './io.js';
import { runProgram } from './program.js';

/**
 * Connects the program to this process: the only place of the command line that touches `process`. The exit code is
 * set when everything that was written has left the process, so a pipe never loses the end of the output.
 */
export const main = async (): Promise<void> => {
  const interruption = new AbortController();
  listenForSignals(interruption);
  const outcome = await runProgram(process.argv.slice(2), {
    io: processIo((reason) => interruption.abort(reason)),
    version,
    signal: interruption.signal,
    openContainer: async (waiting) => {
      const { openProcessClient } = await import('../compose/container.js');
      const program = { command: process.execPath, args: [process.argv[1] ?? ''] };
      return openProcessClient({ version, waiting, program });
    },
  });
  await Promise.all([written(process.stdout), written(process.stderr)]);
  // Whatever a command left open, such as stdin, does not keep the user waiting.
  process.exit(exitCodeOf(outcome));
};

/** The first signal asks the command to stop, the second one ends the process where it is. */
const listenForSignals = (interruption: AbortController): void => {
  const stop = (): void => {
    if (interruption.signal.aborted) process.exit(exitCodeOf('interrupted'));
    interruption.abort(new SyncError('interrupted', 'The command was interrupted.'));
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
};

/** What a command prints has nowhere to go any more: `interrupted` when nobody reads it, `output-failed` otherwise. */
type OnLoss = (reason: SyncError) => void;

const processIo = (onLoss: OnLoss): Io => ({
  stdout: isFile(STDOUT) ? fileSink(STDOUT, onLoss) : streamSink(process.stdout, onLoss),
  // A stderr that is closed or full is no error: the result of the command is elsewhere.
  stderr: isFile(STDERR) ? fileSink(STDERR, () => undefined) : streamSink(process.stderr, () => undefined),
  stdin: () => sourceOf(process.stdin),
  env: process.env,
  get cwd() {
    try {
      return process.cwd();
    } catch (cause) {
      throw new SyncError('not-a-repository', 'The directory in which the command was called is gone.', {
        cause,
        hint: 'Go to a directory that exists, or name the project by its whole path with --project DIR.',
      });
    }
  },
});

const STDOUT = 1;
const STDERR = 2;

/** Files and devices such as /dev/full, but no pipe and no terminal. */
const isFile = (descriptor: number): boolean => {
  try {
    const kind = fstatSync(descriptor);
    return kind.isFile() || (kind.isCharacterDevice() && !isTerminal(descriptor));
  } catch {
    return false;
  }
};

const isTerminal = (descriptor: number): boolean =>
  (descriptor === STDOUT ? process.stdout : process.stderr).isTTY;

/**
 * A file takes as much of a write as there is room for, and Node's own stream would pass over the rest in silence: here
 * everything is written, or the loss is said.
 */
const fileSink = (descriptor: number, onLoss: OnLoss): Sink => {
  let loss: SyncError | undefined;
  return {
    write: (text) => {
      if (loss !== undefined) return;
      try {
        writeFileSync(descriptor, text);
      } catch (error) {
        loss = outputFailed(error);
        onLoss(loss);
      }
    },
    drained: () => (loss === undefined ? Promise.resolve() : Promise.reject(loss)),
    isTTY: false,
    columns: undefined,
  };
};

const outputFailed = (error: unknown): SyncError => {
  const { code = '' } = error as NodeJS.ErrnoException;
  const reason = LOSSES[code] ?? code;
  return new SyncError('output-failed', `What this command prints could not be written: ${reason}.`, {
    cause: error,
  });
};

const LOSSES: Readonly<Record<string, string>> = {
  ENOSPC: 'no space is left there',
  EDQUOT: 'the quota is used up',
  EFBIG: 'the file would be larger than is allowed',
  EIO: 'the disk reports an error',
  EBADF: 'stdout is not open for writing',
};

const streamSink = (stream: NodeJS.WriteStream, onLoss: OnLoss): Sink => {
  let gone = false;
  // `head` and pagers close their end when they have seen enough, and a terminal may be hung up: that is no error.
  stream.on('error', () => {
    gone = true;
    onLoss(new SyncError('interrupted', 'The reader of the output has gone.'));
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
