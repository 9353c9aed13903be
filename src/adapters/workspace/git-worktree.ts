import { existsSync, readdirSync, realpathSync, rmdirSync, rmSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { isSyncError, SyncError } from '../../domain/errors.js';
import type { Checkout, WorktreeRequest } from '../../ports/workspace.js';
import { directoryOf, type Git } from './git-command.js';
import { BRANCHES } from './git-refs.js';
import { listWorktrees } from './git-worktree-list.js';

/** Work trees and branches that were made here, so that only these are ever removed again. */
export class GitWorktrees {
  readonly #git: Git;
  readonly #madeBranches = new Set<string>();

  constructor(git: Git) {
    this.#git = git;
  }

  async add(checkout: Checkout, request: WorktreeRequest): Promise<'made' | 'existing'> {
    if (isStanding(checkout, request)) return 'existing';
    const start = await this.#git.branchTip(checkout, request.branch);
    const base = start ?? (await this.#git.revision(checkout, request.base));
    if (base === undefined) throw failed(`There is no branch ${request.base} to start from.`);
    const branchArgs =
      start === undefined ? ['-b', request.branch, request.path, base] : [request.path, request.branch];
    if (start === undefined) this.#madeBranches.add(keyOf(checkout, request.branch));
    try {
      await this.#demand(checkout.projectRoot, [
        'worktree',
        'add',
        '--quiet',
        '--no-checkout',
        ...branchArgs,
      ]);
      await this.#checkOut(request);
    } catch (error) {
      await this.remove(checkout, request);
      throw isSyncError(error) ? failed(error.message, error) : error;
    }
    return 'made';
  }

  async remove(checkout: Checkout, { path, branch }: WorktreeRequest): Promise<void> {
    const directory = directoryOf(checkout);
    await this.#git.run(directory, ['worktree', 'remove', '--force', path], WRITING);
    rmSync(path, { recursive: true, force: true });
    removeIfEmpty(dirname(path));
    if (!this.#madeBranches.delete(keyOf(checkout, branch))) return;
    await this.#git.run(directory, ['update-ref', '-d', BRANCHES + branch], WRITING);
  }

  /**
   * Fills the new work tree without the folders to leave out. The patterns belong to this work tree alone, for which
   * git needs `extensions.worktreeConfig` in the shared config: without it they would hide the folders in the main
   * checkout as well. It changes nothing else there.
   */
  async #checkOut({ path, leaveOut }: WorktreeRequest): Promise<void> {
    if (leaveOut.length > 0) {
      const patterns = leaveOut.map((folder) => `!/${folder}/`);
      await this.#demand(path, ['sparse-checkout', 'set', '--no-cone', '/*', ...patterns]);
    }
    // By checkout and not by reset, so that the user's post-checkout hook sees the work tree as it sees any other.
    await this.#demand(path, ['checkout', '--force', '--quiet']);
  }

  #demand(directory: string, args: readonly string[]): Promise<string> {
    return this.#git.demand(directory, args, WRITING);
  }
}

/** A repository with large files takes its time to check out. */
const WRITING = { writes: true, timeoutMs: 300_000 };

const keyOf = (checkout: Checkout, branch: string): string => `${checkout.commonDir ?? ''}\n${branch}`;

const failed = (message: string, cause?: unknown, hint?: string): SyncError =>
  new SyncError('worktree-failed', message, {
    ...(cause === undefined ? {} : { cause }),
    hint: hint ?? 'The repository is as before. Remove the reason and run the command again.',
  });

/** Whether the work tree is there already; fails when something else stands in its way. */
const isStanding = (checkout: Checkout, { path, branch }: WorktreeRequest): boolean => {
  const worktrees = listWorktrees(checkout);
  const atPath = worktrees.find((worktree) => isSamePath(worktree.path, path));
  const ofBranch = worktrees.find((worktree) => worktree.branch === branch);
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

const removeIfEmpty = (directory: string): void => {
  try {
    rmdirSync(directory);
  } catch {
    // Other worktrees live in it.
  }
};
