import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { SyncError } from '../../domain/errors.js';
import type { Checkout } from '../../ports/workspace.js';
import { worktreesOf } from './git-branch-place.js';
import { moveRef, moveTree } from './git-branch-move.js';
import type { Git } from './git-command.js';
import { lockOf } from './git-index-lock.js';
import { treeChanges } from './git-tree-changes.js';
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
  const isStanding =
    move !== undefined &&
    worktreesOf(checkout, move.branch).some(({ path, isPresent }) => isPresent && path === move.directory);
  if (isStanding && (await git.branchTip(checkout, move.branch)) === move.from) {
    const moved = await moveTree(git, move.directory, move.from, move.to);
    const lock = lockOf(moved);
    if (moved.code !== 0 && lock !== undefined) throw locked(lock);
    if (moved.code === 0) await moveRef(git, checkout, move);
    // Commits that git has forgotten meanwhile leave nothing to compare with.
    else await putBack(git, checkout, move).catch(() => undefined);
  }
  forgetMove(checkout);
};

/** The index is as before: git replaces it in one step, after the files. */
const putBack = async (git: Git, checkout: Checkout, { directory, from, to }: NotedMove): Promise<void> => {
  for (const { path, before, after } of await treeChanges(git, checkout, from, to)) {
    const present = (await git.run(directory, ['hash-object', '--', path])).stdout.trim();
    if (present !== (after ?? '')) continue;
    if (before === undefined) rmSync(join(directory, path), { force: true });
    else await git.run(directory, ['checkout-index', '--force', '--', path], { writes: true });
  }
};

const locked = (lock: string): SyncError =>
  new SyncError('lock-busy', `Another git is at work, or one that died has left ${lock}.`, {
    hint: 'Wait until it has ended. If no git runs, remove that file. Then run the command again.',
  });
