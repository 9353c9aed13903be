import { existsSync, lstatSync, readdirSync, realpathSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { SyncError } from '../../domain/errors.js';
import type { Checkout, WorktreeRequest } from '../../ports/workspace.js';
import { listWorktrees, type LinkedWorktree } from './git-worktree-list.js';

/** The worktree that is recorded at a path, whether its directory is there or not. */
export const worktreeAt = (checkout: Checkout, path: string): LinkedWorktree | undefined =>
  listWorktrees(checkout).find((worktree) => isSamePath(worktree.path, path));

/** Whether the work tree is there already; fails when something else stands in its way. */
export const isStanding = (checkout: Checkout, { path, branch }: WorktreeRequest): boolean => {
  const atPath = worktreeAt(checkout, path);
  const ofBranch = listWorktrees(checkout).find((worktree) => worktree.branch === branch);
  if (atPath !== undefined && !atPath.isPresent) {
    throw atPath.lock === undefined
      ? failed(`The worktree ${path} is recorded but its directory is gone.`, undefined, PRUNE)
      : failed(
          `The worktree ${path} is locked (${atPath.lock}) and its directory is gone.`,
          undefined,
          UNLOCK,
        );
  }
  if (atPath !== undefined && atPath.branch === branch) return true;
  if (atPath !== undefined)
    throw failed(`${path} is a worktree of ${atPath.branch ?? 'no branch'}, not of ${branch}.`);
  if (ofBranch !== undefined) {
    const place = `The branch ${branch} is checked out in ${ofBranch.path}`;
    throw ofBranch.isPresent
      ? failed(`${place}.`)
      : failed(`${place}, whose directory is gone.`, undefined, PRUNE);
  }
  if (existsSync(path) && readdirSync(path).length > 0)
    throw failed(`${path} exists and is no worktree of this project.`);
  return false;
};

/** A link may lead anywhere: nothing is made, filled or removed through one. */
export const demandOwnPlace = (path: string): void => {
  for (const place of [dirname(path), path]) {
    if (lstatSync(place, { throwIfNoEntry: false })?.isSymbolicLink() === true)
      throw failed(
        `${place} is a link, and work trees are made in folders of the project only.`,
        undefined,
        LINK,
      );
  }
};

/** Lies beside the index of a work tree that is being filled. */
export const unfilledMark = (checkout: Checkout, path: string): string =>
  join(worktreeAt(checkout, path)?.gitDir ?? path, 'spec-kitty-unfilled');

/** Whether a standing work tree was ever checked out as a whole: one without an index was not. */
export const isFilled = (checkout: Checkout, path: string): boolean => {
  const gitDir = worktreeAt(checkout, path)?.gitDir ?? path;
  return existsSync(join(gitDir, 'index')) && !existsSync(unfilledMark(checkout, path));
};

export const failed = (message: string, cause?: unknown, hint?: string): SyncError =>
  new SyncError('worktree-failed', message, {
    ...(cause === undefined ? {} : { cause }),
    hint: hint ?? 'The repository is as before. Remove the reason and run the command again.',
  });

const LINK = 'Put a folder in its place, then run the command again.';
const PRUNE = 'Run "git worktree prune" and then this command again.';
const UNLOCK =
  'Bring its directory back, or run "git worktree unlock" and "git worktree prune", then this command again.';

const isSamePath = (a: string, b: string): boolean => realPath(a) === realPath(b);

/** Of a directory that is gone, its place under the part that is there. */
const realPath = (path: string): string => {
  try {
    return realpathSync.native(path);
  } catch {
    return dirname(path) === path
      ? path
      : resolve(realPath(dirname(path)), path.slice(dirname(path).length).replace(/^[\\/]/, ''));
  }
};
