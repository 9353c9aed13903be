import { existsSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { Environment } from '../../domain/child-environment.js';
import { SyncError } from '../../domain/errors.js';
import type { Checkout, Head } from '../../ports/events.js';
import {
  branchNamed,
  BRANCHES,
  readHead,
  readRef,
  recordedWorktrees,
  type RecordedWorktree,
} from './git-directory.js';
import { runGit, type GitOptions, type GitRun } from './git-process.js';
import { reasonOf } from './git-reason.js';

export interface Worktree extends RecordedWorktree {
  readonly branch: string | undefined;
}

/** Git in one checkout: its commands, and what its files tell without a command. */
export class Git {
  readonly checkout: Checkout;
  readonly #environment: Environment;
  readonly #facts: Map<string, GitRun>;

  constructor(environment: Environment, checkout = placeAt('.'), facts = new Map<string, GitRun>()) {
    this.#environment = environment;
    this.checkout = checkout;
    this.#facts = facts;
  }

  /** The same git in another checkout, or in whatever is at a path. */
  in(place: Checkout | string): Git {
    const checkout = typeof place === 'string' ? placeAt(place) : place;
    return new Git(this.#environment, checkout, this.#facts);
  }

  /**
   * Runs git and gives back whatever it ended with. One that writes is run once more for as long as another git has what
   * it needs: the user's own works there for a moment, and so does one whose caller died.
   */
  async run(args: readonly string[], options: Partial<GitOptions> = {}): Promise<GitRun> {
    for (let deadline: number | undefined; ;) {
      const run = await runGit(args, {
        directory: this.checkout.root,
        environment: this.#environment,
        ...options,
      });
      const lock = options.writes === true ? lockOf(run) : undefined;
      if (lock === undefined || performance.now() > (deadline ??= performance.now() + LOCK_WAIT_MS))
        return run;
      while (existsSync(lock) && performance.now() < deadline) await delay(LOCK_PAUSE_MS);
    }
  }

  /** Runs git and fails with `git-failed` unless it ends well; returns what it printed. */
  async demand(args: readonly string[], options?: Partial<GitOptions>): Promise<string> {
    return printed(await this.run(args, options));
  }

  /**
   * Asks git something that commits alone decide, which are named in full. The answer never changes, so the last few are
   * remembered: what a merge decides upon is what it then does, and starting git takes longer than the question. After
   * an exit code that is none of the `answers`, git is asked again.
   */
  async fact(args: readonly string[], answers = [0], options?: Partial<GitOptions>): Promise<GitRun> {
    const key = [this.checkout.root, ...args].join('\0');
    const remembered = this.#facts.get(key);
    if (remembered !== undefined) return remembered;
    const run = await this.run(args, options);
    if (answers.includes(run.code)) this.#facts.set(key, run);
    const [oldest] = this.#facts.keys();
    if (this.#facts.size > REMEMBERED && oldest !== undefined) this.#facts.delete(oldest);
    return run;
  }

  /** The same where only one answer will do. */
  async demandFact(args: readonly string[]): Promise<string> {
    return printed(await this.fact(args));
  }

  /** Branch and commit. */
  async head(): Promise<Head> {
    const { gitDir, commonDir } = this.checkout;
    if (gitDir === undefined || commonDir === undefined) return {};
    const head = readHead({ gitDir, commonDir });
    if (head !== 'unusual') return head;
    const branch = branchNamed((await this.run(['symbolic-ref', '-q', 'HEAD'])).stdout.trim());
    const commit = await this.#commitOf('HEAD');
    return { ...(branch !== undefined && { branch }), ...(commit !== undefined && { commit }) };
  }

  /** The work trees of the repository, each with the branch that it has checked out, if it has one. */
  async worktrees(): Promise<readonly Worktree[]> {
    const { commonDir = '' } = this.checkout;
    const worktrees = recordedWorktrees(this.checkout).map(async (tree) => {
      const head = readHead({ ...tree, commonDir });
      if (head !== 'unusual') return { ...tree, branch: head.branch };
      const ref = await this.run(['--git-dir', tree.gitDir, 'symbolic-ref', '-q', 'HEAD']);
      return { ...tree, branch: branchNamed(ref.stdout.trim()) };
    });
    return Promise.all(worktrees);
  }

  /** Commit at the tip of a branch; `undefined` when there is no such branch. */
  async branchTip(branch: string): Promise<string | undefined> {
    const { commonDir } = this.checkout;
    if (commonDir === undefined || branch === '') return undefined;
    const tip = readRef(commonDir, BRANCHES + branch);
    return tip === 'unusual' ? this.#commitOf(BRANCHES + branch) : tip;
  }

  /** A name that git takes for nothing but a revision: the branch of that name, else whatever else it may be. */
  async revision(name: string): Promise<string | undefined> {
    return (await this.branchTip(name)) ?? this.#commitOf(name);
  }

  async #commitOf(name: string): Promise<string | undefined> {
    const args = ['rev-parse', '-q', '--verify', '--end-of-options', `${name}^{commit}`];
    return (await this.run(args)).stdout.trim() || undefined;
  }
}

/** For a git that writes: a repository with large files takes its time, and hooks may run a project's whole test suite. */
export const WRITING = { writes: true, timeoutMs: 300_000 } as const;

/** The lock file that kept a git from working; `undefined` when it did work, or failed for another reason. */
export const lockOf = ({ code, stderr }: GitRun): string | undefined =>
  code === 0 ? undefined : LOCKED.exec(stderr)?.[1];

const LOCKED = /Unable to create '([^']+\.lock)': File exists/;
const LOCK_WAIT_MS = 2_000;
const LOCK_PAUSE_MS = 20;
const REMEMBERED = 16;

const placeAt = (root: string): Checkout => ({ root, projectRoot: root });

const printed = (run: GitRun): string => {
  if (run.code !== 0) throw new SyncError('git-failed', `Git failed: ${reasonOf(run)}`);
  return run.stdout;
};
