import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BranchPlace } from '../../ports/merging.js';
import type { Checkout } from '../../ports/workspace.js';
import { locateCheckout } from './git-places.js';
import { BRANCHES } from './git-refs.js';
import { listWorktrees, type LinkedWorktree } from './git-worktree-list.js';

/** The work trees that have a branch checked out. */
export const worktreesOf = (checkout: Checkout, branch: string): readonly LinkedWorktree[] =>
  listWorktrees(checkout).filter((worktree) => worktree.branch === branch && isReal(worktree));

/** Where each branch is checked out. */
export const placesOf = (checkout: Checkout): ReadonlyMap<string, BranchPlace> => {
  const places = new Map<string, BranchPlace>();
  for (const worktree of listWorktrees(checkout)) {
    const { branch, path, isPresent, lock } = worktree;
    if (branch === undefined || places.has(branch) || !isReal(worktree)) continue;
    places.set(branch, { directory: path, isPresent, isLocked: lock !== undefined });
  }
  return places;
};

/** What a person has begun in a work tree and has to end before its branch may move. */
export const operationIn = ({ gitDir }: LinkedWorktree): string | undefined =>
  OPERATIONS.find(([file]) => existsSync(join(gitDir, file)))?.[1];

/** The work tree in which a branch is being rebased: HEAD is detached meanwhile, and the branch moves at the end. */
export const rebaseOf = (checkout: Checkout, branch: string): LinkedWorktree | undefined =>
  listWorktrees(checkout).find(({ gitDir }) =>
    ['rebase-merge', 'rebase-apply'].some(
      (folder) => readText(join(gitDir, folder, 'head-name'))?.trim() === BRANCHES + branch,
    ),
  );

const OPERATIONS = [
  ['MERGE_HEAD', 'merge'],
  ['CHERRY_PICK_HEAD', 'cherry-pick'],
  ['REVERT_HEAD', 'revert'],
  ['rebase-merge', 'rebase'],
  ['rebase-apply', 'rebase'],
] as const;

/** A bare repository has a HEAD but no main checkout, so that nothing has to follow its branch. */
const isReal = ({ path, gitDir, isPresent }: LinkedWorktree): boolean =>
  !isPresent || locateCheckout(path)?.gitDir === gitDir;

const readText = (path: string): string | undefined => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
};
