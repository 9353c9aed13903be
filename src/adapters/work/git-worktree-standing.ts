import { existsSync, lstatSync, readdirSync, realpathSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { SyncError } from '../../domain/errors.js';
import type { WorktreeRequest } from '../../ports/work.js';
import type { Checkout } from '../../ports/events.js';
import { textIfPlain } from '../fs/repository-file.js';
import { linkedWorktrees, listWorktrees, type LinkedWorktree } from './git-worktree-list.js';

/** The worktree that is recorded at a path, whether its directory is there or not. */
export const worktreeAt = (checkout: Checkout, path: string): LinkedWorktree | undefined =>
  listWorktrees(checkout).find((worktree) => isSamePath(worktree.path, path));

/** Whether the work tree is there already; fails when something else stands in its way. */
export const isStanding = (checkout: Checkout, { path, branch }: WorktreeRequest): boolean => {
  const atPath = worktreeAt(checkout, path);
  const ofBranch = listWorktrees(checkout).find((worktree) => worktree.branch === branch);
  if (atPath !== undefined && !atPath.isPresent) {
    throw atPath.lock === undefined
      ? failed(`The worktree ${path} is recorded but its directory is gone.`, undefined, goneHint(path))
      : failed(
          `The worktree ${path} is locked (${atPath.lock}) and its directory is gone.`,
          undefined,
          `Bring it back, or run "git worktree unlock ${path}" if it will not come back, then this command again.`,
        );
  }
  if (atPath !== undefined && atPath.branch === branch) return true;
  if (atPath !== undefined)
    throw failed(`${path} is a worktree of ${atPath.branch ?? 'no branch'}, not of ${branch}.`);
  if (ofBranch !== undefined) {
    const place = `The branch ${branch} is checked out in ${ofBranch.path}`;
    throw ofBranch.isPresent
      ? failed(`${place}.`)
      : failed(`${place}, whose directory is gone.`, undefined, goneHint(ofBranch.path));
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

/**
 * Whether a work tree stands at a path and git does not know, since it was moved, alone or with the main checkout. Git
 * can then connect the two again. A copy of another one, which is still in its place, is nobody's to connect.
 */
export const isMoved = ({ commonDir }: Checkout, path: string): boolean => {
  const target = /^gitdir: (.+)$/m.exec(textIfPlain(join(path, '.git')) ?? '')?.[1]?.trim();
  if (target === undefined || commonDir === undefined) return false;
  const pointed = resolve(path, target);
  const known = linkedWorktrees(commonDir).find(({ gitDir }) => basename(gitDir) === basename(pointed));
  if (known === undefined) return false;
  return !existsSync(pointed) || (!known.isPresent && isSamePath(pointed, known.gitDir));
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
/** A work tree that was moved still has what nobody else has, so it is never said to be forgotten first. */
const goneHint = (path: string): string =>
  `If it was moved, run "git worktree repair NEW-PLACE" in the main checkout. If it was deleted, "git worktree remove ${path}" forgets it.`;

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
