import type { MergeStep } from '../../domain/work/merge-selection.js';
import type { MergeStrategy } from '../../ports/work.js';
import type { FeatureRequest } from './locate-feature.js';

/** What is asked of a merge. */
export interface MergeInput extends FeatureRequest {
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
