import type { BranchStanding } from '../../domain/workflow/merge-selection.js';
import type { StandingQuestion } from '../../ports/merging.js';
import type { Checkout } from '../../ports/workspace.js';
import { isMerged } from './git-branches.js';
import { directoryOf, type Git } from './git-command.js';
import { isAncestor } from './git-merge-tree.js';
import { BRANCHES } from './git-refs.js';

/**
 * How a branch stands to the one that it is merged into. A branch without commits of its own is merged in git's eyes;
 * here it is not, for there is nothing that could be. Its tip is then on the main line (first parents) of what it was
 * started from, and no reflog knows of a commit made on it or of a fast-forward to it: a merge in git's usual way leaves
 * the tip beside the main line, as a second parent.
 */
export const standingOf = async (
  git: Git,
  checkout: Checkout,
  { branch, into, startedFrom }: StandingQuestion,
): Promise<BranchStanding> => {
  const tip = await git.branchTip(checkout, branch);
  if (tip === undefined) return 'missing';
  const target = await git.branchTip(checkout, into);
  if (target !== undefined && (await isAncestor(git, checkout, tip, target))) {
    const isStart =
      (await isOnMainLine(git, checkout, tip, target)) || (await isOnOther(git, checkout, tip, startedFrom));
    return isStart && !(await wasCommitted(git, checkout, { branch, into, tip })) ? 'no-commits' : 'merged';
  }
  if (await isOnOther(git, checkout, tip, startedFrom))
    return (await wasCommitted(git, checkout, { branch, into, tip }))
      ? mergedOrNot(git, checkout, branch, into)
      : 'no-commits';
  return mergedOrNot(git, checkout, branch, into);
};

/**
 * Those of many branches that nobody has committed anything on. Only a branch whose tip is on the main line of the
 * target, or is that of a branch that it may have been started from, is looked at closely.
 */
export const idleBranches = async (
  git: Git,
  checkout: Checkout,
  into: string,
  questions: readonly Omit<StandingQuestion, 'into'>[],
): Promise<ReadonlySet<string>> => {
  const tips = new Map<string, string>();
  for (const { branch } of questions) {
    const tip = await git.branchTip(checkout, branch);
    if (tip !== undefined) tips.set(branch, tip);
  }
  const target = tips.size === 0 ? undefined : await git.branchTip(checkout, into);
  const mainLine = target === undefined ? new Set<string>() : await mainLineOf(git, checkout, target);
  const idle = new Set<string>();
  for (const { branch, startedFrom } of questions) {
    const tip = tips.get(branch);
    if (tip === undefined) continue;
    const starts = await Promise.all(startedFrom.map((start) => git.branchTip(checkout, start)));
    if (!mainLine.has(tip) && !starts.includes(tip)) continue;
    if ((await standingOf(git, checkout, { branch, into, startedFrom })) === 'no-commits') idle.add(branch);
  }
  return idle;
};

/** The newest commits of the main line: nobody starts a branch so far back, and a look has to be short. */
const mainLineOf = async (git: Git, checkout: Checkout, target: string): Promise<ReadonlySet<string>> => {
  const args = ['rev-list', '--first-parent', `--max-count=${LOOKED_AT}`, target, '--'];
  return new Set((await git.demand(directoryOf(checkout), args)).split('\n'));
};

const LOOKED_AT = 5_000;

const mergedOrNot = async (
  git: Git,
  checkout: Checkout,
  branch: string,
  into: string,
): Promise<BranchStanding> => ((await isMerged(git, checkout, branch, into)) ? 'merged' : 'unmerged');

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
