import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { SyncError } from '../../domain/errors.js';
import { err, ok, type Result } from '../../domain/result.js';
import type { Repository, WorktreeRequest } from '../../ports/work.js';
import type { Checkout, Head, HeldRepository } from '../../ports/events.js';
import { lockInTurn, type Waiting } from '../fs/lock-queue.js';
import { tryLockFile, type HeldLock } from '../fs/process-lock.js';
import { reasonOf } from './git-reason.js';
import { directoryOf, Git } from './git-command.js';
import { commitObstacle, commitPaths, dirtyPaths, uncommittedPaths } from './git-commit.js';
import { pathInTree } from './git-commit-place.js';
import { readGitConfig } from './git-config-file.js';
import { isSparse, locateCheckout } from './git-places.js';
import { HOOK_VARIABLE, type Environment } from './git-process.js';
import { moveNotePath, repositoryLockPath } from './git-own-places.js';
import { BRANCHES } from './git-refs.js';
import type { GitWorktrees } from './git-worktree.js';
import { RepositoryGit } from './repository-git.js';

interface GitRepositoryOptions {
  /** Where the lock of a project without git lies. */
  readonly stateRoot: string;
  /** What git inherits. */
  readonly environment: Environment;
  /** How long at most a command waits for those before it. Default 5 s. */
  readonly lockWaitMs?: number | undefined;
  /** As in {@link Waiting}. */
  readonly onWait?: Waiting['onWait'];
}

/** Repositories as git keeps them. What a plain file tells is read from it; everything else is asked of git. */
export class GitRepository implements Repository {
  readonly #options: GitRepositoryOptions;
  readonly #git: Git;
  #worktrees: GitWorktrees | undefined;
  readonly #madeMerges = new Set<string>();

  constructor(options: GitRepositoryOptions) {
    this.#options = options;
    this.#git = new Git(options.environment);
  }

  async locate(directory: string): Promise<Checkout | undefined> {
    const checkout = locateCheckout(directory);
    if (checkout?.commonDir !== undefined) await this.#demandConfig(checkout);
    return checkout;
  }

  /** A second identity would be minted where a sparse checkout leaves out the one that is committed. */
  async #demandConfig({ projectRoot }: Checkout): Promise<void> {
    if (existsSync(join(projectRoot, CONFIG)) || !isSparse(projectRoot)) return;
    if ((await this.#git.run(projectRoot, ['ls-files', '--', CONFIG])).stdout === '') return;
    throw new SyncError(
      'config-unreadable',
      `${CONFIG} is committed, and this sparse checkout leaves it out.`,
      {
        hint: 'Run "git sparse-checkout add .kittify kitty-specs", then this command again.',
      },
    );
  }

  async head(checkout: Checkout): Promise<Head> {
    return this.#git.head(checkout).catch(() => ({}));
  }

  async originUrl(checkout: Checkout): Promise<string | undefined> {
    if (checkout.commonDir === undefined) return undefined;
    const settings = readGitConfig(join(checkout.commonDir, 'config'));
    const own = settings.find(({ name }) => name === ORIGIN)?.value;
    if (own !== undefined) return own === '' ? undefined : own;
    if (!settings.some(({ name }) => /^include(if)?\./.test(name))) return undefined;
    const asked = await this.#git
      .run(directoryOf(checkout), ['config', '--get', ORIGIN])
      .catch(() => undefined);
    return asked?.stdout.trim() || undefined;
  }

  async exclusive<T>(
    checkout: Checkout,
    work: (held: HeldRepository) => Promise<T>,
    signal?: AbortSignal,
  ): Promise<T> {
    // A hook that this waited in would wait for the command that called it.
    const isInHook = (this.#options.environment[HOOK_VARIABLE] ?? '') !== '';
    const waitMs = isInHook ? 0 : (this.#options.lockWaitMs ?? LOCK_WAIT_MS);
    const lock = await lockInTurn(
      repositoryLockPath(checkout, this.#options.stateRoot),
      { waitMs, onWait: this.#options.onWait },
      signal,
    );
    if (lock !== undefined) return this.#holding(lock, checkout, work);
    if (signal?.aborted === true)
      throw new SyncError('interrupted', 'Interrupted while waiting for the repository.');
    if (isInHook) {
      throw new SyncError(
        'lock-busy',
        'A git hook called this while the command that runs the hook is at work.',
        {
          hint: 'Nothing has changed. Take the command out of the hook, or let it run when the hook has ended.',
        },
      );
    }
    throw new SyncError('lock-busy', 'Another command is at work in this repository.', {
      hint: 'Nothing has changed. Wait until it has ended and run the command again, or wait longer with --wait SECONDS.',
    });
  }

  async tryExclusive<T>(
    checkout: Checkout,
    work: (held: HeldRepository) => Promise<T>,
  ): Promise<{ readonly ran: true; readonly value: T } | 'busy'> {
    const lock = tryLockFile(repositoryLockPath(checkout, this.#options.stateRoot));
    return lock === undefined ? 'busy' : { ran: true, value: await this.#holding(lock, checkout, work) };
  }

  async commit(
    held: HeldRepository,
    paths: readonly string[],
    message: string,
  ): Promise<Result<string, string>> {
    return commitPaths(this.#git, mainOf(held.checkout), paths, message);
  }

  async commitObstacle({ checkout }: HeldRepository, paths: readonly string[]): Promise<string | undefined> {
    const main = mainOf(checkout);
    return commitObstacle(main, await this.#git.head(main), paths);
  }

  async isUncommitted(checkout: Checkout, path: string): Promise<boolean> {
    if (checkout.commonDir === undefined) return false;
    return (await uncommittedPaths(this.#git, checkout.projectRoot, [path])).length > 0;
  }

  async fileAtTip(checkout: Checkout, branch: string, path: string): Promise<string | undefined> {
    const tip = await this.#git.branchTip(checkout, branch);
    if (tip === undefined) return undefined;
    const directory = directoryOf(checkout);
    const inTree = pathInTree(checkout.projectRoot, path);
    // Asked in two steps, a file that does not exist is told from a git that fails.
    const entry = await this.#git.demand(directory, ['ls-tree', '-z', '--full-tree', tip, '--', inTree]);
    const blob = /^\d+ blob ([0-9a-f]+)\t/.exec(entry)?.[1];
    return blob === undefined ? undefined : this.#git.demand(directory, ['cat-file', 'blob', blob]);
  }

  async dirtyPaths(directory: string): Promise<readonly string[]> {
    return dirtyPaths(this.#git, directory);
  }

  async branchTip(checkout: Checkout, branch: string): Promise<string | undefined> {
    return this.#git.branchTip(checkout, branch);
  }

  async isMerged(checkout: Checkout, branch: string, into: string): Promise<boolean> {
    return (await this.mergedBranches(checkout, [branch], into)).has(branch);
  }

  async mergedBranches(
    checkout: Checkout,
    branches: readonly string[],
    into: string,
  ): Promise<ReadonlySet<string>> {
    const { mergedBranches } = await import('./git-branches.js');
    return mergedBranches(new RepositoryGit(this.#git, checkout), branches, into);
  }

  async hasOwnCommits(checkout: Checkout, branch: string, base: string): Promise<boolean> {
    const { hasOwnCommits } = await import('./git-branches.js');
    return hasOwnCommits(new RepositoryGit(this.#git, checkout), branch, base);
  }

  async addWorktree(held: HeldRepository, request: WorktreeRequest): Promise<'made' | 'existing'> {
    return (await this.#loadWorktrees()).add(held.checkout, request);
  }

  async removeWorktree(held: HeldRepository, request: WorktreeRequest): Promise<void> {
    return (await this.#loadWorktrees()).remove(held.checkout, request);
  }

  async retireWorktree(held: HeldRepository, path: string): Promise<Result<undefined, string>> {
    return (await this.#loadWorktrees()).retire(held.checkout, path);
  }

  async retireBranch(held: HeldRepository, branch: string): Promise<Result<undefined, string>> {
    // A branch that a work tree has checked out is refused by git itself, whatever was asked before.
    const run = await this.#git.run(directoryOf(held.checkout), ['branch', '--quiet', '-D', '--', branch], {
      writes: true,
    });
    if (run.code === 0 || (await this.#git.branchTip(held.checkout, branch)) === undefined)
      return ok(undefined);
    return err(reasonOf(run));
  }

  async makeMergeBranch(
    held: HeldRepository,
    name: string,
    branches: readonly string[],
  ): Promise<Result<string, readonly string[]>> {
    const isThere = (await this.#git.branchTip(held.checkout, name)) !== undefined;
    const { mergeBranches } = await import('./git-branches.js');
    const merged = await mergeBranches(new RepositoryGit(this.#git, held.checkout), name, branches);
    if (merged.ok && !isThere) this.#madeMerges.add(name);
    return merged;
  }

  async removeMergeBranch(held: HeldRepository, name: string): Promise<void> {
    if (!this.#madeMerges.delete(name)) return;
    await this.#git.run(directoryOf(held.checkout), ['update-ref', '-d', BRANCHES + name], { writes: true });
  }

  async exclude(held: HeldRepository, pattern: string): Promise<() => Promise<void>> {
    const { commonDir } = held.checkout;
    if (commonDir === undefined) return async () => undefined;
    const { excludePattern } = await import('./git-exclude.js');
    const takeBack = excludePattern(commonDir, pattern);
    return async () => takeBack();
  }

  /** The lock was free, so whoever noted a move of a branch is dead. */
  async #holding<T>(
    lock: HeldLock,
    checkout: Checkout,
    work: (held: HeldRepository) => Promise<T>,
  ): Promise<T> {
    try {
      const { commonDir } = checkout;
      if (commonDir !== undefined && existsSync(moveNotePath(commonDir))) {
        const { settleMove } = await import('./git-branch-move.js');
        await settleMove(new RepositoryGit(this.#git, checkout));
      }
      return await work({ checkout });
    } finally {
      lock.release();
    }
  }

  /** Most commands have nothing to do with worktrees. */
  async #loadWorktrees(): Promise<GitWorktrees> {
    const { GitWorktrees } = await import('./git-worktree.js');
    return (this.#worktrees ??= new GitWorktrees(this.#git));
  }
}

const LOCK_WAIT_MS = 5_000;
const CONFIG = '.kittify/config.yaml';
const ORIGIN = 'remote.origin.url';

/** The main checkout, whichever worktree the command was called in: tracked files of the project change only there. */
const mainOf = ({ projectRoot, commonDir, projectGitDir }: Checkout): Checkout => ({
  root: projectRoot,
  projectRoot,
  ...(commonDir === undefined ? {} : { commonDir, gitDir: projectGitDir ?? commonDir }),
  ...(projectGitDir === undefined ? {} : { projectGitDir }),
});
