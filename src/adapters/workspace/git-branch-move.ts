import { SyncError } from '../../domain/errors.js';
import { err, ok, type Result } from '../../domain/result.js';
import type { BranchMove, MoveObstacle } from '../../ports/merging.js';
import type { Checkout } from '../../ports/workspace.js';
import { operationIn, rebaseOf, worktreesOf } from './git-branch-place.js';
import { directoryOf, type Git } from './git-command.js';
import { runPatiently } from './git-index-lock.js';
import { reasonOf, type GitRun } from './git-process.js';
import { BRANCHES } from './git-refs.js';
import { endangeredPaths, treeChanges } from './git-tree-changes.js';
import { forgetMove, noteMove } from './git-unfinished-move.js';

/** What keeps a branch from moving as things stand. */
export const findObstacle = async (
  git: Git,
  checkout: Checkout,
  { branch, from, to }: BranchMove,
): Promise<MoveObstacle | undefined> => {
  if ((await git.branchTip(checkout, branch)) !== from) return { obstacle: 'moved' };
  const rebase = rebaseOf(checkout, branch);
  if (rebase !== undefined) return { obstacle: 'under-way', directory: rebase.path, operation: 'rebase' };
  const worktrees = worktreesOf(checkout, branch);
  const [worktree] = worktrees;
  if (worktree === undefined) return undefined;
  if (worktrees.length > 1) return { obstacle: 'shared', directories: worktrees.map(({ path }) => path) };
  const directory = worktree.path;
  if (!worktree.isPresent) return { obstacle: 'gone', directory };
  const operation = operationIn(worktree);
  if (operation !== undefined) return { obstacle: 'under-way', directory, operation };
  const paths = await endangeredPaths(git, directory, await treeChanges(git, checkout, from, to));
  return paths.length === 0 ? undefined : { obstacle: 'changes', directory, paths };
};

/**
 * Files and index go first, the branch last: whoever looks in between sees the merge as staged changes, out of which
 * nothing can get lost. The note of the move is durable before and gone after it.
 */
export const moveBranch = async (
  git: Git,
  checkout: Checkout,
  move: BranchMove,
): Promise<Result<undefined, MoveObstacle>> => {
  const obstacle = await findObstacle(git, checkout, move);
  if (obstacle !== undefined) return err(obstacle);
  const directory = worktreesOf(checkout, move.branch)[0]?.path;
  if (directory === undefined)
    return (await moveRef(git, checkout, move)) ? ok(undefined) : err({ obstacle: 'moved' });
  noteMove(checkout, { ...move, directory });
  try {
    // What only looks changed, since it was copied or touched, is no change.
    await runPatiently(git, directory, ['update-index', '-q', '--refresh'], PATIENCE);
    const moved = await moveTree(git, directory, move.from, move.to);
    if (moved.code !== 0) {
      throw new SyncError(
        'merge-refused',
        `Git could not move the files in ${directory}: ${reasonOf(moved)}`,
        {
          hint: 'Nothing has changed. Remove what git names, then run the command again.',
        },
      );
    }
    if (await moveRefOrBack(git, checkout, move, directory)) return ok(undefined);
    return err({ obstacle: 'moved' });
  } finally {
    forgetMove(checkout);
  }
};

/** Brings index and files from one commit to the other and leaves what a person changed; all or nothing. */
export const moveTree = (git: Git, directory: string, from: string, to: string): Promise<GitRun> =>
  runPatiently(git, directory, ['read-tree', '-m', '-u', from, to], PATIENCE);

/** Whether the branch went from the one commit to the other; `false` when it is somewhere else by now. */
export const moveRef = async (
  git: Git,
  checkout: Checkout,
  { branch, from, to }: BranchMove,
): Promise<boolean> => {
  const args = ['update-ref', '-m', 'spec-kitty: merge', BRANCHES + branch, to, from];
  const run = await git.run(directoryOf(checkout), args, { writes: true });
  if (run.code === 0) return true;
  if ((await git.branchTip(checkout, branch)) !== from) return false;
  throw new SyncError('git-failed', `Git could not move ${branch}: ${reasonOf(run)}`);
};

/** A branch that does not follow its files takes them back. */
const moveRefOrBack = async (
  git: Git,
  checkout: Checkout,
  move: BranchMove,
  directory: string,
): Promise<boolean> => {
  let hasMoved = false;
  try {
    hasMoved = await moveRef(git, checkout, move);
  } finally {
    if (!hasMoved) await moveTree(git, directory, move.to, move.from);
  }
  return hasMoved;
};

const PATIENCE = { timeoutMs: 300_000 };
