import { SyncError, unreachable, type ErrorKind } from '../../domain/errors.js';
import { workPackageBranch } from '../../domain/work/feature-slug.js';
import type { MergeRefusal } from '../../domain/work/merge-selection.js';
import type { MergeConflict, MoveObstacle } from '../../ports/work.js';

/** The first work package that does not merge cleanly. */
export interface FoundConflict extends MergeConflict {
  readonly workPackageId: string;
  /** Those that were to be merged before it, and merge cleanly. */
  readonly after: readonly string[];
  /** The work tree that has its branch checked out; absent when there is none. */
  readonly directory?: string;
}

/** What is in the way, and what to do about it. */
interface Told {
  readonly message: string;
  readonly hint: string;
}

/** Branches that do not merge cleanly. Nothing has changed. */
export const conflictError = (target: string, conflict: FoundConflict): SyncError => {
  const { message, hint } = describeConflict(target, conflict);
  return new SyncError('merge-conflict', `${message} Nothing has changed.`, { hint });
};

/** What conflicts with what, and how to go on: a conflict with the target can be settled on the branch at once. */
export const describeConflict = (
  target: string,
  { workPackageId, branch, paths, after, directory }: FoundConflict,
): Told => {
  const ids = after.join(' and ');
  const steps = [
    ...(after.length === 0 ? [] : [`Run "spec-kitty merge ${after.join(' ')}".`]),
    ...(directory === undefined ? [`Run "git worktree add .worktrees/${branch} ${branch}".`] : []),
    `In ${directory ?? 'that work tree'}, run "git merge ${target}", settle these files and commit.`,
    'Then run this command again.',
  ];
  return {
    message: `${workPackageId} does not merge cleanly into ${target}${ids === '' ? '' : ` after ${ids}`}: ${paths.join(', ')}.`,
    hint: steps.join(' '),
  };
};

/** Why the target branch could not move. Nothing has changed. */
export const obstacleError = (branch: string, obstacle: MoveObstacle): SyncError => {
  const { message, hint } = describeObstacle(branch, obstacle);
  return new SyncError('merge-refused', message, { hint });
};

export const describeObstacle = (branch: string, obstacle: MoveObstacle): Told => {
  switch (obstacle.obstacle) {
    case 'changes':
      return {
        message: `The merge would overwrite changes in ${obstacle.directory}: ${obstacle.paths.join(', ')}.`,
        hint: 'Nothing has changed. Commit these files or put them aside with "git stash", then run the command again.',
      };
    case 'under-way':
      return {
        message: `A ${obstacle.operation} is under way in ${obstacle.directory}, which has ${branch} checked out.`,
        hint: 'Nothing has changed. "git status" there says how to end it; then run the command again.',
      };
    case 'gone':
      return {
        message: `${branch} is checked out in ${obstacle.directory}, whose directory is gone.`,
        hint: `If it was moved, run "git worktree repair NEW-PLACE" in the main checkout. If it was deleted, "git worktree remove ${obstacle.directory}" forgets it.`,
      };
    case 'shared':
      return {
        message: `${branch} is checked out in several work trees: ${obstacle.directories.join(', ')}.`,
        hint: 'Check out another branch in all but one of them, then run the command again.',
      };
    case 'moved':
      return {
        message: `Somebody else has just committed on ${branch}.`,
        hint: 'Nothing has changed. Run the command again.',
      };
    default:
      return unreachable(obstacle);
  }
};

/** Work packages that were asked for and cannot be merged, with the way out of the first. Nothing has changed. */
export const refusalError = (slug: string, refusals: readonly MergeRefusal[]): SyncError => {
  const told = refusals.map((refusal) => describeRefusal(slug, refusal));
  const [first] = told;
  if (first === undefined) throw new Error('there is no refusal to tell');
  return new SyncError(first.kind, told.map(({ message }) => message).join('\n'), { hint: first.hint });
};

const describeRefusal = (slug: string, refusal: MergeRefusal): Told & { readonly kind: ErrorKind } => {
  const { id } = refusal;
  switch (refusal.refusal) {
    case 'wrong-lane':
      return {
        kind: 'transition-illegal',
        message: `${id} is in ${refusal.lane}; only work packages in doing or for_review are merged.`,
        hint:
          refusal.lane === 'planned'
            ? `Begin it with "spec-kitty implement ${id}".`
            : `To merge it all the same, run "spec-kitty agent tasks move-task ${id} --to for_review --force" first.`,
      };
    case 'no-branch':
      return {
        kind: 'merge-refused',
        message: `${id} has no branch ${workPackageBranch(slug, id)}.`,
        hint: `Work that was done elsewhere needs no merge: spec-kitty agent tasks move-task ${id} --to for_review`,
      };
    case 'dependency':
      return {
        kind: 'dependency-not-ready',
        message: `${id} depends on ${refusal.dependency}, whose branch is not merged.`,
        hint: `Merge ${refusal.dependency} first, or both at once; it has to be in doing or for_review.`,
      };
    default:
      return unreachable(refusal);
  }
};
