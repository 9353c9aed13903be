import { SyncError } from '../../domain/errors.js';
import { readMeta } from '../../domain/workflow/meta-json.js';
import type { Checkout, Repository } from '../../ports/workspace.js';
import { mainCheckout } from './main-checkout.js';

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
