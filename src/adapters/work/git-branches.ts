import { SyncError } from '../../domain/errors.js';
import { ok, type Result } from '../../domain/result.js';
import { isAncestor, makeCommit, mergeTrees } from './git-merge-tree.js';
import { mergedTips } from './git-merged.js';
import { BRANCHES } from './git-refs.js';
import { listWorktrees } from './git-worktree-list.js';
import type { RepositoryGit } from './repository-git.js';

/** Those of many branches of which everything is in `into`. One that does not exist is in none. */
export const mergedBranches = async (
  git: RepositoryGit,
  branches: readonly string[],
  into: string,
): Promise<ReadonlySet<string>> => {
  const target = await git.revision(into);
  if (target === undefined) return new Set();
  const tips = new Map<string, string>();
  for (const branch of branches) {
    const tip = await git.revision(branch);
    if (tip !== undefined) tips.set(branch, tip);
  }
  const merged = await mergedTips(git, [...tips.values()], target);
  return new Set([...tips].filter(([, tip]) => merged.has(tip)).map(([branch]) => branch));
};

/** Whether `branch` has commits that `base` has not. */
export const hasOwnCommits = async (git: RepositoryGit, branch: string, base: string): Promise<boolean> => {
  const [tip, from] = await Promise.all([git.revision(branch), git.revision(base)]);
  if (tip === undefined || from === undefined) return false;
  return (await git.demand(['rev-list', '--max-count=1', tip, `^${from}`])).trim() !== '';
};

/** Makes `name` point at a merge of the tips, in the object store alone. */
export const mergeBranches = async (
  git: RepositoryGit,
  name: string,
  branches: readonly string[],
): Promise<Result<string, readonly string[]>> => {
  const standing = await git.branchTip(name);
  let merge: string | undefined;
  for (const branch of branches) {
    const tip = await git.revision(branch);
    if (tip === undefined)
      throw new SyncError('worktree-failed', `There is no branch ${branch} to build upon.`);
    const next =
      merge === undefined ? ok(tip) : await mergeTips(git, merge, tip, `Merge ${branch} into ${name}`);
    if (!next.ok) return next;
    merge = next.value;
  }
  if (merge === undefined) throw new SyncError('worktree-failed', 'There is no branch to build upon.');
  // What was merged before, and perhaps built upon since, stays.
  if (standing !== undefined && (await isAncestor(git, merge, standing))) return ok(standing);
  if (standing !== undefined && listWorktrees(git.checkout).some(({ branch }) => branch === name)) {
    throw new SyncError('worktree-failed', `The branch ${name} is checked out, so it cannot be moved.`);
  }
  await git.demand(['update-ref', BRANCHES + name, merge, standing ?? ''], {
    writes: true,
  });
  return ok(merge);
};

const mergeTips = async (
  git: RepositoryGit,
  ours: string,
  theirs: string,
  message: string,
): Promise<Result<string, readonly string[]>> => {
  if (await isAncestor(git, theirs, ours)) return ok(ours);
  if (await isAncestor(git, ours, theirs)) return ok(theirs);
  const tree = await mergeTrees(git, ours, theirs);
  return tree.ok ? ok(await makeCommit(git, tree.value, [ours, theirs], [message])) : tree;
};
