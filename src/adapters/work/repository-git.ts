import type { Checkout } from '../../ports/events.js';
import type { Git } from './git-command.js';
import { demandFact, factOfCommits, type FactOptions } from './git-commit-facts.js';
import type { GitOptions, GitRun } from './git-process.js';

/** Git for one repository. What is asked of it as a whole is asked in its main checkout, which outlives every worktree. */
export class RepositoryGit {
  readonly git: Git;
  readonly checkout: Checkout;

  constructor(git: Git, checkout: Checkout) {
    this.git = git;
    this.checkout = checkout;
  }

  run(args: readonly string[], options?: Partial<GitOptions>): Promise<GitRun> {
    return this.git.run(this.checkout.projectRoot, args, options);
  }

  demand(args: readonly string[], options?: Partial<GitOptions>): Promise<string> {
    return this.git.demand(this.checkout.projectRoot, args, options);
  }

  /** As {@link factOfCommits}. */
  fact(commits: readonly string[], args: readonly string[], options?: FactOptions): Promise<GitRun> {
    return factOfCommits(this.git, this.checkout, commits, args, options);
  }

  /** As {@link demandFact}. */
  demandFact(commits: readonly string[], args: readonly string[]): Promise<string> {
    return demandFact(this.git, this.checkout, commits, args);
  }

  branchTip(branch: string): Promise<string | undefined> {
    return this.git.branchTip(this.checkout, branch);
  }

  revision(name: string): Promise<string | undefined> {
    return this.git.revision(this.checkout, name);
  }
}
