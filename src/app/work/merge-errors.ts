import { SyncError, unreachable, type ErrorKind } from '../../domain/errors.js';
import { laneName } from '../../domain/events/lane.js';
import { workPackageBranch } from '../../domain/work/feature-slug.js';
import { isMergeable, type MergeCandidate } from '../../domain/work/merge-selection.js';
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

/** Why nothing is merged at all. */
type Refusal = Told & { readonly kind: ErrorKind };

/** Why a work package that was named cannot be merged, if anything speaks against it. */
export const unmergeable = (slug: string, named: MergeCandidate): Refusal | undefined => {
  const { id, lane, standing } = named;
  if (lane === 'done' && standing !== 'unmerged') return undefined;
  const name = laneName(named);
  if (!isMergeable(named))
    return {
      kind: 'transition-illegal',
      message: `${id} is in ${name}; only work packages in doing or for_review are merged.`,
      hint:
        name === 'planned'
          ? `Begin it with "spec-kitty implement ${id}".`
          : `To merge it all the same, run "spec-kitty agent tasks move-task ${id} --to for_review --force" first.`,
    };
  if (standing !== 'missing') return undefined;
  return {
    kind: 'merge-refused',
    message: `${id} has no branch ${workPackageBranch(slug, id)}.`,
    hint: `Work that was done elsewhere needs no merge: spec-kitty agent tasks move-task ${id} --to for_review`,
  };
};

/** Why one cannot be merged before what it depends on. */
export const unmergedDependency = (id: string, dependency: string): Refusal => ({
  kind: 'dependency-not-ready',
  message: `${id} depends on ${dependency}, whose branch is not merged.`,
  hint: `Merge ${dependency} first, or both at once; it has to be in doing or for_review.`,
});

/** Fails with all that was refused, and with the way out of the first. Nothing has changed. */
export const refuseAll = (refusals: readonly Refusal[]): void => {
  const [first] = refusals;
  if (first === undefined) return;
  throw new SyncError(first.kind, refusals.map(({ message }) => message).join('\n'), { hint: first.hint });
};
