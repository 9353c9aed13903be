import type { Lane } from '../../domain/events/lane.js';
import type { MergeOutcome, MergeStep } from '../../domain/work/merge-selection.js';
import type { MergeConflict, MergeStrategy, MoveObstacle, TriedMerge } from '../../ports/work.js';
import type { FeatureInput } from './work-on-feature.js';

/** What is asked of a merge. */
export interface MergeInput extends FeatureInput {
  /** Empty or absent: every work package in `doing` or `for_review`. */
  readonly workPackageIds?: readonly string[];
  /** Branch to merge into. Default: the feature's target branch. */
  readonly target?: string;
  /** Default `merge`: a merge commit for each work package. `squash`: one plain commit for each. */
  readonly strategy?: MergeStrategy;
  /** Only reports, conflicts included; nothing is locked, written or emitted. */
  readonly dryRun?: boolean;
  /** Who merges; default `user`. */
  readonly agent?: string;
  /** `false` leaves the commit of the lanes to the user; what is merged is in commits in any case. */
  readonly commit?: boolean;
}

/** What is merged into what, as the files and branches say now. */
export interface DecidedMerge {
  readonly slug: string;
  readonly target: string;
  /** Dependencies first. */
  readonly steps: readonly DecidedStep[];
}

interface DecidedStep extends MergeStep {
  readonly branch: string;
  readonly title: string;
}

/** What became of one work package of a merge. */
export interface MergedWorkPackage {
  readonly workPackageId: string;
  readonly branch: string;
  readonly outcome: MergeOutcome;
  /** The commit that merged it; absent when there was nothing to merge, and in a dry run. */
  readonly commit?: string;
  readonly from: Lane;
  /** The same lane when it stayed. */
  readonly to: Lane;
}

/** The first work package that does not merge cleanly. */
export interface FoundConflict extends MergeConflict {
  readonly workPackageId: string;
  /** Those that were to be merged before it, and merge cleanly. */
  readonly after: readonly string[];
  /** The work tree that has its branch checked out; absent when there is none. */
  readonly directory?: string;
}

/** What a merge tells about its work. */
export interface MergeReport {
  readonly feature: string;
  readonly target: string;
  readonly strategy: MergeStrategy;
  /** `true`: nothing was done, `workPackages` says what would be. */
  readonly isDryRun: boolean;
  /** In the order of merging. */
  readonly workPackages: readonly MergedWorkPackage[];
  /** In a dry run: what would keep all of them from being merged. */
  readonly conflict?: FoundConflict;
  /** In a dry run: why the target branch could not move. */
  readonly obstacle?: MoveObstacle;
}

/** The report of a merge that was decided, and, unless it is a dry run, carried out. */
export const mergeReport = (
  { slug, target, steps }: DecidedMerge,
  { strategy = 'merge', dryRun = false }: { readonly strategy?: MergeStrategy; readonly dryRun?: boolean },
  tried?: TriedMerge,
): MergeReport => {
  const merging = steps.filter(({ outcome }) => outcome === 'merged');
  return {
    feature: slug,
    target,
    strategy,
    isDryRun: dryRun,
    workPackages: steps.map((step) => {
      const commit = tried?.commits[merging.indexOf(step)];
      const { id, branch, outcome, from, to } = step;
      return { workPackageId: id, branch, outcome, from, to, ...(commit === undefined ? {} : { commit }) };
    }),
  };
};
