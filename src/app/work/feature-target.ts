import { SyncError } from '../../domain/errors.js';
import { readMeta } from '../../domain/work/meta-json.js';
import type { Repository } from '../../ports/work.js';
import type { Checkout } from '../../ports/events.js';

/**
 * The branch that a feature's work is merged into: what `meta.json` says, else the branch of the main checkout, else
 * `main` where there is no git. Fails with `input-invalid` when the main checkout is on no branch.
 */
export const targetBranchOf = async (
  repository: Pick<Repository, 'head'>,
  checkout: Checkout,
  meta: string | undefined,
): Promise<string> => {
  const read = meta === undefined ? undefined : readMeta(meta);
  if (read?.ok === true && read.value.targetBranch !== undefined) return read.value.targetBranch;
  if (checkout.commonDir === undefined) return 'main';
  const { branch } = await repository.head(mainCheckout(checkout));
  if (branch !== undefined) return branch;
  throw new SyncError('input-invalid', 'No branch is checked out, and meta.json names no target_branch.', {
    hint: 'Check out the branch that the feature is merged into, or write target_branch into its meta.json.',
  });
};

/**
 * The same, as far as it exists: a feature that was planned for a branch which this clone does not have is worked on
 * from the one that is checked out in the main checkout. Fails with `worktree-failed` when that has no commit either.
 */
export const standingTargetOf = async (
  repository: Pick<Repository, 'head' | 'branchTip'>,
  checkout: Checkout,
  meta: string | undefined,
): Promise<string> => {
  const target = await targetBranchOf(repository, checkout, meta);
  if ((await repository.branchTip(checkout, target)) !== undefined) return target;
  const { branch, commit } = await repository.head(mainCheckout(checkout));
  if (branch !== undefined && commit !== undefined) return branch;
  throw new SyncError('worktree-failed', `There is no commit on ${target} to start from.`, {
    hint: 'Commit something on the branch that the feature is merged into, then run the command again.',
  });
};

/** The main checkout of a repository: where `kitty-specs/` is read, written and committed. */
export const mainCheckout = ({ projectRoot, commonDir, projectGitDir }: Checkout): Checkout =>
  commonDir === undefined
    ? { root: projectRoot, projectRoot }
    : {
        ...{ root: projectRoot, projectRoot, commonDir, gitDir: projectGitDir ?? commonDir },
        ...(projectGitDir === undefined ? {} : { projectGitDir }),
      };
