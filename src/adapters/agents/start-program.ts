import { spawn, type ChildProcess } from 'node:child_process';
import { statSync } from 'node:fs';
import type { Readable } from 'node:stream';
import type { Result } from '../../domain/result.js';
import { invocationOf } from './windows-invocation.js';

interface ProgramStart {
  readonly argv: readonly string[];
  readonly directory: string;
  readonly environment: NodeJS.ProcessEnv;
  /** Text for its standard input; absent: empty and closed. */
  readonly input?: string;
}

/** A program that runs. */
export interface Program {
  readonly pid: number;
  /** Its standard output, then its error stream. */
  readonly outputs: readonly Readable[];
  /** Resolves when it has ended. */
  readonly exited: Promise<ProgramExit>;
  /**
   * Resolves when everything that it printed has been read. Somebody who inherited its output may keep it open for
   * ever: after `graceMs` no more is read.
   */
  drained(graceMs: number): Promise<void>;
}

interface ProgramExit {
  readonly code: number | undefined;
  readonly signal: string | undefined;
}

/** Starts a program as the leader of a session of its own. The error is the reason, without a full stop. */
export const startProgram = (start: ProgramStart): Promise<Result<Program, string>> =>
  new Promise((resolve) => {
    const fail = (error: unknown): void => resolve({ ok: false, error: whyNotStarted(start, error) });
    let child: ChildProcess;
    try {
      const { file, args, isVerbatim } = invocationOf(start.argv, start.environment);
      // Started by its name alone, a program of the work tree could be the first that is found.
      if (!/[\\/]/.test(file)) throw Object.assign(new Error('not found'), { code: 'ENOENT' });
      child = spawn(file, args, {
        cwd: start.directory,
        env: start.environment,
        stdio: [start.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
        detached: process.platform !== 'win32',
        windowsHide: true,
        windowsVerbatimArguments: isVerbatim,
      });
    } catch (error) {
      fail(error);
      return;
    }
    child.once('error', fail);
    child.once('spawn', () => {
      child.off('error', fail);
      // Whoever does not read its input closes the pipe: that is its right. The same holds for a kill that fails.
      child.on('error', () => undefined);
      child.stdin?.on('error', () => undefined);
      child.stdin?.end(start.input);
      resolve({ ok: true, value: programOf(child) });
    });
  });

const programOf = (child: ChildProcess): Program => {
  const outputs = [child.stdout, child.stderr].filter((stream) => stream !== null);
  const exited = new Promise<ProgramExit>((resolve) => {
    child.once('exit', (code, signal) => resolve({ code: code ?? undefined, signal: signal ?? undefined }));
  });
  const closed = new Promise<void>((resolve) => {
    child.once('close', () => resolve());
  });
  return {
    pid: child.pid ?? 0,
    outputs,
    exited,
    drained: async (graceMs) => {
      let timer: NodeJS.Timeout | undefined;
      const letGo = new Promise<void>((resolve) => {
        timer = setTimeout(() => {
          outputs.forEach((stream) => stream.destroy());
          child.unref();
          resolve();
        }, graceMs);
      });
      await Promise.race([closed, letGo]);
      clearTimeout(timer);
    },
  };
};

const whyNotStarted = ({ argv: [program = ''], directory }: ProgramStart, error: unknown): string => {
  const { code, message } = error as NodeJS.ErrnoException;
  if (statSync(directory, { throwIfNoEntry: false })?.isDirectory() !== true)
    return `the directory ${directory} is gone`;
  switch (code) {
    case 'ENOENT':
      return `there is no program ${program}; it is not installed, or not on the PATH`;
    case 'EACCES':
      return `the program ${program} may not be run`;
    case 'E2BIG':
      return `the arguments of ${program} are longer than the system allows`;
    default:
      return `the program ${program} cannot be started: ${message}`;
  }
};
