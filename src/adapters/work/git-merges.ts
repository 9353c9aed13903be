import { SyncError } from '../../domain/errors.js';
import { err, ok } from '../../domain/result.js';
import type { Result } from '../../domain/result.js';
import type { BranchStanding } from '../../domain/work/merge-selection.js';
import type { Checkout, HeldRepository } from '../../ports/events.js';
import type {
  BranchMove,
  BranchPlace,
  MergeConflict,
  MergeRequest,
  Merges,
  MoveObstacle,
  StandingQuestion,
  TriedMerge,
} from '../../ports/work.js';
import { findObstacle, moveBranch } from './git-branch-move.js';
import { checkedOut, rebased } from './git-branch-place.js';
import { Git } from './git-command.js';
import { isAncestor, makeCommit, mergeTrees, treeOf } from './git-merge-tree.js';
import { containedTips, squashedOf, squashedTips, squashTrailer } from './git-merged.js';
import type { Environment } from './git-process.js';
import { BRANCHES } from './git-refs.js';
import { RepositoryGit } from './repository-git.js';

/** Merges with git, without a checkout and without any of its hooks. Needs git 2.38 or newer to merge. */
export class GitMerges implements Merges {
  readonly #git: Git;

  /** @param environment what git inherits */
  constructor(environment: Environment) {
    this.#git = new Git(environment);
  }

  #at(checkout: Checkout): RepositoryGit {
    return new RepositoryGit(this.#git, checkout);
  }

  async standings(
    checkout: Checkout,
    into: string,
    questions: readonly StandingQuestion[],
  ): Promise<ReadonlyMap<string, BranchStanding>> {
    return standingsOf(this.#at(checkout), into, questions);
  }

  async places(checkout: Checkout): Promise<ReadonlyMap<string, BranchPlace>> {
    const places = [...(await checkedOut(this.#at(checkout))), ...rebased(checkout)];
    return new Map(places.map(({ branch, ...place }) => [branch, place]));
  }

  async tryMerge(checkout: Checkout, request: MergeRequest): Promise<Result<TriedMerge, MergeConflict>> {
    return tryMerge(this.#at(checkout), request);
  }

  async obstacle(checkout: Checkout, move: BranchMove): Promise<MoveObstacle | undefined> {
    return findObstacle(this.#at(checkout), move);
  }

  async moveBranch(held: HeldRepository, move: BranchMove): Promise<Result<undefined, MoveObstacle>> {
    return moveBranch(this.#at(held.checkout), move);
  }
}

/**
 * How branches stand to the one that they are merged into. A branch without commits of its own is merged in git's eyes;
 * here it is not, for there is nothing that could be. Its tip is then on the main line (first parents) of what it was
 * started from, and no reflog knows of a commit made on it or of a fast-forward to it: a merge in git's usual way leaves
 * the tip beside the main line, as a second parent.
 */
const standingsOf = async (
  git: RepositoryGit,
  into: string,
  questions: readonly StandingQuestion[],
): Promise<ReadonlyMap<string, BranchStanding>> => {
  const standings = new Map<string, BranchStanding>();
  const target = await git.branchTip(into);
  const tips = new Map<string, string>();
  for (const { branch } of questions) {
    const tip = await git.branchTip(branch);
    if (tip === undefined) standings.set(branch, 'missing');
    else tips.set(branch, tip);
  }
  const contained = target === undefined ? [] : await containedTips(git, [...tips.values()], [target]);
  const others = new Map<string, string>();
  for (const { branch, startedFrom } of questions) {
    const tip = tips.get(branch);
    if (tip === undefined) continue;
    const isIn = contained.includes(tip);
    const isStart =
      (isIn && target !== undefined && (await isOnNewest(git, tip, target))) ||
      (await isOnOther(git, tip, startedFrom));
    if (isStart && !(await wasCommitted(git, { branch, into, tip }))) standings.set(branch, 'no-commits');
    else if (isIn) standings.set(branch, 'merged');
    else others.set(branch, tip);
  }
  const squashed = target === undefined ? [] : await squashedOf(git, [...others.values()], target);
  for (const [branch, tip] of others) standings.set(branch, squashed.includes(tip) ? 'merged' : 'unmerged');
  return standings;
};

/** Whether a commit is on the newest part of the target's main line: nobody starts a branch farther back. */
const isOnNewest = async (git: RepositoryGit, commit: string, target: string): Promise<boolean> => {
  const args = ['rev-list', '--first-parent', `--max-count=${LOOKED_AT}`, target, '--'];
  return (await git.demandFact([target], args)).split('\n').includes(commit);
};

const LOOKED_AT = 20_000;

const isOnOther = async (git: RepositoryGit, tip: string, branches: readonly string[]): Promise<boolean> => {
  for (const branch of branches) {
    const other = await git.branchTip(branch);
    if (other !== undefined && (await isOnMainLine(git, tip, other))) return true;
  }
  return false;
};

const isOnMainLine = async (git: RepositoryGit, commit: string, tip: string): Promise<boolean> => {
  if (commit === tip) return true;
  const args = ['rev-list', '--first-parent', tip, '--not', `${commit}^@`, '--'];
  return (await git.demandFact([commit, tip], args)).split('\n').includes(commit);
};

/** What reflogs tell, which only this clone has: that the tip was made on the branch, or that a merge went forward to it. */
const wasCommitted = async (
  git: RepositoryGit,
  { branch, into, tip }: Record<'branch' | 'into' | 'tip', string>,
): Promise<boolean> =>
  (await reflog(git, branch)).some(([commit, action = '']) => commit === tip && MADE_HERE.test(action)) ||
  (await reflog(git, into)).some(
    ([commit, action = '']) => commit === tip && action.startsWith(`merge ${branch}: Fast-forward`),
  );

const MADE_HERE = /^(?:commit|cherry-pick|am|revert)\b/;

const reflog = async (git: RepositoryGit, branch: string): Promise<readonly (readonly string[])[]> => {
  const args = ['log', '--walk-reflogs', '--format=%H%x09%gs', BRANCHES + branch, '--'];
  return (await git.run(args)).stdout.split('\n').map((line) => line.split('\t'));
};

/**
 * Merges branch by branch in the object store. Two lines of commits are made: the real one, and a stand-in that has
 * every squashed tip for a parent. Git merges with the stand-in, and so takes the work that a branch was built upon for
 * what both sides have, although the real line has no trace of it that git would follow.
 */
export const tryMerge = async (
  git: RepositoryGit,
  request: MergeRequest,
): Promise<Result<TriedMerge, MergeConflict>> => {
  const from = await tipOf(git, request.into);
  const tips: string[] = [];
  for (const { branch } of request.branches) tips.push(await tipOf(git, branch));
  if (tips.length === 0) return ok({ from, to: from, commits: [] });
  let standIn = await withSquashed(git, from, tips);
  let before = await treeOf(git, from);
  let to = from;
  const commits: (string | undefined)[] = [];
  for (const [at, { branch, subject }] of request.branches.entries()) {
    const tip = tips[at] ?? from;
    const tree = await mergeTrees(git, standIn, tip);
    if (!tree.ok) return err({ branch, paths: tree.error });
    if (tree.value === before && (await isAncestor(git, tip, standIn))) {
      commits.push(undefined);
      continue;
    }
    before = tree.value;
    const isSquash = request.strategy === 'squash';
    const parents = isSquash ? [to] : [to, tip];
    const message = isSquash ? await squashMessage(git, { branch, subject, tip, standIn }) : [subject];
    const isReal = standIn === to;
    to = await makeCommit(git, tree.value, parents, message);
    standIn = isReal && !isSquash ? to : await makeCommit(git, tree.value, [to, tip, standIn], ['stand-in']);
    commits.push(to);
  }
  return ok({ from, to, commits });
};

const tipOf = async (git: RepositoryGit, branch: string): Promise<string> => {
  const tip = await git.branchTip(branch);
  if (tip === undefined) throw new SyncError('git-failed', `There is no branch ${branch}.`);
  return tip;
};

/** The commit itself, or a stand-in that also descends from what was squashed into it and the tips are built upon. */
const withSquashed = async (git: RepositoryGit, commit: string, tips: readonly string[]): Promise<string> => {
  const squashed: string[] = [];
  for (const tip of await squashedTips(git, commit, tips))
    for (const other of tips)
      if (!squashed.includes(tip) && (await isAncestor(git, tip, other))) squashed.push(tip);
  if (squashed.length === 0) return commit;
  return makeCommit(git, await treeOf(git, commit), [commit, ...squashed], ['stand-in']);
};

const squashMessage = async (
  git: RepositoryGit,
  { branch, subject, tip, standIn }: Record<'branch' | 'subject' | 'tip' | 'standIn', string>,
): Promise<readonly string[]> => {
  const args = [
    'log',
    '--no-merges',
    '--reverse',
    `--format=%w(${WIDTH},0,2)* %s`,
    `--max-count=${LISTED}`,
    tip,
    '--not',
    standIn,
    '--',
  ];
  const subjects = (await git.demand(args)).trim();
  return [subject, ...(subjects === '' ? [] : [subjects]), squashTrailer(branch, tip)];
};

const LISTED = 100;

/** Lines of a body may not be longer where commit messages are checked. */
const WIDTH = 100;
