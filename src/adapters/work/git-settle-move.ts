import { isSyncError, SyncError } from '../../domain/errors.js';
import type { Checkout } from '../../ports/events.js';
import { checkedOut } from './git-branch-place.js';
import { moveRef, moveTree, tipNow } from './git-branch-move.js';
import type { Git } from './git-command.js';
import { lockOf } from './git-index-lock.js';
import { putBack, treeChanges } from './git-tree-changes.js';
import { forgetMove, notedMove, type NotedMove } from './git-unfinished-move.js';

/**
 * Brings a move that a dead process left half-way to one of its two ends. The branch is the judge: where it is at the
 * old commit, files and index may be anywhere, and git takes them on to the new one, whether it had begun, was done, or
 * is still at it on its own. Only a git that was itself killed leaves a tree that it will not take on: what such a git
 * wrote is put back, and what reads otherwise is somebody's and stays. A branch that is elsewhere was moved, by us or by
 * a person. Fails with `lock-busy` while another git has the index.
 */
export const settleMove = async (git: Git, checkout: Checkout): Promise<void> => {
  const move = notedMove(checkout);
  if (move !== undefined && (await isBefore(git, checkout, move))) {
    const moved = await moveTree(git, move.directory, move.from, move.to);
    const lock = lockOf(moved);
    if (moved.code !== 0 && lock !== undefined) throw locked(lock);
    if (moved.code === 0) await moveRef(git, checkout, move);
    else await putBackFiles(git, checkout, move);
  }
  forgetMove(checkout);
};

/** Commits that git has forgotten meanwhile leave nothing to compare with. */
const putBackFiles = async (
  git: Git,
  checkout: Checkout,
  { directory, from, to }: NotedMove,
): Promise<void> => {
  try {
    await putBack(git, directory, await treeChanges(git, checkout, from, to));
  } catch (error) {
    if (!isSyncError(error)) throw error;
  }
};

/** Whether the branch has not moved and is still checked out there. Git is asked: a file that cannot be read says nothing. */
const isBefore = async (
  git: Git,
  checkout: Checkout,
  { branch, from, directory }: NotedMove,
): Promise<boolean> => {
  const places = await checkedOut(git, checkout);
  if (!places.some((place) => place.branch === branch && place.directory === directory && place.isPresent))
    return false;
  return (await tipNow(git, checkout, branch)) === from;
};

const locked = (lock: string): SyncError =>
  new SyncError('lock-busy', `Another git is at work, or one that died has left ${lock}.`, {
    hint: 'Wait until it has ended. If no git runs, remove that file. Then run the command again.',
  });
