import { SyncError, unreachable } from '../../domain/errors.js';
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
  readonly directory?: string | undefined;
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
): Record<'message' | 'hint', string> => {
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

/** Why nothing is merged at all. Nothing has changed. */
export const refused = (message: string, hint: string): SyncError =>
  new SyncError('merge-refused', message, { hint });

/** Why the target branch could not move. */
export const obstacleError = (branch: string, obstacle: MoveObstacle): SyncError => {
  switch (obstacle.obstacle) {
    case 'changes':
      return refused(
        `The merge would overwrite changes in ${obstacle.directory}: ${obstacle.paths.join(', ')}.`,
        'Nothing has changed. Commit these files or put them aside with "git stash", then run the command again.',
      );
    case 'under-way':
      return refused(
        `A ${obstacle.operation} is under way in ${obstacle.directory}, which has ${branch} checked out.`,
        'Nothing has changed. "git status" there says how to end it; then run the command again.',
      );
    case 'gone':
      return refused(
        `${branch} is checked out in ${obstacle.directory}, whose directory is gone.`,
        `If it was moved, run "git worktree repair NEW-PLACE" in the main checkout. If it was deleted, "git worktree remove ${obstacle.directory}" forgets it.`,
      );
    case 'shared':
      return refused(
        `${branch} is checked out in several work trees: ${obstacle.directories.join(', ')}.`,
        'Check out another branch in all but one of them, then run the command again.',
      );
    case 'moved':
      return refused(
        `Somebody else has just committed on ${branch}.`,
        'Nothing has changed. Run the command again.',
      );
    default:
      return unreachable(obstacle);
  }
};

/** Why a work package that was named cannot be merged, if anything speaks against it. */
export const unmergeable = (slug: string, named: MergeCandidate): SyncError | undefined => {
  const { id, lane, standing } = named;
  if (lane === 'done' && standing !== 'unmerged') return undefined;
  const name = laneName(named);
  if (!isMergeable(named)) {
    const message = `${id} is in ${name}; only work packages in doing or for_review are merged.`;
    const hint =
      name === 'planned'
        ? `Begin it with "spec-kitty implement ${id}".`
        : `To merge it all the same, run "spec-kitty agent tasks move-task ${id} --to for_review --force" first.`;
    return new SyncError('transition-illegal', message, { hint });
  }
  return standing !== 'missing'
    ? undefined
    : refused(
        `${id} has no branch ${workPackageBranch(slug, id)}.`,
        `Work that was done elsewhere needs no merge: spec-kitty agent tasks move-task ${id} --to for_review`,
      );
};

/** Why one cannot be merged before what it depends on. */
export const unmergedDependency = (id: string, dependency: string): SyncError =>
  new SyncError('dependency-not-ready', `${id} depends on ${dependency}, whose branch is not merged.`, {
    hint: `Merge ${dependency} first, or both at once; it has to be in doing or for_review.`,
  });

/** Fails with all that was refused, and with the way out of the first. Nothing has changed. */
export const refuseAll = (refusals: readonly SyncError[]): void => {
  const [first] = refusals;
  if (first === undefined) return;
  const { kind, hint = '' } = first;
  throw new SyncError(kind, refusals.map(({ message }) => message).join('\n'), { hint });
};
