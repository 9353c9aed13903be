import type { BranchStanding } from '../../domain/work/merge-selection.js';
import type { Merges, StandingQuestion } from '../../ports/work.js';
import type { Checkout } from '../../ports/events.js';
import type { FiledWorkPackage } from './feature-state.js';
import type { FeatureBranches } from './group-branches.js';

/** How the branches of work packages stand to the target branch, by the ids of the work packages. */
export const branchStandings = async (
  merges: Pick<Merges, 'standings'>,
  checkout: Checkout,
  branches: FeatureBranches,
  filed: readonly FiledWorkPackage[],
  into: string,
): Promise<(id: string) => BranchStanding> => {
  const questions = filed.map((each) => branchQuestion(branches, each));
  const standings = filed.length === 0 ? undefined : await merges.standings(checkout, into, questions);
  return (id) => standings?.get(branches.of(id)) ?? 'missing';
};

/**
 * A branch may have been started from the branch of a dependency, or from a merge of several: their commits are not its
 * own.
 */
const branchQuestion = (
  branches: FeatureBranches,
  { workPackage: { id, dependencies } }: FiledWorkPackage,
): StandingQuestion => {
  const branch = branches.of(id);
  const startedFrom = [
    ...dependencies.map((dependency) => branches.of(dependency)).filter((each) => each !== branch),
    ...(dependencies.length > 1 ? [`${branch}-merge-base`] : []),
  ];
  return { branch, startedFrom };
};
