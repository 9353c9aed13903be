import { err, ok, type Result } from '../result.js';
import { dependenciesOf, topologicalOrder, type DependencyGraph } from './dependency-graph.js';
import { commitSubject } from './commit-message.js';
import { isLane, laneName, type Lane, type Placed } from '../events/lane.js';

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
  /** Asked for by its name: what keeps it from being merged is an error then. */
  readonly isNamed: boolean;
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

/** Why nothing is merged at all. */
export type MergeRefusal =
  | { readonly refusal: 'wrong-lane'; readonly id: string; readonly lane: string }
  | { readonly refusal: 'no-branch'; readonly id: string }
  /** `dependency` has work that is not merged, and it is not among those to merge. */
  | { readonly refusal: 'dependency'; readonly id: string; readonly dependency: string };

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
): Result<readonly MergeStep[], readonly MergeRefusal[]> => {
  const refusals = candidates.flatMap(refusalOf);
  if (refusals.length > 0) return err(refusals);
  const order = topologicalOrder(graph);
  const steps = candidates.flatMap(stepOf);
  return ok(steps.sort((a, b) => order.indexOf(a.id) - order.indexOf(b.id)));
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

const refusalOf = (candidate: MergeCandidate): readonly MergeRefusal[] => {
  const { id, lane, standing, isNamed } = candidate;
  if (!isNamed || (lane === 'done' && standing !== 'unmerged')) return [];
  if (!isMergeable(candidate)) return [{ refusal: 'wrong-lane', id, lane: laneName(candidate) }];
  return standing === 'missing' ? [{ refusal: 'no-branch', id }] : [];
};

const stepOf = ({ id, lane, standing }: MergeCandidate): readonly MergeStep[] => {
  if (!isLane(lane)) return [];
  const stays = { id, from: lane, to: lane };
  if (lane === 'done') return [{ ...stays, outcome: 'already-done' }];
  if (standing === 'missing') return [{ ...stays, outcome: 'no-branch' }];
  if (standing === 'no-commits') return [{ ...stays, outcome: 'no-commits' }];
  const outcome = standing === 'unmerged' ? 'merged' : 'already-merged';
  return [{ id, outcome, from: lane, to: 'for_review' }];
};
