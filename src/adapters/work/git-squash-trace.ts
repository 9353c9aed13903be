import type { Checkout } from '../../ports/events.js';
import { SyncError } from '../../domain/errors.js';
import type { Git } from './git-command.js';
import { factOfCommits } from './git-commit-facts.js';
import { reasonOf } from './git-reason.js';

/**
 * A squashed branch is no ancestor of what has its work. Its commit says in a trailer which branch it came from and what
 * the tip was then, so that history itself is the evidence, in every clone, whatever is done to the same lines later.
 */
export const squashTrailer = (branch: string, tip: string): string => {
  const line = `${TRAILER}: ${branch} ${tip}`;
  // Longer lines are refused where commit messages are checked; git reads a folded trailer as one line.
  return line.length <= 100 ? line : `${TRAILER}: ${branch}\n ${tip}`;
};

/** Tips whose work `into` has by a squash since the last commit that it has in common with all of these. */
export const squashedTips = async (
  git: Git,
  checkout: Checkout,
  into: string,
  tips: readonly string[],
): Promise<readonly string[]> => {
  // Of too many for one command line, or without anything in common, all history is searched.
  const common =
    tips.length > MANY
      ? undefined
      : await factOfCommits(git, checkout, [into, ...tips], ['merge-base', '--octopus', into, ...tips]);
  const base = common?.code === 0 ? ['--not', common.stdout.trim()] : [];
  const format = `--format=%(trailers:key=${TRAILER},valueonly=true,unfold=true)`;
  const args = ['log', '--extended-regexp', `--grep=^${TRAILER}: `, format, into, ...base, '--'];
  const run = await factOfCommits(git, checkout, [into], args);
  if (run.code !== 0) throw new SyncError('git-failed', `Git failed: ${reasonOf(run)}`);
  const values = run.stdout.split(/\r?\n/);
  const found = values.flatMap((value) => /\s([0-9a-f]{40}|[0-9a-f]{64})$/.exec(value.trim())?.[1] ?? []);
  return [...new Set(found)];
};

const MANY = 200;

const TRAILER = 'Merged-Branch';
