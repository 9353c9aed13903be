import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Environment } from '../../domain/child-environment.js';
import { SyncError } from '../../domain/errors.js';
import { err, ok, type Result } from '../../domain/result.js';
import type { Checkout, Head, HeldRepository } from '../../ports/events.js';
import type { Repository, WorktreeRequest } from '../../ports/work.js';
import { lockInTurn, tryLockFile, type HeldLock, type Waiting } from '../fs/process-lock.js';
import { Git, WRITING } from './git.js';
import { changedPaths, commitObstacle, commitPaths } from './git-commit.js';
import { BRANCHES, readGitConfig } from './git-directory.js';
import {
  isSparse,
  locateCheckout,
  mainOf,
  moveNotePath,
  pathInTree,
  repositoryLockPath,
} from './git-places.js';
import { HOOK_VARIABLE } from './git-process.js';
import { reasonOf } from './git-reason.js';

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
  /** Branches that this process has made: only these are taken back. */
  readonly #made = new Set<string>();

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
    if ((await this.#git.in(projectRoot).run(['ls-files', '--', CONFIG])).stdout === '') return;
    throw new SyncError(
      'config-unreadable',
      `${CONFIG} is committed, and this sparse checkout leaves it out.`,
      { hint: 'Run "git sparse-checkout add .kittify kitty-specs", then this command again.' },
    );
  }

  async head(checkout: Checkout, of?: 'main'): Promise<Head> {
    const git = of === 'main' ? this.#at(checkout) : this.#git.in(checkout);
    return git.head().catch(() => ({}));
  }

  async originUrl(checkout: Checkout): Promise<string | undefined> {
    if (checkout.commonDir === undefined) return undefined;
    const settings = readGitConfig(join(checkout.commonDir, 'config'));
    const own = settings.find(({ name }) => name === ORIGIN)?.value;
    if (own !== undefined) return own === '' ? undefined : own;
    if (!settings.some(({ name }) => /^include(if)?\./.test(name))) return undefined;
    const asked = await this.#at(checkout)
      .run(['config', '--get', ORIGIN])
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
    throw isInHook
      ? new SyncError(
          'lock-busy',
          'A git hook called this while the command that runs the hook is at work.',
          {
            hint: 'Nothing has changed. Take the command out of the hook, or let it run when the hook has ended.',
          },
        )
      : new SyncError('lock-busy', 'Another command is at work in this repository.', {
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
    return commitPaths(this.#at(held.checkout), paths, message);
  }

  async commitObstacle({ checkout }: HeldRepository, paths: readonly string[]): Promise<string | undefined> {
    const git = this.#at(checkout);
    return commitObstacle(git.checkout, await git.head(), paths);
  }

  async isUncommitted(checkout: Checkout, path: string): Promise<boolean> {
    if (checkout.commonDir === undefined) return false;
    return (await changedPaths(this.#at(checkout), [path])).length > 0;
  }

  async fileAtTip(checkout: Checkout, branch: string, path: string): Promise<string | undefined> {
    const git = this.#at(checkout);
    const tip = await git.branchTip(branch);
    if (tip === undefined) return undefined;
    const inTree = pathInTree(checkout.projectRoot, path);
    // Asked in two steps, a file that does not exist is told from a git that fails.
    const entry = await git.demand(['ls-tree', '-z', '--full-tree', tip, '--', inTree]);
    const blob = /^\d+ blob ([0-9a-f]+)\t/.exec(entry)?.[1];
    return blob === undefined ? undefined : git.demand(['cat-file', 'blob', blob]);
  }

  async dirtyPaths(directory: string): Promise<readonly string[]> {
    return changedPaths(this.#git.in(directory));
  }

  async branchTip(checkout: Checkout, branch: string): Promise<string | undefined> {
    return this.#at(checkout).branchTip(branch);
  }

  async isMerged(checkout: Checkout, branch: string, into: string): Promise<boolean> {
    return (await this.mergedBranches(checkout, [branch], into)).has(branch);
  }

  async mergedBranches(
    checkout: Checkout,
    branches: readonly string[],
    into: string,
  ): Promise<ReadonlySet<string>> {
    const { mergedBranches } = await import('./git-merged.js');
    return mergedBranches(this.#at(checkout), branches, into);
  }

  async hasOwnCommits(checkout: Checkout, branch: string, base: string): Promise<boolean> {
    const { hasOwnCommits } = await import('./git-merged.js');
    return hasOwnCommits(this.#at(checkout), branch, base);
  }

  async addWorktree({ checkout }: HeldRepository, request: WorktreeRequest): Promise<'made' | 'existing'> {
    const { addWorktree } = await import('./git-worktree.js');
    const outcome = await addWorktree(this.#at(checkout), request);
    if (outcome === 'made-with-branch') this.#made.add(keyOf(checkout, request.branch));
    return outcome === 'existing' ? outcome : 'made';
  }

  async removeWorktree({ checkout }: HeldRepository, request: WorktreeRequest): Promise<void> {
    const { removeWorktree } = await import('./git-worktree.js');
    const withBranch = this.#made.delete(keyOf(checkout, request.branch));
    return removeWorktree(this.#at(checkout), request, withBranch);
  }

  async retireWorktree({ checkout }: HeldRepository, path: string): Promise<Result<undefined, string>> {
    const { retireWorktree } = await import('./git-worktree.js');
    return retireWorktree(this.#at(checkout), path);
  }

  async retireBranch({ checkout }: HeldRepository, branch: string): Promise<Result<undefined, string>> {
    const git = this.#at(checkout);
    // A branch that a work tree has checked out is refused by git itself, whatever was asked before.
    const run = await git.run(['branch', '--quiet', '-D', '--', branch], WRITING);
    const isGone = run.code === 0 || (await git.branchTip(branch)) === undefined;
    return isGone ? ok(undefined) : err(reasonOf(run));
  }

  async makeMergeBranch(
    { checkout }: HeldRepository,
    name: string,
    branches: readonly string[],
  ): Promise<Result<string, readonly string[]>> {
    const git = this.#at(checkout);
    const isThere = (await git.branchTip(name)) !== undefined;
    const { mergeBranches } = await import('./git-merges.js');
    const merged = await mergeBranches(git, name, branches);
    if (merged.ok && !isThere) this.#made.add(keyOf(checkout, name));
    return merged;
  }

  async removeMergeBranch({ checkout }: HeldRepository, name: string): Promise<void> {
    if (!this.#made.delete(keyOf(checkout, name))) return;
    await this.#at(checkout).run(['update-ref', '-d', BRANCHES + name], WRITING);
  }

  async exclude({ checkout }: HeldRepository, pattern: string): Promise<() => Promise<void>> {
    if (checkout.commonDir === undefined) return async () => undefined;
    const { excludePattern } = await import('./git-worktree.js');
    const takeBack = excludePattern(checkout.commonDir, pattern);
    return async () => takeBack();
  }

  #at(checkout: Checkout): Git {
    return this.#git.in(mainOf(checkout));
  }

  /** The lock was free, so whoever noted a move of a branch is dead. */
  async #holding<T>(
    lock: HeldLock,
    checkout: Checkout,
    work: (held: HeldRepository) => Promise<T>,
  ): Promise<T> {
    try {
      if (checkout.commonDir !== undefined && existsSync(moveNotePath(checkout))) {
        const { settleMove } = await import('./git-branch-move.js');
        await settleMove(this.#at(checkout));
      }
      return await work({ checkout });
    } finally {
      lock.release();
    }
  }
}

const LOCK_WAIT_MS = 5_000;
const CONFIG = '.kittify/config.yaml';
const ORIGIN = 'remote.origin.url';

const keyOf = ({ commonDir = '' }: Checkout, branch: string): string => `${commonDir}\n${branch}`;
