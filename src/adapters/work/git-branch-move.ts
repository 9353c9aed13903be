import { isSyncError, SyncError } from '../../domain/errors.js';
import { err, ok, type Result } from '../../domain/result.js';
import type { BranchMove, MoveObstacle } from '../../ports/work.js';
import { checkedOut, operationIn, rebased } from './git-branch-place.js';
import type { Git } from './git-command.js';
import { lockOf, runPatiently } from './git-index-lock.js';
import type { GitRun } from './git-process.js';
import { reasonOf } from './git-reason.js';
import { BRANCHES } from './git-refs.js';
import { endangeredPaths, putBack, treeChanges } from './git-tree-changes.js';
import { forgetMove, notedMove, noteMove, type NotedMove } from './git-unfinished-move.js';
import type { RepositoryGit } from './repository-git.js';

/** What keeps a branch from moving as things stand. `known`: where branches are checked out, if that is known. */
export const findObstacle = async (
  git: RepositoryGit,
  { branch, from, to }: BranchMove,
  known?: Awaited<ReturnType<typeof checkedOut>>,
): Promise<MoveObstacle | undefined> => {
  if ((await git.branchTip(branch)) !== from) return { obstacle: 'moved' };
  const rebase = rebased(git.checkout).find((place) => place.branch === branch);
  if (rebase !== undefined)
    return { obstacle: 'under-way', directory: rebase.directory, operation: 'rebase' };
  const places = (known ?? (await checkedOut(git))).filter((place) => place.branch === branch);
  const [place] = places;
  if (place === undefined) return undefined;
  const { directory } = place;
  if (places.length > 1) return { obstacle: 'shared', directories: places.map((each) => each.directory) };
  if (!place.isPresent) return { obstacle: 'gone', directory };
  const operation = await operationIn(git.git, directory);
  if (operation !== undefined) return { obstacle: 'under-way', directory, operation };
  const paths = await endangeredPaths(git.git, directory, await treeChanges(git, from, to));
  return paths.length === 0 ? undefined : { obstacle: 'changes', directory, paths };
};

/**
 * Files and index go first, the branch last: whoever looks in between sees the merge as staged changes, out of which
 * nothing can get lost. The note of the move is durable before and gone after it.
 */
export const moveBranch = async (
  git: RepositoryGit,
  move: BranchMove,
): Promise<Result<undefined, MoveObstacle>> => {
  const places = await checkedOut(git);
  const obstacle = await findObstacle(git, move, places);
  if (obstacle !== undefined) return err(obstacle);
  const directory = places.find(({ branch }) => branch === move.branch)?.directory;
  if (directory === undefined) return (await moveRef(git, move)) ? ok(undefined) : err({ obstacle: 'moved' });
  noteMove(git.checkout, { ...move, directory });
  await moveFiles(git, move, directory);
  let hasMoved = false;
  try {
    hasMoved = await moveRef(git, move);
  } finally {
    // Files that cannot be taken back are left to the next command, which the note tells.
    if (hasMoved || (await moveTree(git.git, directory, move.to, move.from)).code === 0)
      forgetMove(git.checkout);
  }
  return hasMoved ? ok(undefined) : err({ obstacle: 'moved' });
};

/**
 * Brings a move that a dead process left half-way to one of its two ends. The branch is the judge: where it is at the
 * old commit, files and index may be anywhere, and git takes them on to the new one, whether it had begun, was done, or
 * is still at it on its own. Only a git that was itself killed leaves a tree that it will not take on: what such a git
 * wrote is put back, and what reads otherwise is somebody's and stays. A branch that is elsewhere was moved, by us or by
 * a person. Fails with `lock-busy` while another git has the index.
 */
export const settleMove = async (git: RepositoryGit): Promise<void> => {
  const move = notedMove(git.checkout);
  if (move !== undefined && (await isBefore(git, move))) {
    const moved = await moveTree(git.git, move.directory, move.from, move.to);
    const lock = lockOf(moved);
    if (moved.code !== 0 && lock !== undefined) throw locked(lock);
    if (moved.code === 0) await moveRef(git, move);
    else await putBackFiles(git, move);
  }
  forgetMove(git.checkout);
};

/** Brings index and files from one commit to the other and leaves what a person changed; all or nothing. */
const moveTree = (git: Git, directory: string, from: string, to: string): Promise<GitRun> =>
  runPatiently(git, directory, ['read-tree', '-m', '-u', from, to], PATIENCE);

/** Whether the branch went from the one commit to the other; `false` when it is somewhere else by now. */
const moveRef = async (git: RepositoryGit, { branch, from, to }: BranchMove): Promise<boolean> => {
  const args = ['update-ref', '-m', 'spec-kitty: merge', BRANCHES + branch, to, from];
  const run = await git.run(args, { writes: true });
  if (run.code === 0) return true;
  const tip = await tipNow(git, branch);
  if (tip !== from) return tip === to;
  throw refused(`Git did not move ${branch}: ${reasonOf(run)}`);
};

/** Where a branch is, as git says: of a file that cannot be read it would look as if there were none. */
const tipNow = async (git: RepositoryGit, branch: string): Promise<string> => {
  const args = ['for-each-ref', '--format=%(objectname)', BRANCHES + branch];
  return (await git.demand(args)).trim();
};

/** Git looks before it writes; a git that was stopped while it wrote has to be cleared up after. */
const moveFiles = async (git: RepositoryGit, { from, to }: BranchMove, directory: string): Promise<void> => {
  try {
    let moved = await moveTree(git.git, directory, from, to);
    if (LOOKS_CHANGED.test(moved.stderr)) {
      // What only looks changed, since it was copied or touched, is no change.
      await runPatiently(git.git, directory, ['update-index', '-q', '--refresh'], PATIENCE);
      moved = await moveTree(git.git, directory, from, to);
    }
    if (moved.code === 0) return;
    if (lockOf(moved) === undefined) await putBack(git.git, directory, await treeChanges(git, from, to));
    throw refused(`Git did not move the files in ${directory}: ${reasonOf(moved)}`);
  } catch (error) {
    forgetMove(git.checkout);
    throw error;
  }
};

/** Commits that git has forgotten meanwhile leave nothing to compare with. */
const putBackFiles = async (git: RepositoryGit, { directory, from, to }: NotedMove): Promise<void> => {
  try {
    await putBack(git.git, directory, await treeChanges(git, from, to));
  } catch (error) {
    if (!isSyncError(error)) throw error;
  }
};

/** Whether the branch has not moved and is still checked out there. Git is asked: a file that cannot be read says nothing. */
const isBefore = async (git: RepositoryGit, { branch, from, directory }: NotedMove): Promise<boolean> => {
  const places = await checkedOut(git);
  if (!places.some((place) => place.branch === branch && place.directory === directory && place.isPresent))
    return false;
  return (await tipNow(git, branch)) === from;
};

const locked = (lock: string): SyncError =>
  new SyncError('lock-busy', `Another git is at work, or one that died has left ${lock}.`, {
    hint: 'Wait until it has ended. If no git runs, remove that file. Then run the command again.',
  });

/** By a hook, a lock, or what a person changed in this moment. */
const refused = (message: string): SyncError =>
  new SyncError('merge-refused', message, {
    hint: 'Nothing has changed. Settle what git names, then run the command again.',
  });

const LOOKS_CHANGED = /not uptodate/;
const PATIENCE = { timeoutMs: 300_000 };
