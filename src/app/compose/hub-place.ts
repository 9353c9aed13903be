import { existsSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import { homeDirectory } from '../../adapters/fs/state-root.js';
import { SyncError } from '../../domain/errors.js';

/** Where the command was called, and with which variables. */
interface HubSurroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
}

interface HubData {
  readonly directory: string;
  /** What a person has to know about the place. */
  readonly remark?: string;
}

/**
 * Where a hub keeps its data: the place that is named, else one of its own among the data of this user. Of an earlier
 * version they lie in the state root, which may be deleted: they are still used there, and said.
 */
export const hubData = (
  { env, cwd }: HubSurroundings,
  named: string | undefined,
  platform: NodeJS.Platform = process.platform,
): HubData => {
  if (named !== undefined) return { directory: resolve(cwd, named) };
  const home = homeOf(env);
  const own = join(dataHome(env, home, platform), 'spec-kitty-hub');
  const former = join(said(env['SPEC_KITTY_HOME']) ?? join(home, '.spec-kitty'), 'hub');
  if (!isHub(former)) return { directory: own };
  return isHub(own)
    ? { directory: own, remark: `Another hub's data lie in ${former}; use them with --data ${former}.` }
    : {
        directory: former,
        remark: `The hub's data lie in ${former}, among files that may be deleted. Stop the hub and move that folder to ${own}.`,
      };
};

/** Where programs of this system keep what belongs to a user and is more than a setting. */
const dataHome = (env: HubSurroundings['env'], home: string, platform: NodeJS.Platform): string => {
  if (platform === 'win32') return said(env['LOCALAPPDATA']) ?? join(home, 'AppData', 'Local');
  if (platform === 'darwin') return join(home, 'Library', 'Application Support');
  const place = said(env['XDG_DATA_HOME']);
  // The specification of the variable has a relative path ignored.
  return place !== undefined && isAbsolute(place) ? place : join(home, '.local', 'share');
};

const homeOf = (env: HubSurroundings['env']): string => {
  const home = [env['HOME'], env['USERPROFILE'], homeDirectory()].find(
    (path) => path !== undefined && isAbsolute(path),
  );
  if (home !== undefined) return home;
  throw new SyncError(
    'state-root-unsafe',
    'There is no home directory in which the data of a hub could lie.',
    {
      hint: 'Name a directory with --data DIR.',
    },
  );
};

const said = (text: string | undefined): string | undefined => (text === '' ? undefined : text);

const isHub = (directory: string): boolean => existsSync(join(directory, 'hub.sqlite'));
