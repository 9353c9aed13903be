import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

export interface Invocation {
  readonly file: string;
  readonly args: readonly string[];
  /** Whether the arguments are quoted already. */
  readonly isVerbatim: boolean;
}

/**
 * What has to be started to run a program by its name. On Windows, programs that npm installs are batch files, which
 * only the command interpreter runs; its arguments are then quoted so that it sees none of its own characters in them.
 */
export const invocationOf = (
  [program = '', ...args]: readonly string[],
  environment: NodeJS.ProcessEnv,
  platform: NodeJS.Platform = process.platform,
  exists: (path: string) => boolean = existsSync,
): Invocation => {
  if (platform !== 'win32') return { file: program, args, isVerbatim: false };
  const file = foundOnWindows(program, environment, exists);
  if (!/\.(?:cmd|bat)$/i.test(file)) return { file, args, isVerbatim: false };
  const line = [file.replace(SPECIAL, '^$&'), ...args.map(quotedForBatchFile)].join(' ');
  return {
    file: environment['ComSpec'] ?? environment['COMSPEC'] ?? 'cmd.exe',
    args: ['/d', '/s', '/c', `"${line}"`],
    isVerbatim: true,
  };
};

/** The first file of that name in the folders of PATH, with the endings of PATHEXT; the name itself when there is none. */
const foundOnWindows = (
  program: string,
  environment: NodeJS.ProcessEnv,
  exists: (path: string) => boolean,
): string => {
  const endings = (environment['PATHEXT'] ?? '.COM;.EXE;.BAT;.CMD').split(';').filter((text) => text !== '');
  const isPath = /[\\/]/.test(program);
  const path = environment['Path'] ?? environment['PATH'] ?? '';
  const folders = isPath ? [''] : path.split(process.platform === 'win32' ? delimiter : ';');
  const hasEnding = endings.some((ending) => program.toLowerCase().endsWith(ending.toLowerCase()));
  for (const folder of folders) {
    const base = folder === '' ? program : join(folder, program);
    const found = [...(hasEnding ? [base] : []), ...endings.map((ending) => base + ending)].find(exists);
    if (found !== undefined) return found;
  }
  return program;
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
