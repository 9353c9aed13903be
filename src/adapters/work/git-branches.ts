import { SyncError } from '../../domain/errors.js';
import { ok, type Result } from '../../domain/result.js';
import type { Checkout } from '../../ports/events.js';
import { directoryOf, type Git } from './git-command.js';
import { isAncestor, makeCommit, mergeTrees } from './git-merge-tree.js';
import { mergedTips } from './git-merged.js';
import { BRANCHES } from './git-refs.js';
import { listWorktrees } from './git-worktree-list.js';

/** Whether everything of `branch` is in `into`. A branch that does not exist is in none. */
export const isMerged = async (
  git: Git,
  checkout: Checkout,
  branch: string,
  into: string,
): Promise<boolean> => (await mergedBranches(git, checkout, [branch], into)).has(branch);

/** Those of many branches that are merged in this sense. */
export const mergedBranches = async (
  git: Git,
  checkout: Checkout,
  branches: readonly string[],
  into: string,
): Promise<ReadonlySet<string>> => {
  const target = await git.revision(checkout, into);
  if (target === undefined) return new Set();
  const tips = new Map<string, string>();
  for (const branch of branches) {
    const tip = await git.revision(checkout, branch);
    if (tip !== undefined) tips.set(branch, tip);
  }
  const merged = await mergedTips(git, checkout, [...tips.values()], target);
  return new Set([...tips].filter(([, tip]) => merged.has(tip)).map(([branch]) => branch));
};

/** Whether `branch` has commits that `base` has not. */
export const hasOwnCommits = async (
  git: Git,
  checkout: Checkout,
  branch: string,
  base: string,
): Promise<boolean> => {
  const [tip, from] = await Promise.all([git.revision(checkout, branch), git.revision(checkout, base)]);
  if (tip === undefined || from === undefined) return false;
  return (
    (await git.demand(directoryOf(checkout), ['rev-list', '--max-count=1', tip, `^${from}`])).trim() !== ''
  );
};

/** Makes `name` point at a merge of the tips, in the object store alone. */
export const mergeBranches = async (
  git: Git,
  checkout: Checkout,
  name: string,
  branches: readonly string[],
): Promise<Result<string, readonly string[]>> => {
  const standing = await git.branchTip(checkout, name);
  let merge: string | undefined;
  for (const branch of branches) {
    const tip = await git.revision(checkout, branch);
    if (tip === undefined)
      throw new SyncError('worktree-failed', `There is no branch ${branch} to build upon.`);
    const next =
      merge === undefined
        ? ok(tip)
        : await mergeTips(git, checkout, merge, tip, `Merge ${branch} into ${name}`);
    if (!next.ok) return next;
    merge = next.value;
  }
  if (merge === undefined) throw new SyncError('worktree-failed', 'There is no branch to build upon.');
  // What was merged before, and perhaps built upon since, stays.
  if (standing !== undefined && (await isAncestor(git, checkout, merge, standing))) return ok(standing);
  if (standing !== undefined && listWorktrees(checkout).some(({ branch }) => branch === name)) {
    throw new SyncError('worktree-failed', `The branch ${name} is checked out, so it cannot be moved.`);
  }
  await git.demand(directoryOf(checkout), ['update-ref', BRANCHES + name, merge, standing ?? ''], {
    writes: true,
  });
  return ok(merge);
};

const mergeTips = async (
  git: Git,
  checkout: Checkout,
  ours: string,
  theirs: string,
  message: string,
): Promise<Result<string, readonly string[]>> => {
  if (await isAncestor(git, checkout, theirs, ours)) return ok(ours);
  if (await isAncestor(git, checkout, ours, theirs)) return ok(theirs);
  const tree = await mergeTrees(git, checkout, ours, theirs);
  return tree.ok ? ok(await makeCommit(git, checkout, tree.value, [ours, theirs], [message])) : tree;
};
