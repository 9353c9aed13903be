import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** A child process that tells what it does, a line each. */
export interface Worker {
  /** Everything it has said so far. */
  readonly lines: readonly string[];
  /** Resolves when it has said at least this many lines. */
  said(count: number): Promise<void>;
  /** Ends its standard input. */
  finish(): void;
  kill(): void;
  /** Resolves with the exit code (`null` after a signal) when it is gone and everything it said has been read. */
  readonly ended: Promise<number | null>;
}

/** Starts a script of this directory in a process of its own. */
export const startWorker = (script: string, args: readonly string[]): Worker => {
  const child = spawn(process.execPath, [join(import.meta.dirname, script), ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines: string[] = [];
  let wake: () => void = () => undefined;
  const reader = createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(line);
    wake();
  });
  const ended = end(child, once(reader, 'close'));
  return {
    lines,
    ended,
    said: async (count) => {
      while (lines.length < count) {
        await new Promise<void>((resolve, reject) => {
          wake = resolve;
          void ended.then(() =>
            lines.length < count ? reject(new Error(`${script} ended early`)) : resolve(),
          );
        });
      }
    },
    finish: () => child.stdin.end(),
    kill: () => void child.kill('SIGKILL'),
  };
};

const end = async (child: ChildProcess, read: Promise<unknown>): Promise<number | null> => {
  const [[code]] = await Promise.all([once(child, 'exit'), read]);
  return code as number | null;
};
