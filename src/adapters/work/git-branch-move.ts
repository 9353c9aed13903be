import { rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isDocument, object, parseJson, text, type DocumentOf } from '../../domain/document.js';
import { isSyncError, SyncError } from '../../domain/errors.js';
import { err, ok, type Result } from '../../domain/result.js';
import type { Checkout } from '../../ports/events.js';
import type { BranchMove, MoveObstacle } from '../../ports/work.js';
import { removeTemporaries, writeFileAtomicSync } from '../fs/atomic-write.js';
import { makeDirectory } from '../fs/make-directory.js';
import { placeBelow, readPlainFile } from '../fs/repository-file.js';
import { attempt, onStorage } from '../fs/storage-failure.js';
import { lockOf, WRITING, type Git } from './git.js';
import { checkedOut, placeToMove, treeChanges } from './git-branch-places.js';
import { BRANCHES } from './git-directory.js';
import { moveNotePath } from './git-places.js';
import type { GitRun } from './git-process.js';
import { reasonOf } from './git-reason.js';

/**
 * Files and index go first, the branch last: whoever looks in between sees the merge as staged changes, out of which
 * nothing can get lost. The note of the move is durable before and gone after it.
 */
export const moveBranch = async (git: Git, move: BranchMove): Promise<Result<undefined, MoveObstacle>> => {
  const place = await placeToMove(git, move);
  if (!place.ok) return place;
  const directory = place.value;
  if (directory === undefined) return (await moveRef(git, move)) ? ok(undefined) : err({ obstacle: 'moved' });
  const noted = { ...move, directory };
  await noteMove(git.checkout, noted);
  await moveFiles(git, noted);
  let hasMoved = false;
  try {
    hasMoved = await moveRef(git, move);
  } finally {
    // Files that cannot be taken back are left to the next command, which the note tells.
    if (hasMoved || (await moveTree(git, { directory, from: move.to, to: move.from })).code === 0)
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
export const settleMove = async (git: Git): Promise<void> => {
  const move = await notedMove(git.checkout);
  if (move !== undefined && (await isBefore(git, move))) {
    const moved = await moveTree(git, move);
    const lock = lockOf(moved);
    if (lock !== undefined) throw locked(lock);
    if (moved.code === 0) await moveRef(git, move);
    else {
      await putBack(git, move).catch((error: unknown) => {
        // Commits that git has forgotten meanwhile leave nothing to compare with.
        if (!isSyncError(error)) throw error;
      });
    }
  }
  forgetMove(git.checkout);
};

/** Brings index and files from one commit to the other and leaves what a person changed; all or nothing. */
const moveTree = (git: Git, { directory, from, to }: Omit<NotedMove, 'branch'>): Promise<GitRun> =>
  git.in(directory).run(['read-tree', '-m', '-u', from, to], WRITING);

/** Whether the branch went from the one commit to the other; `false` when it is somewhere else by now. */
const moveRef = async (git: Git, { branch, from, to }: BranchMove): Promise<boolean> => {
  const args = ['update-ref', '-m', 'spec-kitty: merge', BRANCHES + branch, to, from];
  const run = await git.run(args, WRITING);
  if (run.code === 0) return true;
  const tip = await tipNow(git, branch);
  if (tip !== from) return tip === to;
  throw refused(`Git did not move ${branch}: ${reasonOf(run)}`);
};

/** Where a branch is, as git says: of a file that cannot be read it would look as if there were none. */
const tipNow = async (git: Git, branch: string): Promise<string> =>
  (await git.demand(['for-each-ref', '--format=%(objectname)', BRANCHES + branch])).trim();

/** Git looks before it writes; a git that was stopped while it wrote has to be cleared up after. */
const moveFiles = async (git: Git, move: NotedMove): Promise<void> => {
  try {
    let moved = await moveTree(git, move);
    if (moved.stderr.includes('not uptodate')) {
      // What only looks changed, since it was copied or touched, is no change.
      await git.in(move.directory).run(['update-index', '-q', '--refresh'], WRITING);
      moved = await moveTree(git, move);
    }
    if (moved.code === 0) return;
    if (lockOf(moved) === undefined) await putBack(git, move);
    throw refused(`Git did not move the files in ${move.directory}: ${reasonOf(moved)}`);
  } catch (error) {
    forgetMove(git.checkout);
    throw error;
  }
};

/**
 * Puts back the files that a move had written when it was stopped, and leaves what reads otherwise, which is somebody's.
 * The index is as before then: git replaces it in one step, after the files.
 */
const putBack = async (git: Git, { directory, from, to }: NotedMove): Promise<void> => {
  const there = git.in(directory);
  for (const { path, before, after = '' } of await treeChanges(git, from, to)) {
    if ((await there.run(['hash-object', '--', path])).stdout.trim() !== after) continue;
    if (before !== undefined) await there.run(['checkout-index', '--force', '--', path], WRITING);
    else {
      // Never through a folder that is a link out of the work tree.
      placeBelow(directory, dirname(path));
      rmSync(join(directory, path), { force: true });
    }
  }
};

/** Whether the branch has not moved and is still checked out there. Git is asked: a file that cannot be read says nothing. */
const isBefore = async (git: Git, { branch, from, directory }: NotedMove): Promise<boolean> => {
  const isThere = (await checkedOut(git)).some(
    (place) => place.branch === branch && place.directory === directory && place.isPresent,
  );
  return isThere && (await tipNow(git, branch)) === from;
};

/** A move of a branch with the work tree that follows it, whose root is `directory`. */
const NOTE = object({ branch: text(), from: text(), to: text(), directory: text() });
type NotedMove = DocumentOf<typeof NOTE>;

/** Durable before the first file of the work tree changes. */
export const noteMove = async (checkout: Checkout, move: NotedMove): Promise<void> => {
  const path = moveNotePath(checkout);
  await onStorage(path, () => {
    makeDirectory(dirname(path));
    removeTemporaries(path);
    writeFileAtomicSync(path, `${JSON.stringify({ version: 1, ...move })}\n`, { mode: 0o600 });
  });
};

/** Never fails: of a note that stays, the next command finds that its branch is elsewhere by now. */
const forgetMove = (checkout: Checkout): void =>
  attempt(() => rmSync(moveNotePath(checkout), { force: true }));

/**
 * The move that a dead process may have left half-way; `undefined` when its text makes no sense. Fails with
 * `storage-failed` when the note cannot be read.
 */
const notedMove = async (checkout: Checkout): Promise<NotedMove | undefined> => {
  const path = moveNotePath(checkout);
  const noted = parseJson(await onStorage(path, () => readPlainFile(path).toString('utf8')));
  return isDocument(NOTE, noted) ? noted : undefined;
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
