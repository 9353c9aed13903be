import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { BranchPlace } from '../../ports/work.js';
import type { Checkout } from '../../ports/events.js';
import { textIfPlain } from '../fs/repository-file.js';
import { storageFailure } from '../fs/storage-failure.js';
import type { Git } from './git-command.js';
import { isBare } from './git-config-file.js';
import { locateCheckout } from './git-places.js';
import { BRANCHES } from './git-refs.js';
import { listWorktrees, mainPathOf } from './git-worktree-list.js';
import type { RepositoryGit } from './repository-git.js';

/**
 * The branches that are checked out and where, as git itself says: a branch whose work tree were overlooked would move
 * without its files.
 */
export const checkedOut = async (
  git: RepositoryGit,
): Promise<readonly (BranchPlace & { readonly branch: string })[]> => {
  const listed = await git.demand(['worktree', 'list', '--porcelain', '-z']);
  // Git names the main checkout first, by its git directory when that lies elsewhere, and a bare repository as if it were one.
  return listed.split('\0\0').flatMap((record, at) => {
    const attributes = record.split('\0');
    const named = valueOf(attributes, 'worktree');
    if (at === 0 && git.checkout.commonDir !== undefined && isBare(git.checkout.commonDir)) return [];
    const directory = at === 0 && named !== undefined ? mainPathOf(git.checkout, named) : named;
    const ref = valueOf(attributes, 'branch');
    if (directory === undefined || ref?.startsWith(BRANCHES) !== true) return [];
    const isLocked = valueOf(attributes, 'locked') !== undefined;
    const branch = ref.slice(BRANCHES.length);
    return [{ branch, directory, isPresent: isThere(directory), isLocked, isRebased: false }];
  });
};

/** Where branches are being rebased: HEAD is detached meanwhile, and the branch moves at the end. */
export const rebased = (checkout: Checkout): readonly (BranchPlace & { readonly branch: string })[] =>
  listWorktrees(checkout).flatMap(({ gitDir, path, isPresent, lock }) => {
    const ref = REBASES.map((folder) => textIfPlain(join(gitDir, folder, 'head-name'))?.trim()).find(
      (name) => name?.startsWith(BRANCHES) === true,
    );
    if (ref === undefined) return [];
    const branch = ref.slice(BRANCHES.length);
    return [{ branch, directory: path, isPresent, isLocked: lock !== undefined, isRebased: true }];
  });

/** What a person has begun in a work tree and has to end before its branch may move. */
export const operationIn = async (git: Git, directory: string): Promise<string | undefined> => {
  const gitDir =
    locateCheckout(directory)?.gitDir ??
    (await git.demand(directory, ['rev-parse', '--absolute-git-dir'])).trim();
  return OPERATIONS.find(([file]) => existsSync(join(gitDir, file)))?.[1];
};

const REBASES = ['rebase-merge', 'rebase-apply'];

const OPERATIONS = [
  ['MERGE_HEAD', 'merge'],
  ['CHERRY_PICK_HEAD', 'cherry-pick'],
  ['REVERT_HEAD', 'revert'],
  ['rebase-merge', 'rebase'],
  ['rebase-apply', 'rebase'],
] as const;

/** A flag has an empty value. */
const valueOf = (attributes: readonly string[], name: string): string | undefined =>
  attributes
    .find((attribute) => attribute === name || attribute.startsWith(`${name} `))
    ?.slice(name.length + 1);

const isThere = (directory: string): boolean => {
  try {
    return statSync(directory, { throwIfNoEntry: false })?.isDirectory() === true;
  } catch (error) {
    throw storageFailure(directory, error);
  }
};
