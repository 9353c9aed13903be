import { laneName } from '../events/lane.js';
import type { WorkPackage } from './work-package.js';

/** A dependency that is not far enough for others to build upon it. */
interface UnreadyDependency {
  readonly id: string;
  /** As people read it; absent when there is no such work package. */
  readonly lane?: string;
}

/** The dependencies of a work package that nobody has finished implementing. */
export const unreadyDependencies = (
  workPackage: WorkPackage,
  all: readonly WorkPackage[],
): readonly UnreadyDependency[] =>
  workPackage.dependencies.flatMap((id) => {
    const needed = all.find((each) => each.id === id);
    if (needed?.lane === 'for_review' || needed?.lane === 'done') return [];
    return [{ id, ...(needed === undefined ? {} : { lane: laneName(needed) }) }];
  });

/** What the branch of a work package starts from. */
type WorktreeBase =
  | { readonly base: 'branch'; readonly branch: string }
  /** A branch of that name that merges several. */
  | { readonly base: 'merge'; readonly branch: string; readonly branches: readonly string[] };

/**
 * Work starts from the target branch, unless dependencies wait for their merge: then from the one branch that has
 * such work, or from a merge of several.
 */
export const chooseWorktreeBase = (
  workBranch: string,
  targetBranch: string,
  unmerged: readonly string[],
): WorktreeBase => {
  const [only, another] = unmerged;
  if (only === undefined) return { base: 'branch', branch: targetBranch };
  if (another === undefined) return { base: 'branch', branch: only };
  return { base: 'merge', branch: `${workBranch}-merge-base`, branches: unmerged };
};
