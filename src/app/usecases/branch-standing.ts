import { workPackageBranch } from '../../domain/workflow/feature-slug.js';
import type { BranchStanding } from '../../domain/workflow/merge-selection.js';
import type { Merges, StandingQuestion } from '../../ports/merging.js';
import type { Checkout } from '../../ports/workspace.js';
import type { FiledWorkPackage } from './feature-state.js';

/**
 * How the branch of a work package stands to the target branch. It may have been started from the branch of a
 * dependency, or from a merge of several: their commits are not its own.
 */
export const branchStanding = (
  merges: Pick<Merges, 'standing'>,
  checkout: Checkout,
  slug: string,
  filed: FiledWorkPackage,
  into: string,
): Promise<BranchStanding> => merges.standing(checkout, { ...branchQuestion(slug, filed), into });

/** The branch of a work package, and those that it may have been started from beside the target branch. */
export const branchQuestion = (
  slug: string,
  { workPackage: { id, dependencies } }: FiledWorkPackage,
): Omit<StandingQuestion, 'into'> => {
  const branch = workPackageBranch(slug, id);
  const startedFrom = [
    ...dependencies.map((dependency) => workPackageBranch(slug, dependency)),
    ...(dependencies.length > 1 ? [`${branch}-merge-base`] : []),
  ];
  return { branch, startedFrom };
};
