import { existsSync, lstatSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { err, ok, type Result } from '../../domain/result.js';
import type { Checkout } from '../../ports/events.js';
import type { BranchMove, BranchPlace, MoveObstacle } from '../../ports/work.js';
import { textIfPlain } from '../fs/repository-file.js';
import { attempt, storageFailure } from '../fs/storage-failure.js';
import type { Git } from './git.js';
import { changedPaths } from './git-commit.js';
import { branchNamed, isBare, listWorktrees, mainPathOf } from './git-directory.js';
import { locateCheckout } from './git-places.js';

type NamedPlace = BranchPlace & { readonly branch: string };

/**
 * The branches that are checked out and where, as git itself says: a branch whose work tree were overlooked would move
 * without its files.
 */
export const checkedOut = async (git: Git): Promise<readonly NamedPlace[]> => {
  const { commonDir } = git.checkout;
  const listed = await git.demand(['worktree', 'list', '--porcelain', '-z']);
  // Git names the main checkout first, by its git directory when that lies elsewhere, and a bare repository as if it were one.
  return listed.split('\0\0').flatMap((record, at) => {
    const attributes = record.split('\0');
    const valueOf = (name: string) =>
      attributes.find((attribute) => attribute.startsWith(`${name} `))?.slice(name.length + 1);
    const [named, branch] = [valueOf('worktree'), branchNamed(valueOf('branch'))];
    if (named === undefined || branch === undefined) return [];
    if (at === 0 && commonDir !== undefined && isBare(commonDir)) return [];
    const directory = at === 0 ? mainPathOf(git.checkout, named) : named;
    const isLocked = attributes.includes('locked') || valueOf('locked') !== undefined;
    return [{ branch, directory, isPresent: isThere(directory), isLocked, isRebased: false }];
  });
};

/** Where branches are being rebased: HEAD is detached meanwhile, and the branch moves at the end. */
export const rebased = (checkout: Checkout): readonly NamedPlace[] =>
  listWorktrees(checkout).flatMap(({ gitDir, path, isPresent, lock }) => {
    const heads = REBASES.map((folder) => textIfPlain(join(gitDir, folder, 'head-name'))?.trim());
    const branch = heads.map(branchNamed).find((name) => name !== undefined);
    return branch === undefined
      ? []
      : [{ branch, directory: path, isPresent, isLocked: lock !== undefined, isRebased: true }];
  });

/** The work tree that follows when a branch moves, if there is one; or what keeps it from moving as things stand. */
export const placeToMove = async (
  git: Git,
  { branch, from, to }: BranchMove,
): Promise<Result<string | undefined, MoveObstacle>> => {
  const places = (await checkedOut(git)).filter((place) => place.branch === branch);
  if ((await git.branchTip(branch)) !== from) return err({ obstacle: 'moved' });
  const rebase = rebased(git.checkout).find((place) => place.branch === branch);
  if (rebase !== undefined)
    return err({ obstacle: 'under-way', directory: rebase.directory, operation: 'rebase' });
  const [place] = places;
  if (place === undefined) return ok(undefined);
  const { directory } = place;
  if (places.length > 1)
    return err({ obstacle: 'shared', directories: places.map((each) => each.directory) });
  if (!place.isPresent) return err({ obstacle: 'gone', directory });
  const operation = await operationIn(git.in(directory));
  if (operation !== undefined) return err({ obstacle: 'under-way', directory, operation });
  const paths = await endangeredPaths(git.in(directory), await treeChanges(git, from, to));
  return paths.length === 0 ? ok(directory) : err({ obstacle: 'changes', directory, paths });
};

/** A path that reads differently in two commits. */
interface TreeChange {
  readonly path: string;
  /** Object in the first commit; absent when the path is new. */
  readonly before?: string;
  /** Object in the second commit; absent when the path is gone. */
  readonly after?: string;
}

export const treeChanges = async (git: Git, from: string, to: string): Promise<readonly TreeChange[]> => {
  const told = await git.demand(['diff-tree', '-r', '-z', '--no-renames', '--full-index', from, to]);
  return [...told.matchAll(/:\d+ \d+ (\w+) (\w+) (\w)\0([^\0]+)\0/g)].map(
    ([, before = '', after = '', status, path = '']) => ({
      path,
      ...(status !== 'A' && { before }),
      ...(status !== 'D' && { after }),
    }),
  );
};

/** What a person has begun in a work tree and has to end before its branch may move. */
const operationIn = async (git: Git): Promise<string | undefined> => {
  const gitDir =
    locateCheckout(git.checkout.root)?.gitDir ??
    (await git.demand(['rev-parse', '--absolute-git-dir'])).trim();
  return OPERATIONS.find(([file]) => existsSync(join(gitDir, file)))?.[1];
};

const REBASES = ['rebase-merge', 'rebase-apply'];

const OPERATIONS = [
  ['MERGE_HEAD', 'merge'],
  ['CHERRY_PICK_HEAD', 'cherry-pick'],
  ['REVERT_HEAD', 'revert'],
  ...REBASES.map((folder) => [folder, 'rebase'] as const),
] as const;

/**
 * Paths of a work tree that a move from one commit to another would take from a person: changed ones, and files in the
 * way of new ones, ignored ones too, since nobody else has them.
 */
const endangeredPaths = async (git: Git, changes: readonly TreeChange[]): Promise<readonly string[]> => {
  const paths = new Set(changes.map(({ path }) => path));
  const folders = new Set(changes.flatMap(({ path }) => foldersOf(path)));
  const dirty = (await changedPaths(git)).map((path) => path.replace(/\/$/, ''));
  const endangered = dirty.filter(
    (path) => paths.has(path) || folders.has(path) || foldersOf(path).some((folder) => paths.has(folder)),
  );
  // Where case does not count, a name that only changes its case is its own hindrance.
  const gone = new Set(changes.flatMap(({ after, path }) => (after === undefined ? path.toLowerCase() : [])));
  const hidden = changes.flatMap(({ before, path }) =>
    before === undefined && !gone.has(path.toLowerCase()) && isFile(join(git.checkout.root, path))
      ? path
      : [],
  );
  return [...new Set([...endangered, ...hidden])].sort();
};

/** The folders that a path lies in, nearest last. */
const foldersOf = (path: string): readonly string[] =>
  path.split('/').flatMap((_, at, parts) => (at === 0 ? [] : [parts.slice(0, at).join('/')]));

/** Of what lies in a folder that has to go git knows more. */
const isFile = (path: string): boolean => attempt(() => lstatSync(path).isDirectory()) === false;

const isThere = (directory: string): boolean => {
  try {
    return statSync(directory, { throwIfNoEntry: false })?.isDirectory() === true;
  } catch (error) {
    throw storageFailure(directory, error);
  }
};
