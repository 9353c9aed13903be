import { dependenciesOf, topologicalOrder, type DependencyGraph } from './dependency-graph.js';
import { commitSubject } from './commit-message.js';
import { isLane, type Lane, type Placed } from '../events/lane.js';

/** How the branch of a work package stands to the branch that it is merged into. */
export type BranchStanding =
  /** There is no such branch. */
  | 'missing'
  /** Nobody has committed anything on it: its tip is a commit that it was started from. */
  | 'no-commits'
  | 'merged'
  | 'unmerged';

/** A work package as far as merging it needs. */
export interface MergeCandidate extends Placed {
  readonly id: string;
  readonly standing: BranchStanding;
}

/** What a merge does with one work package. */
export interface MergeStep {
  readonly id: string;
  readonly outcome: MergeOutcome;
  readonly from: Lane;
  /** The same lane when it stays. */
  readonly to: Lane;
}

export type MergeOutcome = 'merged' | 'already-merged' | 'no-commits' | 'no-branch' | 'already-done';

/** Whether a work package is where its work is merged; what is blocked waits for a person. */
export const isMergeable = ({ lane, detail }: Placed): boolean =>
  (lane === 'doing' && detail !== 'blocked') || lane === 'for_review';

/**
 * What becomes of each candidate, dependencies first. Work that is merged is to be reviewed: from `doing` it goes to
 * `for_review`, also when somebody merged it before. A branch without commits has nothing to merge and no work to review.
 */
export const selectMerges = (
  candidates: readonly MergeCandidate[],
  graph: DependencyGraph,
): readonly MergeStep[] => {
  const order = topologicalOrder(graph);
  return candidates.flatMap(stepOf).sort((a, b) => order.indexOf(a.id) - order.indexOf(b.id));
};

/** The direct dependencies of what is to be merged that are not among it: each has to be merged or without work. */
export const outerDependencies = (
  steps: readonly MergeStep[],
  graph: DependencyGraph,
): readonly { readonly id: string; readonly dependency: string }[] => {
  const merging = steps.filter(({ outcome }) => outcome === 'merged').map(({ id }) => id);
  return merging.flatMap((id) =>
    dependenciesOf(graph, id)
      .filter((dependency) => !merging.includes(dependency))
      .map((dependency) => ({ id, dependency })),
  );
};

/** First line of the commit that merges a work package. Rules for commit messages know git's own words for a merge. */
export const mergeSubject = (
  { id, title, branch }: { readonly id: string; readonly title: string; readonly branch: string },
  { slug, target }: { readonly slug: string; readonly target: string },
  { strategy = 'merge' }: { readonly strategy?: 'merge' | 'squash' },
): string =>
  strategy === 'merge'
    ? `Merge branch '${branch}' into ${target}`
    : commitSubject(`merge ${id}, ${title}`, slug);

const stepOf = ({ id, lane, standing }: MergeCandidate): readonly MergeStep[] => {
  if (!isLane(lane)) return [];
  const stays = { id, from: lane, to: lane };
  if (lane === 'done') return [{ ...stays, outcome: 'already-done' }];
  if (standing === 'missing') return [{ ...stays, outcome: 'no-branch' }];
  if (standing === 'no-commits') return [{ ...stays, outcome: 'no-commits' }];
  const outcome = standing === 'unmerged' ? 'merged' : 'already-merged';
  return [{ id, outcome, from: lane, to: 'for_review' }];
};
