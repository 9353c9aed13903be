import { SyncError } from '../../domain/errors.js';
import { isWorkPackageId } from '../../domain/ids.js';
import { workPackageBranch } from '../../domain/work/feature-slug.js';
import { chooseWorktreeBase } from '../../domain/work/worktree-base.js';
import { workPackageIdOf } from '../../domain/work/work-package-id.js';
import type { Repository } from '../../ports/work.js';
import type { HeldRepository } from '../../ports/events.js';
import type { FeatureState, FiledWorkPackage } from './feature-state.js';
import { standingTargetOf } from './feature-target.js';

/** Where the branch of a work package starts. */
export interface ChosenBase {
  readonly branch: string;
  /** The merge branch that was made for it, to be taken back when the rest fails. */
  readonly mergeBranch?: string;
}

/**
 * Chooses the base of a new branch, and makes the merge branch where several are needed. Fails with `worktree-failed`
 * when a branch is missing, and with `merge-conflict` when the dependencies do not merge cleanly.
 */
export const chooseBase = async (
  repository: Repository,
  held: HeldRepository,
  state: FeatureState,
  filed: FiledWorkPackage,
  asked: string | undefined,
): Promise<ChosenBase> => {
  const { slug } = state.documents;
  if (asked !== undefined) return { branch: await askedBranch(repository, held, slug, asked) };
  const target = await standingTargetOf(repository, held.checkout, state.documents.meta);
  const unmerged: string[] = [];
  for (const id of filed.workPackage.dependencies) {
    const branch = workPackageBranch(slug, id);
    const isThere = (await repository.branchTip(held.checkout, branch)) !== undefined;
    if (isThere && !(await repository.isMerged(held.checkout, branch, target))) unmerged.push(branch);
  }
  const base = chooseWorktreeBase(workPackageBranch(slug, filed.workPackage.id), target, unmerged);
  if (base.base === 'branch') return { branch: base.branch };
  const merged = await repository.makeMergeBranch(held, base.branch, base.branches);
  if (merged.ok) return { branch: base.branch, mergeBranch: base.branch };
  throw new SyncError(
    'merge-conflict',
    `The branches ${base.branches.join(' and ')} do not merge cleanly: ${merged.error.join(', ')}.`,
    { hint: 'Merge the dependencies first, or name one of them with --base.' },
  );
};

/** A work package means its branch; anything else is a branch itself. */
const askedBranch = async (
  repository: Repository,
  { checkout }: HeldRepository,
  slug: string,
  asked: string,
): Promise<string> => {
  const id = workPackageIdOf(asked);
  const branch = isWorkPackageId(id) ? workPackageBranch(slug, id) : asked.trim();
  if ((await repository.branchTip(checkout, branch)) !== undefined) return branch;
  throw new SyncError('worktree-failed', `There is no branch ${branch} to start from.`, {
    hint: 'Name a work package that has been implemented, or leave --base out.',
  });
};
