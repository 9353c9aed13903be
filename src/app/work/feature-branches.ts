import { isFields, parseJson } from '../../domain/document.js';
import { SyncError } from '../../domain/errors.js';
import { isWorkPackageId } from '../../domain/ids.js';
import { err, ok, type Result } from '../../domain/result.js';
import { workPackageBranch } from '../../domain/work/feature-slug.js';
import type { BranchStanding } from '../../domain/work/merge-selection.js';
import { readMeta } from '../../domain/work/meta-json.js';
import { describeIds } from '../../domain/work/work-package-id.js';
import type { WorkPackage } from '../../domain/work/work-package.js';
import type { Checkout } from '../../ports/events.js';
import type { FeatureDocuments, Merges, Repository } from '../../ports/work.js';

/** The branches of work packages, as the documents of their feature say. */
export interface FeatureBranches {
  /** The branch that the work of a work package is on. */
  readonly of: (workPackageId: string) => string;
  /** The group whose branch that is, when it is not the work package's own. */
  readonly group: (workPackageId: string) => GroupBranch | undefined;
}

/** The branch that spec-kitty 3 has a group of work packages done on. It calls such a group a lane. */
export interface GroupBranch {
  /** As `lanes.json` calls the group: `lane-a`. */
  readonly group: string;
  readonly branch: string;
  readonly workPackageIds: readonly string[];
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

/** What `lanes.json` says, by work package id. A group that is worked on right in the target branch has no branch. */
export const readLaneBranches = (text: string): Result<ReadonlyMap<string, GroupBranch>, string> => {
  const document = parseJson(text.replace(/^\ufeff/, ''));
  if (!isFields(document)) return err('is not a JSON object');
  const { mission_branch: mission, lanes } = document;
  if (!Array.isArray(lanes)) return err('has no list "lanes"');
  const groups = new Map<string, GroupBranch>();
  for (const lane of lanes as readonly unknown[]) {
    if (!isFields(lane) || typeof lane['lane_id'] !== 'string' || !Array.isArray(lane['wp_ids']))
      return err('has a lane without "lane_id" or "wp_ids"');
    const group = lane['lane_id'];
    if (group === IN_TARGET) continue;
    if (typeof mission !== 'string' || mission === '') return err('does not name its "mission_branch"');
    const ids = lane['wp_ids'].filter((id): id is string => typeof id === 'string' && isWorkPackageId(id));
    for (const id of ids) groups.set(id, { group, branch: `${mission}-${group}`, workPackageIds: ids });
  }
  return ok(groups);
};

const IN_TARGET = 'lane-planning';

/**
 * How the branches of work packages stand to the target branch, by the ids of the work packages. A branch may have been
 * started from the branch of a dependency, or from a merge of several: their commits are not its own.
 */
export const branchStandings = async (
  merges: Pick<Merges, 'standings'>,
  checkout: Checkout,
  branches: FeatureBranches,
  workPackages: readonly WorkPackage[],
  into: string,
): Promise<(id: string) => BranchStanding> => {
  const questions = workPackages.map(({ id, dependencies }) => {
    const branch = branches.of(id);
    const others = dependencies
      .map((dependency) => branches.of(dependency))
      .filter((each) => each !== branch);
    return { branch, startedFrom: dependencies.length > 1 ? [...others, `${branch}-merge-base`] : others };
  });
  const standings = questions.length === 0 ? undefined : await merges.standings(checkout, into, questions);
  return (id) => standings?.get(branches.of(id)) ?? 'missing';
};

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
  const { branch } = await repository.head(checkout, 'main');
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
  const { branch, commit } = await repository.head(checkout, 'main');
  if (branch !== undefined && commit !== undefined) return branch;
  throw new SyncError('worktree-failed', `There is no commit on ${target} to start from.`, {
    hint: 'Commit something on the branch that the feature is merged into, then run the command again.',
  });
};
