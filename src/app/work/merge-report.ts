import type { Lane } from '../../domain/events/lane.js';
import type { MergeOutcome } from '../../domain/work/merge-selection.js';
import type { MergeConflict, MergeStrategy, MoveObstacle, TriedMerge } from '../../ports/work.js';
import type { DecidedMerge } from './merge-request.js';

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
