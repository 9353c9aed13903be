import type { Result } from '../domain/result.js';
import type { BranchStanding } from '../domain/workflow/merge-selection.js';
import type { Checkout, HeldRepository } from './workspace.js';

export interface StandingQuestion {
  readonly branch: string;
  /** Branches that it may have been started from, beside the target; those that do not exist are passed over. */
  readonly startedFrom: readonly string[];
}

export type MergeStrategy = 'merge' | 'squash';

export interface MergeRequest {
  readonly into: string;
  /** In the order of merging. */
  readonly branches: readonly {
    readonly branch: string;
    /** First line of the commit. */
    readonly subject: string;
  }[];
  readonly strategy: MergeStrategy;
}

/** A merge that exists in the object store alone: no branch, index or file knows of it yet. */
export interface TriedMerge {
  /** Tip of `into` that it was made upon. */
  readonly from: string;
  /** What `into` has to become; `from` when there was nothing to merge. */
  readonly to: string;
  /** The commit of each branch, in the order of the request; absent for a branch that `into` had already. */
  readonly commits: readonly (string | undefined)[];
}

/** The first branch that does not merge cleanly with what comes before it. */
export interface MergeConflict {
  readonly branch: string;
  /** Ascending. */
  readonly paths: readonly string[];
}

export interface BranchMove {
  readonly branch: string;
  readonly from: string;
  readonly to: string;
}

/** Why a branch cannot move as things stand. */
export type MoveObstacle =
  /** Files of the work tree that has the branch checked out would lose what a person made of them. */
  | { readonly obstacle: 'changes'; readonly directory: string; readonly paths: readonly string[] }
  /** A merge, rebase or the like is under way in the work tree that has the branch checked out. */
  | { readonly obstacle: 'under-way'; readonly directory: string; readonly operation: string }
  /** The work tree that has the branch checked out is not at its place. */
  | { readonly obstacle: 'gone'; readonly directory: string }
  /** Several work trees have the branch checked out. */
  | { readonly obstacle: 'shared'; readonly directories: readonly string[] }
  /** The branch is not at `from` any more. */
  | { readonly obstacle: 'moved' };

/** A work tree in which a branch is checked out. */
export interface BranchPlace {
  readonly directory: string;
  /** `false`: it is recorded, and its directory is not there. */
  readonly isPresent: boolean;
  /** Nobody shall touch or forget it, by a person's own word. */
  readonly isLocked: boolean;
  /** The branch is being rebased there: its commits are about to be replaced. */
  readonly isRebased: boolean;
}

/** Merging without a checkout: first in the object store, then one step that a whole work tree follows. */
export interface Merges {
  /**
   * How branches stand to `into`: as commits tell, and squashes, and reflogs where there are any. Each branch that was
   * asked about has an answer. One look at all of them costs hardly more than one at one.
   */
  standings(
    checkout: Checkout,
    into: string,
    questions: readonly StandingQuestion[],
  ): Promise<ReadonlyMap<string, BranchStanding>>;
  /** Where each branch is checked out or rebased; those that are nowhere are not among them. */
  places(checkout: Checkout): Promise<ReadonlyMap<string, BranchPlace>>;
  /**
   * Merges branch by branch in the object store. A conflict leaves nothing behind that any git command shows. Fails with
   * `git-failed`, also for a branch that does not exist and for a git that is too old.
   */
  tryMerge(checkout: Checkout, request: MergeRequest): Promise<Result<TriedMerge, MergeConflict>>;
  /** What would keep the branch from moving; looks only. */
  obstacle(checkout: Checkout, move: BranchMove): Promise<MoveObstacle | undefined>;
  /**
   * Moves a branch, and index and files of the work tree that has it checked out. Changes of a person to other files
   * stay, in the index too. An obstacle is found before anything changes; a failure leaves everything as before. Killed
   * in the middle, the next holder of the repository's lock brings it to one of the two ends.
   */
  moveBranch(held: HeldRepository, move: BranchMove): Promise<Result<undefined, MoveObstacle>>;
}
