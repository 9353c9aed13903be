import { rmdirSync, rmSync, writeFileSync, existsSync, lstatSync, readdirSync, realpathSync } from 'node:fs';
import { dirname, join, basename, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isSyncError, SyncError } from '../../domain/errors.js';
import { err, ok } from '../../domain/result.js';
import type { Result } from '../../domain/result.js';
import type { Checkout } from '../../ports/events.js';
import type { WorktreeRequest } from '../../ports/work.js';
import { textIfPlain } from '../fs/repository-file.js';
import { directoryOf } from './git-command.js';
import type { Git } from './git-command.js';
import { reasonOf } from './git-reason.js';
import { BRANCHES } from './git-refs.js';
import { linkedWorktrees, listWorktrees } from './git-worktree-list.js';
import type { LinkedWorktree } from './git-worktree-list.js';

/** Makes work trees, and remembers which branches it made, so that only these are ever removed again. */
export class GitWorktrees {
  readonly #git: Git;
  readonly #madeBranches = new Set<string>();

  constructor(git: Git) {
    this.#git = git;
  }

  async add(checkout: Checkout, request: WorktreeRequest): Promise<'made' | 'existing'> {
    demandOwnPlace(request.path);
    await this.#awaitOtherMaker(checkout, request.path);
    if (isMoved(checkout, request.path))
      await this.#demand(directoryOf(checkout), ['worktree', 'repair', request.path]);
    if (!isStanding(checkout, request)) await this.#make(checkout, request);
    else if (isFilled(checkout, request.path)) return 'existing';
    await this.#orRemove(checkout, request, () => this.#fill(checkout, request));
    return 'made';
  }

  async remove(checkout: Checkout, { path, branch }: WorktreeRequest): Promise<void> {
    const directory = directoryOf(checkout);
    demandOwnPlace(path);
    await this.#git.run(directory, ['worktree', 'remove', '--force', path], WRITING);
    rmSync(path, { recursive: true, force: true });
    removeIfEmpty(dirname(path));
    if (!this.#madeBranches.delete(keyOf(checkout, branch))) return;
    await this.#git.run(directory, ['update-ref', '-d', BRANCHES + branch], WRITING);
  }

  /** Git itself refuses a work tree in which something is not committed, and one that is locked. */
  async retire(checkout: Checkout, path: string): Promise<Result<undefined, string>> {
    demandOwnPlace(path);
    const run = await this.#git.run(directoryOf(checkout), ['worktree', 'remove', path], WRITING);
    if (run.code !== 0) return err(reasonOf(run));
    removeIfEmpty(dirname(path));
    return ok(undefined);
  }

  async #make(checkout: Checkout, request: WorktreeRequest): Promise<void> {
    const { path, branch } = request;
    const tip = await this.#git.branchTip(checkout, branch);
    const base = tip ?? (await this.#git.revision(checkout, request.base));
    if (base === undefined) throw failed(`There is no branch ${request.base} to start from.`);
    if (tip === undefined) this.#madeBranches.add(keyOf(checkout, branch));
    const start = tip === undefined ? ['-b', branch, path, base] : [path, branch];
    const args = ['worktree', 'add', '--quiet', '--no-checkout', ...start];
    await this.#orRemove(checkout, request, () => this.#demand(directoryOf(checkout), args));
  }

  /**
   * Fills the work tree without the folders to leave out. The patterns belong to this work tree alone, for which git
   * needs `extensions.worktreeConfig` in the shared config: without it they would hide the folders in the main
   * checkout as well. It changes nothing else there. Killed in between, the mark tells the next run to fill it again.
   */
  async #fill(checkout: Checkout, { path, leaveOut }: WorktreeRequest): Promise<void> {
    const mark = unfilledMark(checkout, path);
    writeFileSync(mark, '');
    if (leaveOut.length > 0) {
      const patterns = leaveOut.map((folder) => `!/${folder}/`);
      const inherited = (await this.#inheritedPatterns(checkout, path)).filter(
        (line) => !patterns.includes(line),
      );
      await this.#demand(path, ['sparse-checkout', 'set', '--no-cone', ...inherited, ...patterns]);
    }
    // By checkout and not by reset, so that the user's post-checkout hook sees the work tree as it sees any other.
    await this.#demand(path, ['checkout', '--force', '--quiet']);
    rmSync(mark);
  }

  /** Git gives a new work tree the sparse checkout of the one that it is made from: what is left out there stays out. */
  async #inheritedPatterns(checkout: Checkout, path: string): Promise<readonly string[]> {
    const gitDir = worktreeAt(checkout, path)?.gitDir ?? path;
    const text = textIfPlain(join(gitDir, 'info', 'sparse-checkout')) ?? '';
    const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '' && !line.startsWith('#'));
    if (lines.length === 0) return ['/*'];
    const { stdout } = await this.#git.run(path, ['config', '--type=bool', '--get', 'core.sparseCheckout']);
    return stdout.trim() === 'true' ? lines : ['/*'];
  }

  async #orRemove(checkout: Checkout, request: WorktreeRequest, work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (error) {
      await this.remove(checkout, request);
      throw isSyncError(error) ? failed(error.message, error) : error;
    }
  }

  /** A git whose caller died may still be making it, or have died as well, and will then never finish. */
  async #awaitOtherMaker(checkout: Checkout, path: string): Promise<void> {
    const isInTheMaking = (): boolean => worktreeAt(checkout, path)?.lock === 'initializing';
    for (let waitedMs = 0; isInTheMaking(); waitedMs += MAKER_PAUSE_MS) {
      if (waitedMs < MAKER_WAIT_MS) await delay(MAKER_PAUSE_MS);
      else return this.#removeUnfinished(checkout, path);
    }
  }

  async #removeUnfinished(checkout: Checkout, path: string): Promise<void> {
    const args = ['worktree', 'remove', '--force', '--force', path];
    await this.#git.run(directoryOf(checkout), args, WRITING);
    rmSync(path, { recursive: true, force: true });
  }

  #demand(directory: string, args: readonly string[]): Promise<string> {
    return this.#git.demand(directory, args, WRITING);
  }
}

/** A repository with large files takes its time to check out. */
const WRITING = { writes: true, timeoutMs: 300_000 };
const MAKER_WAIT_MS = 3_000;
const MAKER_PAUSE_MS = 50;

const keyOf = (checkout: Checkout, branch: string): string => `${checkout.commonDir ?? ''}\n${branch}`;

const removeIfEmpty = (directory: string): void => {
  try {
    rmdirSync(directory);
  } catch {
    // Other worktrees live in it.
  }
};

/** The worktree that is recorded at a path, whether its directory is there or not. */
const worktreeAt = (checkout: Checkout, path: string): LinkedWorktree | undefined =>
  listWorktrees(checkout).find((worktree) => isSamePath(worktree.path, path));

/** Whether the work tree is there already; fails when something else stands in its way. */
const isStanding = (checkout: Checkout, { path, branch }: WorktreeRequest): boolean => {
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
const demandOwnPlace = (path: string): void => {
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
const unfilledMark = (checkout: Checkout, path: string): string =>
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
