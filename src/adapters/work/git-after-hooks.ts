import { join } from 'node:path';
import type { Checkout } from '../../ports/events.js';
import { readPlainFile } from '../fs/repository-file.js';
import type { Git } from './git-command.js';

/** What files read like, to see whether a hook has changed them. */
export const contentsOf = (root: string, paths: readonly string[]): ReadonlyMap<string, string> =>
  new Map(
    paths.map((path) => {
      try {
        return [path, readPlainFile(join(root, path)).toString('latin1')];
      } catch {
        return [path, ''];
      }
    }),
  );

export const isSame = (one: ReadonlyMap<string, string>, other: ReadonlyMap<string, string>): boolean =>
  [...one].every(([path, content]) => other.get(path) === content);

/**
 * Brings the user's index, and our files, to what a commit of single paths holds. Hooks work on an index of its own for
 * that: what they reformat or add gets into the commit, while the user's index keeps what was there before, as if it
 * were to be taken back. Where the user has staged something else it stays. The answer: paths that the commit was made
 * for and does not hold.
 */
export const settleIndex = async (
  git: Git,
  main: Checkout,
  paths: readonly string[],
  before: string | undefined,
  written: ReadonlyMap<string, string>,
): Promise<readonly string[]> => {
  const staged = await namesOf(git, main, ['diff-index', '--cached', 'HEAD', '--']);
  if (staged.length === 0) return [];
  const differing = new Set(staged);
  const changes =
    before === undefined ? ['ls-tree', '-r', 'HEAD'] : ['diff-tree', '-r', before, 'HEAD', '--'];
  const changed = new Set(await namesOf(git, main, changes));
  const missing = paths.filter((path) => differing.has(path) && !changed.has(path));
  // Against the commit before, only what the user staged differs.
  const theirs = new Set(
    before === undefined ? [] : await namesOf(git, main, ['diff-index', '--cached', before, '--']),
  );
  const stale = [...changed].filter(
    (path) => differing.has(path) && (paths.includes(path) || !theirs.has(path)),
  );
  if (stale.length > 0) {
    await git.run(main.root, ['reset', '--quiet', 'HEAD', '--', ...stale.map(literal)], { writes: true });
    await updateFiles(git, main, paths, written);
  }
  return missing;
};

/** A hook that reformats in the index alone leaves our file as we wrote it: it follows the commit then. */
const updateFiles = async (
  git: Git,
  main: Checkout,
  paths: readonly string[],
  written: ReadonlyMap<string, string>,
): Promise<void> => {
  const unlike = await namesOf(git, main, ['diff-files', '--', ...paths.map(literal)]);
  const asWritten = unlike.filter((path) => isSame(contentsOf(main.root, [path]), written));
  if (asWritten.length === 0) return;
  await git.run(main.root, ['checkout', '--quiet', '--', ...asWritten.map(literal)], { writes: true });
};

const namesOf = async (
  git: Git,
  { root }: Checkout,
  [command = '', ...args]: readonly string[],
): Promise<readonly string[]> =>
  (await git.demand(root, [command, '-z', '--name-only', ...args])).split('\0').filter((name) => name !== '');

const literal = (path: string): string => `:(top,literal)${path}`;
