import { SyncError } from '../../domain/errors.js';
import type { Checkout } from '../../ports/events.js';
import { directoryOf, type Git } from './git-command.js';
import type { GitOptions, GitRun } from './git-process.js';
import { reasonOf } from './git-reason.js';

export interface FactOptions extends Partial<GitOptions> {
  /** The exit codes that are an answer. */
  readonly answers?: readonly number[];
}

/**
 * Asks git something that these commits alone decide. Of commits that are named in full the answer never changes, so the
 * last few are remembered: what a merge decides upon is what it then does, and starting git takes longer than the
 * question. After an exit code that is no answer, git is asked again.
 */
export const factOfCommits = async (
  git: Git,
  checkout: Checkout,
  commits: readonly string[],
  args: readonly string[],
  { answers = [0], ...options }: FactOptions = {},
): Promise<GitRun> => {
  const key = [directoryOf(checkout), ...args].join('\0');
  const facts = factsOf(git);
  const remembered = facts.get(key);
  if (remembered !== undefined) return remembered;
  const run = await git.run(directoryOf(checkout), args, options);
  if (answers.includes(run.code) && commits.every((commit) => FULL_NAME.test(commit)))
    remember(facts, key, run);
  return run;
};

/** The same where only one answer will do: what git printed. Fails with `git-failed`. */
export const demandFact = async (
  git: Git,
  checkout: Checkout,
  commits: readonly string[],
  args: readonly string[],
): Promise<string> => {
  const run = await factOfCommits(git, checkout, commits, args);
  if (run.code !== 0) throw new SyncError('git-failed', `Git failed: ${reasonOf(run)}`);
  return run.stdout;
};

const REMEMBERED = 16;
const FULL_NAME = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;

const known = new WeakMap<Git, Map<string, GitRun>>();

const factsOf = (git: Git): Map<string, GitRun> => {
  const facts = known.get(git) ?? new Map<string, GitRun>();
  known.set(git, facts);
  return facts;
};

/** The oldest answer makes room. */
const remember = (facts: Map<string, GitRun>, key: string, run: GitRun): void => {
  facts.set(key, run);
  const [oldest] = facts.keys();
  if (facts.size > REMEMBERED && oldest !== undefined) facts.delete(oldest);
};
