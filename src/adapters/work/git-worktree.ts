import { rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isSyncError } from '../../domain/errors.js';
import { err, ok, type Result } from '../../domain/result.js';
import type { WorktreeRequest } from '../../ports/work.js';
import type { Checkout } from '../../ports/events.js';
import { reasonOf } from './git-reason.js';
import { directoryOf, type Git } from './git-command.js';
import { textIfPlain } from '../fs/repository-file.js';
import { BRANCHES } from './git-refs.js';
import {
  demandOwnPlace,
  failed,
  isFilled,
  isMoved,
  isStanding,
  unfilledMark,
  worktreeAt,
} from './git-worktree-standing.js';

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
    const { stdout } = await this.#git.run(path, ['config', '--type=bool', '--get', 'core.sparseCheckout']);
    const text = stdout.trim() === 'true' ? textIfPlain(join(gitDir, 'info', 'sparse-checkout')) : undefined;
    const lines = text?.split(/\r?\n/).filter((line) => line.trim() !== '' && !line.startsWith('#')) ?? [];
    return lines.length === 0 ? ['/*'] : lines;
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
