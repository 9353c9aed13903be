import { workPackageBranch } from '../../../domain/workflow/feature-slug.js';
import type { BranchStanding } from '../../../domain/workflow/merge-selection.js';
import type { Merges, StandingQuestion } from '../../../ports/merging.js';
import type { Checkout } from '../../../ports/workspace.js';
import type { FiledWorkPackage } from './feature-state.js';

/** How the branches of work packages stand to the target branch, by the ids of the work packages. */
export const branchStandings = async (
  merges: Pick<Merges, 'standings'>,
  checkout: Checkout,
  slug: string,
  filed: readonly FiledWorkPackage[],
  into: string,
): Promise<(id: string) => BranchStanding> => {
  const questions = filed.map((each) => branchQuestion(slug, each));
  const standings = filed.length === 0 ? undefined : await merges.standings(checkout, into, questions);
  return (id) => standings?.get(workPackageBranch(slug, id)) ?? 'missing';
};

/**
 * A branch may have been started from the branch of a dependency, or from a merge of several: their commits are not its
 * own.
 */
const branchQuestion = (
  slug: string,
  { workPackage: { id, dependencies } }: FiledWorkPackage,
): StandingQuestion => {
  const branch = workPackageBranch(slug, id);
  const startedFrom = [
    ...dependencies.map((dependency) => workPackageBranch(slug, dependency)),
    ...(dependencies.length > 1 ? [`${branch}-merge-base`] : []),
  ];
  return { branch, startedFrom };
};
