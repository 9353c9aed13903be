import { lstatSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { placeBelow } from '../fs/repository-file.js';
import type { Git } from './git-command.js';
import { dirtyPaths } from './git-commit.js';
import type { RepositoryGit } from './repository-git.js';

/** A path that reads differently in two commits. */
interface TreeChange {
  readonly path: string;
  /** Object in the first commit; absent when the path is new. */
  readonly before?: string;
  /** Object in the second commit; absent when the path is gone. */
  readonly after?: string;
}

export const treeChanges = async (
  git: RepositoryGit,
  from: string,
  to: string,
): Promise<readonly TreeChange[]> => {
  const args = ['diff-tree', '-r', '-z', '--no-renames', '--full-index', from, to];
  const parts = (await git.demand(args)).split('\0');
  const changes: TreeChange[] = [];
  for (let at = 0; at + 1 < parts.length; at += 2) {
    const [, , before = '', after = '', status] = (parts[at] ?? '').split(' ');
    changes.push({
      path: parts[at + 1] ?? '',
      ...(status === 'A' ? {} : { before }),
      ...(status === 'D' ? {} : { after }),
    });
  }
  return changes;
};

/**
 * Paths of a work tree that a move from one commit to another would take from a person: changed ones, and files in the
 * way of new ones, ignored ones too, since nobody else has them.
 */
export const endangeredPaths = async (
  git: Git,
  directory: string,
  changes: readonly TreeChange[],
): Promise<readonly string[]> => {
  const paths = new Set(changes.map(({ path }) => path));
  const folders = new Set(changes.flatMap(({ path }) => foldersOf(path)));
  const dirty = (await dirtyPaths(git, directory)).map((path) => path.replace(/\/$/, ''));
  const endangered = dirty.filter(
    (path) => paths.has(path) || folders.has(path) || foldersOf(path).some((folder) => paths.has(folder)),
  );
  // Where case does not count, a name that only changes its case is its own hindrance.
  const gone = new Set(
    changes.filter(({ after }) => after === undefined).map(({ path }) => path.toLowerCase()),
  );
  const hidden = changes.filter(
    ({ before, path }) =>
      before === undefined && !gone.has(path.toLowerCase()) && isFile(join(directory, path)),
  );
  return [...new Set([...endangered, ...hidden.map(({ path }) => path)])].sort();
};

/**
 * Puts back the files that a move had written when it was stopped, and leaves what reads otherwise, which is somebody's.
 * The index is as before then: git replaces it in one step, after the files.
 */
export const putBack = async (git: Git, directory: string, changes: readonly TreeChange[]): Promise<void> => {
  for (const { path, before, after } of changes) {
    const present = (await git.run(directory, ['hash-object', '--', path])).stdout.trim();
    if (present !== (after ?? '')) continue;
    if (before === undefined) removeBelow(directory, path);
    else await git.run(directory, ['checkout-index', '--force', '--', path], { writes: true });
  }
};

/** Never through a folder that is a link out of the work tree. */
const removeBelow = (directory: string, path: string): void => {
  placeBelow(directory, dirname(path));
  rmSync(join(directory, path), { force: true });
};

/** The folders that a path lies in, nearest last. */
const foldersOf = (path: string): readonly string[] =>
  path.split('/').flatMap((_, at, parts) => (at === 0 ? [] : [parts.slice(0, at).join('/')]));

/** Of what lies in a folder that has to go git knows more. */
const isFile = (path: string): boolean => {
  try {
    return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === false;
  } catch {
    // A folder of the path is a file, which git knows of.
    return false;
  }
};
