import { workPackageBranch } from '../../domain/workflow/feature-slug.js';
import type { BranchStanding } from '../../domain/workflow/merge-selection.js';
import type { Merges } from '../../ports/merging.js';
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
  { workPackage: { id, dependencies } }: FiledWorkPackage,
  into: string,
): Promise<BranchStanding> => {
  const branch = workPackageBranch(slug, id);
  const startedFrom = [
    ...dependencies.map((dependency) => workPackageBranch(slug, dependency)),
    ...(dependencies.length > 1 ? [`${branch}-merge-base`] : []),
  ];
  return merges.standing(checkout, { branch, into, startedFrom });
};
