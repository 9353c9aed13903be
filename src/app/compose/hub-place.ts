import { existsSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import { homeDirectory } from '../../adapters/fs/state-root.js';
import { SyncError } from '../../domain/errors.js';

/** Where the command was called, and with which variables. */
interface HubSurroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
}

/**
 * Where a hub keeps its data: the place that is named, else one of its own where programs of this system keep what
 * belongs to a user and is more than a setting. An earlier build kept them in the state root, where they are used until
 * there are others.
 */
export const hubDirectory = (
  { env, cwd }: HubSurroundings,
  named: string | undefined,
  platform: NodeJS.Platform = process.platform,
): string => {
  if (named !== undefined) return resolve(cwd, named);
  const home = homeOf(env);
  const own = join(dataHome(env, home, platform), 'spec-kitty-hub');
  const former = join(env['SPEC_KITTY_HOME'] || join(home, '.spec-kitty'), 'hub');
  return isHub(former) && !isHub(own) ? former : own;
};

const isHub = (directory: string): boolean => existsSync(join(directory, 'hub.sqlite'));

const homeOf = (env: HubSurroundings['env']): string => {
  const home = [env['HOME'], env['USERPROFILE'], homeDirectory()].find(isPlace);
  if (home !== undefined) return home;
  const reason = 'There is no home directory in which the data of a hub could lie.';
  throw new SyncError('state-root-unsafe', reason, { hint: 'Name a directory with --data DIR.' });
};

const dataHome = (env: HubSurroundings['env'], home: string, platform: NodeJS.Platform): string => {
  if (platform === 'win32') return env['LOCALAPPDATA'] || join(home, 'AppData', 'Local');
  if (platform === 'darwin') return join(home, 'Library', 'Application Support');
  const own = env['XDG_DATA_HOME'];
  // The specification of the variable has a relative path ignored.
  return isPlace(own) ? own : join(home, '.local', 'share');
};

const isPlace = (path: string | undefined): path is string => path !== undefined && isAbsolute(path);
