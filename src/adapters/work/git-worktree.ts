import { existsSync, lstatSync, mkdirSync, readdirSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isSyncError, SyncError } from '../../domain/errors.js';
import { err, ok, type Result } from '../../domain/result.js';
import type { Checkout } from '../../ports/events.js';
import type { WorktreeRequest } from '../../ports/work.js';
import { placeBelow, textIfPlain, writablePlace } from '../fs/repository-file.js';
import { attempt } from '../fs/storage-failure.js';
import { WRITING, type Git, type Worktree } from './git.js';
import { BRANCHES, linkedWorktrees, recordedWorktrees, type RecordedWorktree } from './git-directory.js';
import { isSparse, pointedGitDir, realPlace } from './git-places.js';
import { reasonOf } from './git-reason.js';

/** Makes a work tree, with its branch where there is none, or takes the one that is there. */
export const addWorktree = async (
  git: Git,
  request: WorktreeRequest,
): Promise<'made-with-branch' | 'made' | 'existing'> => {
  const { path, branch, leaveOut } = request;
  demandOwnPlace(path);
  await awaitOtherMaker(git, request);
  if (isMoved(git.checkout, path)) await git.demand(['worktree', 'repair', path], WRITING);
  const standing = await standingAt(git, request);
  if (standing !== undefined && isFilled(standing)) return 'existing';
  const tip = await git.branchTip(branch);
  const base = tip ?? (await git.revision(request.base));
  if (base === undefined) throw failed(`There is no branch ${request.base} to start from.`);
  const isNew = tip === undefined;
  try {
    if (standing === undefined) {
      const start = isNew ? ['-b', branch, path, base] : [path, branch];
      await git.demand(['worktree', 'add', '--quiet', '--no-checkout', ...start], WRITING);
    }
    await fill(git.in(path), worktreeAt(git.checkout, path)?.gitDir ?? path, leaveOut);
  } catch (error) {
    await removeWorktree(git, request, isNew);
    throw isSyncError(error) ? failed(error.message, undefined, error) : error;
  }
  return isNew ? 'made-with-branch' : 'made';
};

/** Removes a work tree that was just made, or is still in the making, whatever is in it. */
export const removeWorktree = async (
  git: Git,
  { path, branch }: WorktreeRequest,
  withBranch: boolean,
): Promise<void> => {
  demandOwnPlace(path);
  await git.run(['worktree', 'remove', '--force', '--force', path], WRITING);
  rmSync(path, { recursive: true, force: true });
  removeIfEmpty(dirname(path));
  if (withBranch) await git.run(['update-ref', '-d', BRANCHES + branch], WRITING);
};

/** Git itself refuses a work tree in which something is not committed, and one that is locked. */
export const retireWorktree = async (git: Git, path: string): Promise<Result<undefined, string>> => {
  demandOwnPlace(path);
  const run = await git.run(['worktree', 'remove', path], WRITING);
  if (run.code !== 0) return err(reasonOf(run));
  removeIfEmpty(dirname(path));
  return ok(undefined);
};

/**
 * Adds a line to `info/exclude` unless it is there; the result takes an added one back, as long as the file still
 * reads as it was left. One write a call: killed at any moment, the file has the line or has it not.
 */
export const excludePattern = (commonDir: string, pattern: string): (() => void) => {
  const path = excludePlace(commonDir);
  if (path === undefined) return () => undefined;
  const isNew = !existsSync(path);
  const before = textIfPlain(path) ?? '';
  if (before.split(/\r?\n/).includes(pattern)) return () => undefined;
  const added = `${before === '' || before.endsWith('\n') ? '' : '\n'}${pattern}\n`;
  writeFileSync(path, added, { flag: 'a' });
  return () => {
    if (textIfPlain(path) !== before + added) return;
    if (isNew) rmSync(path);
    else writeFileSync(path, before);
  };
};

/** What else than a file of this repository stands there is not ours to write: the folder is then seen, and no more. */
const excludePlace = (commonDir: string): string | undefined =>
  attempt(() => {
    if (placeBelow(commonDir, 'info') === 'absent') mkdirSync(join(commonDir, 'info'));
    return writablePlace(commonDir, 'info/exclude');
  });

/**
 * Fills a work tree without the folders to leave out. The patterns belong to this work tree alone, for which git
 * needs `extensions.worktreeConfig` in the shared config: without it they would hide the folders in the main
 * checkout as well. It changes nothing else there. Killed in between, the mark tells the next run to fill it again.
 */
const fill = async (git: Git, gitDir: string, leaveOut: readonly string[]): Promise<void> => {
  const mark = join(gitDir, UNFILLED);
  writeFileSync(mark, '');
  if (leaveOut.length > 0) {
    const patterns = leaveOut.map((folder) => `!/${folder}/`);
    const inherited = inheritedPatterns(git.checkout.root, gitDir).filter((line) => !patterns.includes(line));
    await git.demand(['sparse-checkout', 'set', '--no-cone', ...inherited, ...patterns], WRITING);
  }
  // By checkout and not by reset, so that the user's post-checkout hook sees the work tree as it sees any other.
  await git.demand(['checkout', '--force', '--quiet'], WRITING);
  rmSync(mark);
};

/** Git gives a new work tree the sparse checkout of the one that it is made from: what is left out there stays out. */
const inheritedPatterns = (path: string, gitDir: string): readonly string[] => {
  const text = textIfPlain(join(gitDir, 'info', 'sparse-checkout')) ?? '';
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '' && !line.startsWith('#'));
  return lines.length > 0 && isSparse(path) ? lines : ['/*'];
};

/** Lies beside the index of a work tree that is being filled. */
const UNFILLED = 'spec-kitty-unfilled';

/** Whether a standing work tree was ever checked out as a whole: one without an index was not. */
const isFilled = ({ gitDir }: RecordedWorktree): boolean =>
  existsSync(join(gitDir, 'index')) && !existsSync(join(gitDir, UNFILLED));

/** A git whose caller died may still be making it, or have died as well, and will then never finish. */
const awaitOtherMaker = async (git: Git, request: WorktreeRequest): Promise<void> => {
  const { path } = request;
  const isInTheMaking = (): boolean => worktreeAt(git.checkout, path)?.lock === 'initializing';
  for (let waitedMs = 0; isInTheMaking() && waitedMs < MAKER_WAIT_MS; waitedMs += MAKER_PAUSE_MS)
    await delay(MAKER_PAUSE_MS);
  if (isInTheMaking()) await removeWorktree(git, request, false);
};

const MAKER_WAIT_MS = 3_000;
const MAKER_PAUSE_MS = 50;

/** Other work trees may live in it. */
const removeIfEmpty = (directory: string): void => attempt(() => rmdirSync(directory));

/** The worktree that is recorded at a path, whether its directory is there or not. */
const worktreeAt = (checkout: Checkout, path: string): RecordedWorktree | undefined =>
  recordedWorktrees(checkout).find((worktree) => isSamePath(worktree.path, path));

/** The work tree when it is there already; fails when something else stands in its way. */
const standingAt = async (
  git: Git,
  { path, branch }: WorktreeRequest,
): Promise<RecordedWorktree | undefined> => {
  const all = await git.worktrees();
  const atPath = all.find((worktree) => isSamePath(worktree.path, path));
  const known = atPath ?? all.find((worktree) => worktree.branch === branch);
  if (known?.isPresent === false) throw gone(known);
  if (atPath?.branch === branch) return atPath;
  if (atPath !== undefined)
    throw failed(`${path} is a worktree of ${atPath.branch ?? 'no branch'}, not of ${branch}.`);
  if (known !== undefined) throw failed(`The branch ${branch} is checked out in ${known.path}.`);
  if (existsSync(path) && readdirSync(path).length > 0)
    throw failed(`${path} exists and is no worktree of this project.`);
  return undefined;
};

/** A work tree that was moved still has what nobody else has, so it is never said to be forgotten first. */
const gone = ({ path, branch = 'no branch', lock }: Worktree): SyncError =>
  lock === undefined
    ? failed(
        `The worktree ${path} of ${branch} is recorded but its directory is gone.`,
        `If it was moved, run "git worktree repair NEW-PLACE" in the main checkout. If it was deleted, "git worktree remove ${path}" forgets it.`,
      )
    : failed(
        `The worktree ${path} of ${branch} is locked (${lock}) and its directory is gone.`,
        `Bring it back, or run "git worktree unlock ${path}" if it will not come back, then this command again.`,
      );

/** A link may lead anywhere: nothing is made, filled or removed through one. */
const demandOwnPlace = (path: string): void => {
  for (const place of [dirname(path), path]) {
    if (lstatSync(place, { throwIfNoEntry: false })?.isSymbolicLink() === true)
      throw failed(
        `${place} is a link, and work trees are made in folders of the project only.`,
        'Put a folder in its place, then run the command again.',
      );
  }
};

/**
 * Whether a work tree stands at a path and git does not know, since it was moved, alone or with the main checkout. Git
 * can then connect the two again. A copy of another one, which is still in its place, is nobody's to connect.
 */
const isMoved = ({ commonDir }: Checkout, path: string): boolean => {
  const pointed = pointedGitDir(path);
  if (pointed === undefined || commonDir === undefined) return false;
  const known = linkedWorktrees(commonDir).find(({ gitDir }) => basename(gitDir) === basename(pointed));
  if (known === undefined) return false;
  return !existsSync(pointed) || (!known.isPresent && isSamePath(pointed, known.gitDir));
};

const failed = (
  message: string,
  hint = 'The repository is as before. Remove the reason and run the command again.',
  cause?: unknown,
): SyncError => new SyncError('worktree-failed', message, { cause, hint });

const isSamePath = (a: string, b: string): boolean => realPlace(a) === realPlace(b);
