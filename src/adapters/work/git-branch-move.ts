import { existsSync, lstatSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isDocument, object, parseJson, text, type DocumentOf } from '../../domain/document.js';
import { isSyncError, SyncError } from '../../domain/errors.js';
import { err, ok, type Result } from '../../domain/result.js';
import type { Checkout } from '../../ports/events.js';
import type { BranchMove, BranchPlace, MoveObstacle } from '../../ports/work.js';
import { removeTemporaries, writeFileAtomicSync } from '../fs/atomic-write.js';
import { makeDirectory } from '../fs/make-directory.js';
import { placeBelow, readPlainFile, textIfPlain } from '../fs/repository-file.js';
import { attempt, onStorage } from '../fs/storage-failure.js';
import { lockOf, WRITING, type Git } from './git.js';
import { changedPaths } from './git-commit.js';
import { branchNamed, BRANCHES } from './git-directory.js';
import { locateCheckout, moveNotePath } from './git-places.js';
import type { GitRun } from './git-process.js';
import { reasonOf } from './git-reason.js';

/**
 * The branches that are checked out, and where. One that is being rebased is so, too: HEAD is detached meanwhile, and the
 * branch moves at the end.
 */
export const branchPlaces = async (git: Git): Promise<readonly NamedPlace[]> =>
  (await git.worktrees()).flatMap(({ path: directory, gitDir, branch: checkedOut, isPresent, lock }) => {
    const heads = REBASES.map((folder) => textIfPlain(join(gitDir, folder, 'head-name'))?.trim());
    const rebased = heads.map(branchNamed).find((name) => name !== undefined);
    const branch = rebased ?? checkedOut;
    const isRebased = rebased !== undefined;
    return branch === undefined
      ? []
      : [{ branch, directory, isPresent, isLocked: lock !== undefined, isRebased }];
  });

/** The work tree that follows when a branch moves, if there is one; or what keeps it from moving as things stand. */
export const placeToMove = async (
  git: Git,
  { branch, from, to }: BranchMove,
): Promise<Result<string | undefined, MoveObstacle>> => {
  const places = (await branchPlaces(git)).filter((place) => place.branch === branch);
  if ((await git.branchTip(branch)) !== from) return err({ obstacle: 'moved' });
  const place = places.find(({ isRebased }) => isRebased) ?? places[0];
  if (place === undefined) return ok(undefined);
  const { directory } = place;
  if (place.isRebased) return err({ obstacle: 'under-way', directory, operation: 'rebase' });
  if (places.length > 1)
    return err({ obstacle: 'shared', directories: places.map((each) => each.directory) });
  if (!place.isPresent) return err({ obstacle: 'gone', directory });
  const operation = operationIn(directory);
  if (operation !== undefined) return err({ obstacle: 'under-way', directory, operation });
  const paths = await endangeredPaths(git.in(directory), await treeChanges(git, from, to));
  return paths.length === 0 ? ok(directory) : err({ obstacle: 'changes', directory, paths });
};

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
  const files = await moveTree(git, noted);
  if (files.code !== 0) {
    forgetMove(git.checkout);
    throw refused(`Git did not move the files in ${directory}: ${reasonOf(files)}`);
  }
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
 * is still at it on its own. Only a git that was itself killed leaves a tree that it will not take on, which goes back. A
 * branch that is elsewhere was moved, by us or by a person. Fails with `lock-busy` while another git has the index.
 */
export const settleMove = async (git: Git): Promise<void> => {
  const move = await notedMove(git.checkout);
  if (move !== undefined && (await isBefore(git, move))) {
    const files = await moveTree(git, move);
    const lock = lockOf(files);
    if (lock !== undefined) throw locked(lock);
    if (files.code === 0) await moveRef(git, move);
  }
  forgetMove(git.checkout);
};

type NamedPlace = BranchPlace & { readonly branch: string };

type TreeMove = Omit<NotedMove, 'branch'>;

/** Brings index and files from one commit to the other and leaves what a person changed; all or nothing. */
const moveTree = async (git: Git, move: TreeMove): Promise<GitRun> => {
  const there = git.in(move.directory);
  const follow = () => there.run(['read-tree', '-m', '-u', move.from, move.to], WRITING);
  let run = await follow();
  if (run.stderr.includes('not uptodate')) {
    // What only looks changed, since it was copied or touched, is no change.
    await there.run(['update-index', '-q', '--refresh'], WRITING);
    run = await follow();
  }
  // Git looks before it writes; a git that was stopped while it wrote has to be cleared up after.
  if (run.code !== 0 && lockOf(run) === undefined)
    await putBack(there, move).catch((error: unknown) => {
      // Commits that git has forgotten meanwhile leave nothing to compare with.
      if (!isSyncError(error)) throw error;
    });
  return run;
};

/**
 * Puts back the files that a move had written when it was stopped, and leaves what reads otherwise, which is somebody's.
 * The index is as before then: git replaces it in one step, after the files.
 */
const putBack = async (there: Git, { directory, from, to }: TreeMove): Promise<void> => {
  for (const { path, before, after = '' } of await treeChanges(there, from, to)) {
    if ((await there.run(['hash-object', '--', path])).stdout.trim() !== after) continue;
    if (before !== undefined) await there.run(['checkout-index', '--force', '--', path], WRITING);
    else {
      // Never through a folder that is a link out of the work tree.
      placeBelow(directory, dirname(path));
      rmSync(join(directory, path), { force: true });
    }
  }
};

/** Whether the branch went from the one commit to the other; `false` when it is somewhere else by now. */
const moveRef = async (git: Git, { branch, from, to }: BranchMove): Promise<boolean> => {
  const args = ['update-ref', '-m', 'spec-kitty: merge', BRANCHES + branch, to, from];
  const run = await git.run(args, WRITING);
  if (run.code === 0) return true;
  const tip = await git.branchTip(branch);
  if (tip !== from) return tip === to;
  throw refused(`Git did not move ${branch}: ${reasonOf(run)}`);
};

/** Whether the branch has not moved and is still checked out there. */
const isBefore = async (git: Git, { branch, from, directory }: NotedMove): Promise<boolean> => {
  const isThere = (await git.worktrees()).some(
    (tree) => tree.branch === branch && tree.path === directory && tree.isPresent,
  );
  return isThere && (await git.branchTip(branch)) === from;
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

/** A path that reads differently in two commits. */
interface TreeChange {
  readonly path: string;
  /** Object in the first commit; absent when the path is new. */
  readonly before?: string;
  /** Object in the second commit; absent when the path is gone. */
  readonly after?: string;
}

const treeChanges = async (git: Git, from: string, to: string): Promise<readonly TreeChange[]> => {
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
const operationIn = (directory: string): string | undefined => {
  const gitDir = locateCheckout(directory)?.gitDir ?? directory;
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
  const dirty = (await changedPaths(git)).map((path) => path.replace(/\/$/, ''));
  const endangered = dirty.filter((path) => changes.some((change) => isOneInTheOther(path, change.path)));
  // Where case does not count, a name that only changes its case is its own hindrance.
  const gone = new Set(changes.flatMap(({ after, path }) => (after === undefined ? path.toLowerCase() : [])));
  const hidden = changes.flatMap(({ before, path }) =>
    before === undefined && !gone.has(path.toLowerCase()) && isFile(join(git.checkout.root, path))
      ? path
      : [],
  );
  return [...new Set([...endangered, ...hidden])].sort();
};

/** Whether two paths are the same, or one is that of a folder which the other lies in. */
const isOneInTheOther = (a: string, b: string): boolean =>
  `${a}/`.startsWith(`${b}/`) || b.startsWith(`${a}/`);

/** Of what lies in a folder that has to go git knows more. */
const isFile = (path: string): boolean => attempt(() => lstatSync(path).isDirectory()) === false;

const locked = (lock: string): SyncError =>
  new SyncError('lock-busy', `Another git is at work, or one that died has left ${lock}.`, {
    hint: 'Wait until it has ended. If no git runs, remove that file. Then run the command again.',
  });

/** By a hook, a lock, or what a person changed in this moment. */
const refused = (message: string): SyncError =>
  new SyncError('merge-refused', message, {
    hint: 'Nothing has changed. Settle what git names, then run the command again.',
  });
