import type { Checkout } from '../../ports/events.js';
import type { Git } from './git-command.js';
import { demandFact, factOfCommits } from './git-commit-facts.js';

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
  const format = `--format=%(trailers:key=${TRAILER},valueonly=true,unfold=true)`;
  const known = await commonBase(git, checkout, into, tips);
  const args = ['log', '--extended-regexp', `--grep=^${TRAILER}: `, format, into, '--not', ...known, '--'];
  const values = (await demandFact(git, checkout, [into, ...known], args)).split(/\r?\n/);
  const found = values.flatMap((value) => /\s([0-9a-f]{40}|[0-9a-f]{64})$/.exec(value.trim())?.[1] ?? []);
  return [...new Set(found)];
};

/**
 * A commit that all of these descend from, so that no squash of theirs lies before it. Of too many for one command line,
 * and without anything in common, there is none.
 */
const commonBase = async (
  git: Git,
  checkout: Checkout,
  into: string,
  tips: readonly string[],
): Promise<readonly string[]> => {
  if (tips.length === 1) return tips;
  if (tips.length > MANY) return [];
  const args = ['merge-base', '--octopus', into, ...tips];
  const { code, stdout } = await factOfCommits(git, checkout, [into, ...tips], args);
  return code === 0 ? [stdout.trim()] : [];
};

const MANY = 200;

const TRAILER = 'Merged-Branch';
