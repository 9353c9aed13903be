import { findProgram } from '../fs/find-program.js';

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
