import { SyncError } from '../../domain/errors.js';
import { BRANCHES, readHead, readRef } from './git-refs.js';
import { runGit, type Environment, type GitOptions, type GitRun } from './git-process.js';
import { reasonOf } from './git-reason.js';
import type { Checkout, Head } from '../../ports/events.js';

/** Git for one machine: its commands, and what its files tell without a command. */
export class Git {
  readonly #environment: Environment;

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  /** Runs git and gives back whatever it ended with. */
  run(directory: string, args: readonly string[], options: Partial<GitOptions> = {}): Promise<GitRun> {
    return runGit(args, { directory, environment: this.#environment, ...options });
  }

  /** Runs git and fails with `git-failed` unless it ends well; returns what it printed. */
  async demand(
    directory: string,
    args: readonly string[],
    options: Partial<GitOptions> = {},
  ): Promise<string> {
    const run = await this.run(directory, args, options);
    if (run.code !== 0) throw new SyncError('git-failed', `Git failed: ${reasonOf(run)}`);
    return run.stdout;
  }

  /** Branch and commit of a work tree. */
  async head(checkout: Checkout): Promise<Head> {
    const { gitDir, commonDir } = checkout;
    if (gitDir === undefined || commonDir === undefined) return {};
    const head = readHead({ gitDir, commonDir });
    if (head !== 'unusual') return head;
    const ref = (await this.run(checkout.root, ['symbolic-ref', '-q', 'HEAD'])).stdout.trim();
    const commit = (
      await this.run(checkout.root, ['rev-parse', '-q', '--verify', 'HEAD^{commit}'])
    ).stdout.trim();
    return {
      ...(ref.startsWith(BRANCHES) ? { branch: ref.slice(BRANCHES.length) } : {}),
      ...(commit === '' ? {} : { commit }),
    };
  }

  /** Commit at the tip of a branch; `undefined` when there is no such branch. */
  async branchTip(checkout: Checkout, branch: string): Promise<string | undefined> {
    const { gitDir, commonDir } = checkout;
    if (gitDir === undefined || commonDir === undefined || branch === '') return undefined;
    const tip = readRef({ gitDir, commonDir }, BRANCHES + branch);
    if (tip !== 'unusual') return tip;
    const ref = `${BRANCHES}${branch}^{commit}`;
    const found = (await this.run(directoryOf(checkout), ['rev-parse', '-q', '--verify', ref])).stdout.trim();
    return found === '' ? undefined : found;
  }

  /** A name that git takes for nothing but a revision: the branch of that name, else whatever else it may be. */
  async revision(checkout: Checkout, name: string): Promise<string | undefined> {
    const tip = await this.branchTip(checkout, name);
    if (tip !== undefined) return tip;
    const args = ['rev-parse', '-q', '--verify', '--end-of-options', `${name}^{commit}`];
    const found = (await this.run(directoryOf(checkout), args)).stdout.trim();
    return found === '' ? undefined : found;
  }
}

/** Where commands about the repository as a whole run: its main checkout, which outlives every worktree. */
export const directoryOf = (checkout: Checkout): string => checkout.projectRoot;
