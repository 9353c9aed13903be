import type { HeldRepository, Checkout, RepositoryPlace } from './events.js';
import type { Result } from '../domain/result.js';
import type { PassedOver } from '../domain/work/feature-layout.js';
import type { Intent } from '../domain/work/intent.js';
import type { ManifestDocument } from '../domain/work/manifest.js';
import type { BranchStanding } from '../domain/work/merge-selection.js';
import type { WorkPackageEdit } from '../domain/work/transition.js';
import type { WorkPackageSource } from '../domain/work/work-package.js';

export interface WorktreeRequest {
  /** Absolute path of the new work tree. */
  readonly path: string;
  readonly branch: string;
  /** What a new branch starts from; ignored when the branch exists. */
  readonly base: string;
  /** Folders that the new work tree leaves out (sparse checkout). */
  readonly leaveOut: readonly string[];
}

/** A repository of a project: its place, its branches, its lock. Read from git's own files where that is possible. */
export interface Repository extends RepositoryPlace {
  /**
   * Commits exactly these paths (relative to the project root) as they are on disk, in the main checkout; the user's
   * index and other changes stay as they are. Paths behind a link are committed where they lie. What hooks make of them
   * is in the commit, in the index and on disk. The error is git's own reason in one line.
   */
  commit(held: HeldRepository, paths: readonly string[], message: string): Promise<Result<string, string>>;
  /** Why no commit here can hold these paths, whatever is in them, such as a submodule; `undefined` when one can. */
  commitObstacle(held: HeldRepository, paths: readonly string[]): Promise<string | undefined>;
  /** Whether the file differs from HEAD (a new file does). */
  isUncommitted(checkout: Checkout, path: string): Promise<boolean>;
  /** Text of a file at the tip of a branch; `undefined` when either does not exist. */
  fileAtTip(checkout: Checkout, branch: string, path: string): Promise<string | undefined>;
  /** Paths of the work tree at `directory` that differ from HEAD, untracked ones included. */
  dirtyPaths(directory: string): Promise<readonly string[]>;
  branchTip(checkout: Checkout, branch: string): Promise<string | undefined>;
  /** Whether everything of `branch` is in `into`. */
  isMerged(checkout: Checkout, branch: string, into: string): Promise<boolean>;
  /** Those of many branches that are merged in this sense, asked together. */
  mergedBranches(checkout: Checkout, branches: readonly string[], into: string): Promise<ReadonlySet<string>>;
  /** Whether `branch` has commits that `base` has not. */
  hasOwnCommits(checkout: Checkout, branch: string, base: string): Promise<boolean>;
  /** Makes the work tree, or takes the existing one of that branch; leaves nothing behind when it fails with `worktree-failed`. */
  addWorktree(held: HeldRepository, request: WorktreeRequest): Promise<'made' | 'existing'>;
  /** Removes a work tree and branch that were just made, when the work they were made for failed. */
  removeWorktree(held: HeldRepository, request: WorktreeRequest): Promise<void>;
  /** Removes a work tree, but never by force: the error says why git keeps it. Its branch stays. */
  retireWorktree(held: HeldRepository, path: string): Promise<Result<undefined, string>>;
  /** Removes a branch that is checked out nowhere, wherever it stands; does nothing when there is none. */
  retireBranch(held: HeldRepository, branch: string): Promise<Result<undefined, string>>;
  /**
   * Makes `name` point at a merge of the tips of `branches`, without touching any work tree. The error lists the
   * paths that conflict; the repository is then as before.
   */
  makeMergeBranch(
    held: HeldRepository,
    name: string,
    branches: readonly string[],
  ): Promise<Result<string, readonly string[]>>;
  /** Removes a merge branch that this process has just made, when the work it was made for failed; else nothing. */
  removeMergeBranch(held: HeldRepository, name: string): Promise<void>;
  /** Adds a line to `info/exclude` unless it is there. Returns what takes back a line that was added, and nothing else. */
  exclude(held: HeldRepository, pattern: string): Promise<() => Promise<void>>;
}

/** What a command is about to do and capture, in git's common directory (without git: in the state root). */
export interface IntentStore {
  /** The left-over of a process that died, since the lock is held by the caller. */
  read(held: HeldRepository): Promise<'none' | 'unreadable' | Intent>;
  /** Durable before this resolves. */
  write(held: HeldRepository, intent: Intent): Promise<void>;
  /** Forgets the intent; its work is done or withdrawn. */
  clear(held: HeldRepository): Promise<void>;
}

/** A file that shall read differently. Paths are relative to the project root, with `/`. */
export interface FileChange {
  readonly path: string;
  /** `undefined`: the file does not exist yet. */
  readonly before: string | undefined;
  readonly after: string;
  /** Made from other files: it is committed only where the repository has it. */
  readonly isDerived?: boolean;
}

/** A work package file with its front matter understood, as far as it can be. */
export interface WorkPackageDocument extends WorkPackageSource {
  /** What follows the front matter. */
  readonly body: string;
}

/** The planning documents of one feature. Absent documents are `undefined`. */
export interface FeatureDocuments {
  readonly slug: string;
  /** Directory, relative to the project root. */
  readonly directory: string;
  readonly meta: string | undefined;
  readonly spec: string | undefined;
  readonly plan: string | undefined;
  readonly tasks: string | undefined;
  /** The status log; where there is one, also the snapshot of it that other clients keep. */
  readonly status?: { readonly log: string; readonly snapshot?: string };
  /** `lanes.json`, in which spec-kitty 3 groups work packages that share a branch. */
  readonly lanes?: string;
  /** `wps.yaml`, the authority for dependencies where it is. */
  readonly manifest?: ManifestDocument;
  /** Ascending by path. */
  readonly workPackages: readonly WorkPackageDocument[];
  /** Files that look like work packages and are not read. */
  readonly passedOver: readonly PassedOver[];
}

/** A folder in `kitty-specs/` that is no feature. */
export interface StrangeFolder extends PassedOver {
  /** Whether it holds what only features hold. */
  readonly mayBeFeature: boolean;
}

/** `kitty-specs/` of a project: planning documents that people own, edited in place. */
export interface FeatureFiles {
  /** Slugs of all features, ascending. Empty when there is no `kitty-specs/`. */
  features(projectRoot: string): Promise<readonly string[]>;
  /**
   * One feature, without a look into the others: `choose` is given the names that features may have, ascending, and
   * what it names is returned if it is a feature.
   */
  find(
    projectRoot: string,
    choose: (names: readonly string[]) => string | undefined,
  ): Promise<string | undefined>;
  /** The other folders in `kitty-specs/`, ascending. */
  strangers(projectRoot: string): Promise<readonly StrangeFolder[]>;
  /** Everything about one feature; `undefined` when it does not exist. */
  read(projectRoot: string, slug: string): Promise<FeatureDocuments | undefined>;
  /** What a work package file would read like; untouched keys, comments, quoting and body stay byte for byte. */
  change(document: WorkPackageDocument, edits: readonly WorkPackageEdit[]): Promise<FileChange>;
  /**
   * Writes the changes in order, each file in one atomic durable step that keeps its mode; folders that are missing are
   * made, and one that reads like `after` already is left alone. Fails with `storage-failed`, also when a file no longer reads like `before`, which is
   * somebody's edit; earlier ones stay.
   */
  write(held: HeldRepository, changes: readonly FileChange[]): Promise<void>;
  /**
   * Undoes `write`, also one that came only part of the way: every file that reads like `after` reads like `before`
   * again, and one that did not exist is gone with the folders that are empty then; what somebody else made of a file
   * meanwhile stays. In reverse order; may
   * be repeated. Fails with `storage-failed`, having tried every file.
   */
  restore(held: HeldRepository, changes: readonly FileChange[]): Promise<void>;
  /** Removes what a writer of these files left beside them when it died. May be repeated. */
  sweep(held: HeldRepository, paths: readonly string[]): Promise<void>;
  /** Present text of a file; `undefined` when it does not exist. Fails with `storage-failed` for a way out of the project. */
  text(projectRoot: string, path: string): Promise<string | undefined>;
}

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
