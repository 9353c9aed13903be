import { SyncError } from '../../domain/errors.js';
import { ok, type Result } from '../../domain/result.js';
import type { Checkout } from '../../ports/workspace.js';
import { directoryOf, type Git } from './git-command.js';
import { isAncestor, makeCommit, mergeTrees, treeOf } from './git-merge-tree.js';
import { BRANCHES } from './git-refs.js';
import { squashedTips } from './git-squash-trace.js';
import { listWorktrees } from './git-worktree-list.js';

/**
 * Whether everything of `branch` is in `into`: its commits; or, after a squash of ours, what its commit says; or, after a
 * squash of somebody else's, its content, which shows in a merge of the two that changes nothing. A branch that does not
 * exist is in none.
 */
export const isMerged = async (
  git: Git,
  checkout: Checkout,
  branch: string,
  into: string,
): Promise<boolean> => {
  const [ours, theirs] = await Promise.all([git.revision(checkout, into), git.revision(checkout, branch)]);
  if (ours === undefined || theirs === undefined) return false;
  if (await isAncestor(git, checkout, theirs, ours)) return true;
  if (await isSquashed(git, checkout, theirs, ours)) return true;
  const merged = await git.run(directoryOf(checkout), ['merge-tree', '--write-tree', ours, theirs]);
  return merged.code === 0 && merged.stdout.trim() === (await treeOf(git, checkout, ours));
};

/**
 * Those of many branches that are merged in this sense. One process finds all whose commits are in `into`; only what is
 * left is asked for one by one.
 */
export const mergedBranches = async (
  git: Git,
  checkout: Checkout,
  branches: readonly string[],
  into: string,
): Promise<ReadonlySet<string>> => {
  const merged = new Set<string>();
  const target = await git.revision(checkout, into);
  if (target === undefined) return merged;
  for (let from = 0; from < branches.length; from += MANY) {
    const refs = branches.slice(from, from + MANY).map((branch) => BRANCHES + branch);
    const args = ['for-each-ref', `--merged=${target}`, '--format=%(refname)', ...refs];
    const found = new Set((await git.demand(directoryOf(checkout), args)).split('\n'));
    for (const ref of refs) if (found.has(ref)) merged.add(ref.slice(BRANCHES.length));
  }
  for (const branch of branches) {
    if (!merged.has(branch) && (await isMerged(git, checkout, branch, into))) merged.add(branch);
  }
  return merged;
};

/** As many names as every system takes on one command line. */
const MANY = 100;

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

/** A branch may have been squashed and then worked upon: what was squashed last has to have all of it. */
const isSquashed = async (git: Git, checkout: Checkout, tip: string, into: string): Promise<boolean> => {
  for (const squashed of await squashedTips(git, checkout, into, [tip]))
    if (squashed === tip || (await isAncestor(git, checkout, tip, squashed))) return true;
  return false;
};
