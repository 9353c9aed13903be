import type { BranchStanding } from '../../domain/work/merge-selection.js';
import type { StandingQuestion } from '../../ports/work.js';
import type { Checkout } from '../../ports/events.js';
import { directoryOf, type Git } from './git-command.js';
import { mergedTips } from './git-merged.js';
import { BRANCHES } from './git-refs.js';

/**
 * How branches stand to the one that they are merged into. A branch without commits of its own is merged in git's eyes;
 * here it is not, for there is nothing that could be. Its tip is then on the main line (first parents) of what it was
 * started from, and no reflog knows of a commit made on it or of a fast-forward to it: a merge in git's usual way leaves
 * the tip beside the main line, as a second parent.
 */
export const standingsOf = async (
  git: Git,
  checkout: Checkout,
  into: string,
  questions: readonly StandingQuestion[],
): Promise<ReadonlyMap<string, BranchStanding>> => {
  const standings = new Map<string, BranchStanding>();
  const target = await git.branchTip(checkout, into);
  const mainLine = target === undefined ? new Set<string>() : await mainLineOf(git, checkout, target);
  const worked = new Map<string, string>();
  for (const { branch, startedFrom } of questions) {
    const tip = await git.branchTip(checkout, branch);
    if (tip === undefined) standings.set(branch, 'missing');
    else if (
      (mainLine.has(tip) || (await isOnOther(git, checkout, tip, startedFrom))) &&
      !(await wasCommitted(git, checkout, { branch, into, tip }))
    )
      standings.set(branch, 'no-commits');
    else worked.set(branch, tip);
  }
  const merged =
    target === undefined || worked.size === 0
      ? new Set<string>()
      : await mergedTips(git, checkout, [...worked.values()], target);
  for (const [branch, tip] of worked) standings.set(branch, merged.has(tip) ? 'merged' : 'unmerged');
  return standings;
};

/** The newest commits of the main line: nobody starts a branch so far back, and a look has to be short. */
const mainLineOf = async (git: Git, checkout: Checkout, target: string): Promise<ReadonlySet<string>> => {
  const args = ['rev-list', '--first-parent', `--max-count=${LOOKED_AT}`, target, '--'];
  return new Set((await git.demand(directoryOf(checkout), args)).split('\n'));
};

const LOOKED_AT = 20_000;

const isOnOther = async (
  git: Git,
  checkout: Checkout,
  tip: string,
  branches: readonly string[],
): Promise<boolean> => {
  for (const branch of branches) {
    const other = await git.branchTip(checkout, branch);
    if (other !== undefined && (await isOnMainLine(git, checkout, tip, other))) return true;
  }
  return false;
};

const isOnMainLine = async (git: Git, checkout: Checkout, commit: string, tip: string): Promise<boolean> => {
  if (commit === tip) return true;
  const args = ['rev-list', '--first-parent', tip, '--not', `${commit}^@`, '--'];
  return (await git.demand(directoryOf(checkout), args)).split('\n').includes(commit);
};

/** What reflogs tell, which only this clone has: that the tip was made on the branch, or that a merge went forward to it. */
const wasCommitted = async (
  git: Git,
  checkout: Checkout,
  { branch, into, tip }: Record<'branch' | 'into' | 'tip', string>,
): Promise<boolean> =>
  (await reflog(git, checkout, branch)).some(
    ([commit, action = '']) => commit === tip && MADE_HERE.test(action),
  ) ||
  (await reflog(git, checkout, into)).some(
    ([commit, action = '']) => commit === tip && action.startsWith(`merge ${branch}: Fast-forward`),
  );

const MADE_HERE = /^(?:commit|cherry-pick|am|revert)\b/;

const reflog = async (
  git: Git,
  checkout: Checkout,
  branch: string,
): Promise<readonly (readonly string[])[]> => {
  const args = ['log', '--walk-reflogs', '--format=%H%x09%gs', BRANCHES + branch, '--'];
  return (await git.run(directoryOf(checkout), args)).stdout.split('\n').map((line) => line.split('\t'));
};
