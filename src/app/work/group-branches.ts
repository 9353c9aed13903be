import { SyncError } from '../../domain/errors.js';
import { workPackageBranch } from '../../domain/work/feature-slug.js';
import { readLaneBranches, type GroupBranch } from '../../domain/work/lane-branches.js';
import { describeIds } from '../../domain/work/work-package-id.js';
import type { FeatureDocuments } from '../../ports/work.js';

/** The branches of work packages, as the documents of their feature say. */
export interface FeatureBranches {
  /** The branch that the work of a work package is on. */
  readonly of: (workPackageId: string) => string;
  /** The group whose branch that is, when it is not the work package's own. */
  readonly group: (workPackageId: string) => GroupBranch | undefined;
}

/** Fails with `storage-corrupt` when `lanes.json` cannot be read: nobody knows then where the work is. */
export const branchesOf = ({ slug, directory, lanes }: FeatureDocuments): FeatureBranches => {
  const groups = lanes === undefined ? undefined : readLaneBranches(lanes);
  if (groups?.ok === false) {
    throw new SyncError('storage-corrupt', `${directory}/lanes.json ${groups.error}.`, {
      hint: 'It says on which branches the work packages are. Correct the file and run the command again.',
    });
  }
  const group = (id: string): GroupBranch | undefined => groups?.value.get(id);
  return { group, of: (id) => group(id)?.branch ?? workPackageBranch(slug, id) };
};

/** A group as a person is told of it: which branch, and who shares it. */
export const describeGroup = (id: string, { group, branch, workPackageIds }: GroupBranch): string => {
  const others = workPackageIds.filter((each) => each !== id);
  const shared = others.length === 0 ? '' : `, together with ${describeIds(others)}`;
  return `${id} is done on the branch ${branch}${shared} (${group} in lanes.json)`;
};
