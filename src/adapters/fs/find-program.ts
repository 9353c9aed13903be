import { accessSync, constants, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Environment } from '../../domain/child-environment.js';
import { attempt } from './storage-failure.js';

/**
 * Where a program lies, by its name: in the first folder of PATH that has it. Folders that are not absolute are left
 * out, and so is the current directory, which Windows would search first: it may be a repository of anybody. A name that
 * is a path stays that path. `undefined`: there is no such program, and the bare name must not be started instead.
 */
export const findProgram = (
  name: string,
  environment: Environment,
  platform: NodeJS.Platform = process.platform,
  isProgram: (path: string) => boolean = isExecutable,
): string | undefined => {
  const isWindows = platform === 'win32';
  const endings = isWindows ? endingsFor(name, valueOf(environment, 'PATHEXT')) : [''];
  const isPath = isWindows ? /[\\/]/.test(name) : name.includes('/');
  if (isPath) return endings.map((ending) => name + ending).find(isProgram) ?? name;
  const folders = (valueOf(environment, 'PATH') ?? (isWindows ? '' : DEFAULT_PATH))
    .split(isWindows ? ';' : ':')
    .map((folder) => (isWindows ? folder.replace(/^"(.*)"$/, '$1') : folder))
    .filter((folder) => (isWindows ? WINDOWS_ABSOLUTE : /^\//).test(folder));
  return folders.flatMap((folder) => endings.map((ending) => join(folder, name + ending))).find(isProgram);
};

/** What a system searches when nobody has set PATH. */
const DEFAULT_PATH = '/usr/local/bin:/usr/bin:/bin';

/** With a drive, or on a server: a path from the root of the current drive is one of the current drive. */
const WINDOWS_ABSOLUTE = /^(?:[A-Za-z]:[\\/]|\\\\)/;

/** Windows does not tell names apart by their case, and a copy of its environment does. */
const valueOf = (environment: Environment, name: string): string | undefined =>
  Object.entries(environment).find(([each]) => each.toUpperCase() === name)?.[1];

const endingsFor = (name: string, known = '.COM;.EXE;.BAT;.CMD'): readonly string[] => {
  const endings = known.split(';').filter((ending) => ending !== '');
  const hasEnding = endings.some((ending) => name.toLowerCase().endsWith(ending.toLowerCase()));
  return hasEnding ? ['', ...endings] : endings;
};

export const isExecutable = (path: string): boolean =>
  attempt(() => {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  }) === true;
