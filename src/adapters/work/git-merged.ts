import type { BranchStanding } from '../../domain/work/merge-selection.js';
import type { StandingQuestion } from '../../ports/work.js';
import { WRITING, type Git } from './git.js';
import { BRANCHES } from './git-directory.js';
import type { GitRun } from './git-process.js';

/** Those of many branches of which `into` has everything. A branch that does not exist is in none. */
export const mergedBranches = async (
  git: Git,
  branches: readonly string[],
  into: string,
): Promise<ReadonlySet<string>> => {
  const questions = branches.map((branch) => ({ branch }));
  const standings = await standingsOf(git, into, questions);
  return new Set(branches.filter((branch) => standings.get(branch) === 'merged'));
};

/** Whether `branch` has commits that `base` has not. */
export const hasOwnCommits = async (git: Git, branch: string, base: string): Promise<boolean> => {
  const [tip, from] = await Promise.all([git.branchTip(branch), git.branchTip(base)]);
  return tip !== undefined && from !== undefined && !(await containedIn(git, [tip], [from])).has(tip);
};

/**
 * How branches stand to the one that they are merged into. It has everything of one by its commits; or, after a squash of
 * ours, by what its commit says; or, after somebody else's squash, by the content, which shows in a merge of the two that
 * changes nothing. Each is asked for all of them at once.
 *
 * A branch without commits of its own is merged in git's eyes; where it is asked what it was started from, it is not, for
 * there is nothing that could be. Its tip is then on the main line (first parents) of that, and no reflog knows of a
 * commit made on it or of a fast-forward to it: a merge in git's usual way leaves the tip beside the main line, as a
 * second parent.
 */
export const standingsOf = async (
  git: Git,
  into: string,
  questions: readonly (Pick<StandingQuestion, 'branch'> & Partial<StandingQuestion>)[],
): Promise<ReadonlyMap<string, BranchStanding>> => {
  const standings = new Map<string, BranchStanding>(questions.map(({ branch }) => [branch, 'missing']));
  const target = await git.branchTip(into);
  const tips = await tipsOf(git, [...standings.keys()]);
  const targets = target === undefined ? [] : [target];
  const contained = await containedIn(git, [...tips.values()], targets);
  for (const { branch, startedFrom } of questions) {
    const tip = tips.get(branch);
    if (tip === undefined) continue;
    const isIn = contained.has(tip);
    const isStart =
      startedFrom !== undefined &&
      ((isIn && target !== undefined && (await isOnNewest(git, tip, target))) ||
        (await isOnOther(git, tip, startedFrom))) &&
      !(await wasCommitted(git, { branch, into, tip }));
    standings.set(branch, isStart ? 'no-commits' : isIn ? 'merged' : 'unmerged');
  }
  if (target === undefined) return standings;
  const open = [...tips].filter(([branch]) => standings.get(branch) === 'unmerged');
  const squashed = await squashedInto(
    git,
    open.map(([, tip]) => tip),
    target,
  );
  for (const [branch, tip] of open) if (squashed.has(tip)) standings.set(branch, 'merged');
  return standings;
};

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
  into: string,
  tips: readonly string[],
): Promise<readonly string[]> => {
  const format = `--format=%(trailers:key=${TRAILER},valueonly=true,unfold=true)`;
  const known = await commonBase(git, into, tips);
  const args = ['log', '--extended-regexp', `--grep=^${TRAILER}: `, format, into, '--not', ...known, '--'];
  const values = (await git.demandFact(args)).split(/\r?\n/);
  const found = values.flatMap((value) => /\s([0-9a-f]{40}|[0-9a-f]{64})$/.exec(value.trim())?.[1] ?? []);
  return [...new Set(found)];
};

/**
 * Those of many commits that one of others descends from, or is. A commit that is left over when all history of the
 * others is taken away is not among them.
 */
export const containedIn = async (
  git: Git,
  commits: readonly string[],
  others: readonly string[],
): Promise<ReadonlySet<string>> => {
  const contained = new Set(others.length === 0 ? [] : commits);
  for (let from = 0; from < commits.length && others.length > 0; from += MANY) {
    const args = ['--ignore-missing', ...commits.slice(from, from + MANY), '--not', ...others, '--'];
    for (const left of (await git.demandFact(['rev-list', ...args])).split('\n')) contained.delete(left);
  }
  return contained;
};

/** Merges two commits in the object store alone. Prints the tree, and after an exit with 1 the paths that conflict. */
export const runMergeTree = (git: Git, ours: string, theirs: string): Promise<GitRun> =>
  git.fact(
    ['merge-tree', '--write-tree', '--name-only', '--no-messages', '-z', ours, theirs],
    [0, 1],
    WRITING,
  );

export const treeOf = async (git: Git, commit: string): Promise<string> =>
  (await git.demandFact(['rev-parse', `${commit}^{tree}`])).trim();

const TRAILER = 'Merged-Branch';

/** As many commits as every system takes on one command line. */
const MANY = 200;
const AT_ONCE = 4;
const LOOKED_AT = 20_000;

/** Those that exist, with their tips. */
const tipsOf = async (git: Git, branches: readonly string[]): Promise<ReadonlyMap<string, string>> => {
  const tips = new Map<string, string>();
  for (const branch of branches) {
    const tip = await git.branchTip(branch);
    if (tip !== undefined) tips.set(branch, tip);
  }
  return tips;
};

/** Those of which `into` has everything without being descended from them. */
const squashedInto = async (
  git: Git,
  tips: readonly string[],
  into: string,
): Promise<ReadonlySet<string>> => {
  if (tips.length === 0) return new Set();
  const merged = new Set(await containedIn(git, tips, await squashedTips(git, into, tips)));
  const unknown = tips.filter((tip) => !merged.has(tip));
  if (unknown.length === 0) return merged;
  const tree = await treeOf(git, into);
  for (let from = 0; from < unknown.length; from += AT_ONCE) {
    const some = unknown.slice(from, from + AT_ONCE).map(async (tip) => {
      const { code, stdout } = await runMergeTree(git, into, tip);
      if (code === 0 && stdout.split('\0')[0] === tree) merged.add(tip);
    });
    await Promise.all(some);
  }
  return merged;
};

/**
 * A commit that all of these descend from, so that no squash of theirs lies before it. Of too many for one command line,
 * and without anything in common, there is none.
 */
const commonBase = async (git: Git, into: string, tips: readonly string[]): Promise<readonly string[]> => {
  if (tips.length === 1) return tips;
  if (tips.length > MANY) return [];
  const { code, stdout } = await git.fact(['merge-base', '--octopus', into, ...tips]);
  return code === 0 ? [stdout.trim()] : [];
};

/** Whether a commit is on the newest part of the target's main line: nobody starts a branch farther back. */
const isOnNewest = async (git: Git, commit: string, target: string): Promise<boolean> => {
  const args = ['rev-list', '--first-parent', `--max-count=${LOOKED_AT}`, target, '--'];
  return (await git.demandFact(args)).split('\n').includes(commit);
};

/** Whether a commit is on the main line of one of these branches; looks no farther back than to itself. */
const isOnOther = async (git: Git, commit: string, branches: readonly string[]): Promise<boolean> => {
  for (const other of (await tipsOf(git, branches)).values()) {
    const args = ['rev-list', '--first-parent', other, '--not', `${commit}^@`, '--'];
    if (other === commit || (await git.demandFact(args)).split('\n').includes(commit)) return true;
  }
  return false;
};

/** What reflogs tell, which only this clone has: that the tip was made on the branch, or that a merge went forward to it. */
const wasCommitted = async (
  git: Git,
  { branch, into, tip }: Record<'branch' | 'into' | 'tip', string>,
): Promise<boolean> => {
  const isLogged = async (of: string, isIt: (action: string) => boolean): Promise<boolean> => {
    const args = ['log', '--walk-reflogs', '--format=%H%x09%gs', BRANCHES + of, '--'];
    const lines = (await git.run(args)).stdout.split('\n').map((line) => line.split('\t'));
    return lines.some(([commit, action = '']) => commit === tip && isIt(action));
  };
  return (
    (await isLogged(branch, (action) => /^(?:commit|cherry-pick|am|revert)\b/.test(action))) ||
    (await isLogged(into, (action) => action.startsWith(`merge ${branch}: Fast-forward`)))
  );
};
