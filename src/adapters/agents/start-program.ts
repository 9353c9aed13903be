import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { err, ok, type Result } from '../../domain/result.js';
import { findProgram } from '../fs/find-program.js';

interface ProgramStart {
  readonly argv: readonly string[];
  readonly directory: string;
  readonly environment: NodeJS.ProcessEnv;
  /** Text for its standard input; absent: empty and closed. */
  readonly input?: string;
}

/** Starts a program as the leader of a session of its own. The error is the reason, without a full stop. */
export const startProgram = async (start: ProgramStart): Promise<Result<ChildProcess, string>> => {
  const { argv, directory, environment, input } = start;
  try {
    const { file, args, isVerbatim } = invocationOf(argv, environment);
    // Started by its name alone, a program of the work tree could be the first that is found.
    if (!/[\\/]/.test(file)) throw Object.assign(new Error('not found'), { code: 'ENOENT' });
    const child = spawn(file, args, {
      cwd: directory,
      env: environment,
      stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
      detached: process.platform !== 'win32',
      windowsHide: true,
      windowsVerbatimArguments: isVerbatim,
    });
    await once(child, 'spawn');
    // Whoever does not read its input closes the pipe: that is its right. The same holds for a kill that fails.
    child.on('error', () => undefined);
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input);
    return ok(child);
  } catch (error) {
    return err(whyNotStarted(start, error));
  }
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

interface Invocation {
  readonly file: string;
  readonly args: readonly string[];
  /** Whether the arguments are quoted already. */
  readonly isVerbatim: boolean;
}

/**
 * What has to be started to run a program by its name, which stays a bare name where there is none. On Windows, programs that npm installs are batch files, which
 * only the command interpreter runs; its arguments are then quoted so that it sees none of its own characters in them.
 */
export const invocationOf = (
  [program = '', ...args]: readonly string[],
  environment: NodeJS.ProcessEnv,
  platform: NodeJS.Platform = process.platform,
  exists?: (path: string) => boolean,
): Invocation => {
  const file = findProgram(program, environment, platform, exists) ?? program;
  if (platform !== 'win32' || !/\.(?:cmd|bat)$/i.test(file)) return { file, args, isVerbatim: false };
  const line = [file.replace(SPECIAL, '^$&'), ...args.map(quotedForBatchFile)].join(' ');
  return {
    file: environment['ComSpec'] ?? environment['COMSPEC'] ?? 'C:\\Windows\\System32\\cmd.exe',
    args: ['/d', '/s', '/c', `"${line}"`],
    isVerbatim: true,
  };
};

/**
 * Quoted for the program's own reading of its command line, then escaped for the interpreter, twice, since a batch file
 * passes its arguments on through it once more. A line break would end the command, so it becomes a space.
 */
const quotedForBatchFile = (argument: string): string => {
  const quoted = `"${argument
    .replace(/[\r\n]+/g, ' ')
    .replace(/(\\*)"/g, '$1$1\\"')
    .replace(/(\\+)$/, '$1$1')}"`;
  const escaped = quoted.replace(SPECIAL, '^$&');
  return escaped.replace(SPECIAL, '^$&');
};

const SPECIAL = /[()\][%!^"`<>&|;, *?]/g;
