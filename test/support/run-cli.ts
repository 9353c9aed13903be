import { spawn } from 'node:child_process';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Sandbox } from './sandbox.js';

/** The built program, as it is installed. */
export const BIN = join(
  resolve(fileURLToPath(import.meta.url), '..', '..', '..'),
  'dist',
  'bin',
  'spec-kitty.cjs',
);

export interface CliOptions {
  /** Default: the sandbox's project. */
  readonly cwd?: string;
  /** Variables beside the sandbox's; `undefined` takes one away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** The program to run. Default: {@link BIN}. */
  readonly bin?: string;
  /** Text for stdin, which is closed after it. Default: closed at once. */
  readonly input?: string;
}

export interface CliResult {
  /** `undefined` when a signal ended the process. */
  readonly code: number | undefined;
  readonly signal: NodeJS.Signals | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunningCli {
  readonly pid: number;
  /** What has been written so far. */
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** Resolves when stdout or stderr has matched; rejects when the process ended before. */
  waitFor(pattern: RegExp): Promise<RegExpExecArray>;
  /** Sends a signal (default SIGTERM) and resolves when the process has ended. */
  kill(signal?: NodeJS.Signals): Promise<CliResult>;
  /** How it ended; never rejects for an exit code. */
  readonly ended: Promise<CliResult>;
}

/** Runs the program to its end. */
export const runCli = (
  sandbox: Sandbox,
  args: readonly string[],
  options: CliOptions = {},
): Promise<CliResult> => startCli(sandbox, args, options).ended;

/** The same with `--json`: what stdout holds, which must be exactly one document. */
export const runJson = async (
  sandbox: Sandbox,
  args: readonly string[],
  options: CliOptions = {},
): Promise<CliResult & { readonly document: unknown }> => {
  const result = await runCli(sandbox, [...args, '--json'], options);
  return { ...result, document: JSON.parse(result.stdout) as unknown };
};

/** Starts the program and leaves it running. */
export const startCli = (sandbox: Sandbox, args: readonly string[], options: CliOptions = {}): RunningCli => {
  const failure = process.env['SPEC_KITTY_BUILD_FAILURE'];
  if (failure !== undefined) throw new Error(`There is no program to run: ${failure}`);
  const env = { ...sandbox.env, ...options.env } as NodeJS.ProcessEnv;
  const child = spawn(process.execPath, [options.bin ?? BIN, ...args], {
    cwd: options.cwd ?? sandbox.project,
    env,
  });
  let stdout = '';
  let stderr = '';
  const listeners = new Set<() => void>();
  const heard = (): void => listeners.forEach((listener) => listener());
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    heard();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    heard();
  });
  // A program that ends without reading its input closes the pipe: that is its right.
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.input ?? '');
  const ended = new Promise<CliResult>((done, failed) => {
    child.once('error', failed);
    child.once('close', (code, signal) =>
      done({ code: code ?? undefined, signal: signal ?? undefined, stdout, stderr }),
    );
  });
  return {
    pid: child.pid ?? 0,
    stdout: () => stdout,
    stderr: () => stderr,
    waitFor: (pattern) =>
      new Promise((found, failed) => {
        const look = (): void => {
          const match = pattern.exec(stdout) ?? pattern.exec(stderr);
          if (match === null) return;
          listeners.delete(look);
          found(match);
        };
        listeners.add(look);
        look();
        void ended.then(
          () => failed(new Error(`Ended without ${String(pattern)}: ${stdout}${stderr}`)),
          failed,
        );
      }),
    kill: (signal = 'SIGTERM') => {
      child.kill(signal);
      return ended;
    },
    ended,
  };
};
