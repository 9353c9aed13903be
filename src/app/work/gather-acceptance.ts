import type { AcceptanceFacts } from '../../domain/work/acceptance.js';
import type { Merges, Repository } from '../../ports/work.js';
import type { Checkout } from '../../ports/events.js';
import { branchStandings } from './branch-standing.js';
import { loggedTasks, type FeatureState, type FiledWorkPackage } from './feature-state.js';
import { standingTargetOf } from './feature-target.js';
import { branchesOf } from './group-branches.js';
import { mainCheckout } from './main-checkout.js';

interface Ports {
  readonly repository: Pick<Repository, 'head' | 'branchTip' | 'dirtyPaths' | 'mergedBranches'>;
  readonly merges: Pick<Merges, 'places' | 'standings'>;
}

/** What has to be known of each work package that asks to be accepted, looked at together where that is possible. */
export const gatherAcceptance = async (
  ports: Ports,
  checkout: Checkout,
  state: FeatureState,
  filed: readonly FiledWorkPackage[],
): Promise<readonly { readonly filed: FiledWorkPackage; readonly facts: AcceptanceFacts }[]> => {
  const { documents } = state;
  const isUnderGit = checkout.commonDir !== undefined && filed.length > 0;
  // Three questions to git that do not depend on one another.
  const [dirtyPaths, branchOf, worktreeOf] = isUnderGit
    ? await Promise.all([
        ports.repository.dirtyPaths(mainCheckout(checkout).root),
        branches(ports, checkout, state, filed),
        worktrees(ports, checkout, state, filed),
      ])
    : [[], () => ({}), () => ({})];
  return filed.map((each) => ({
    filed: each,
    facts: {
      workPackageId: each.workPackage.id,
      lane: each.workPackage.lane,
      roster: each.workPackage.roster ?? [],
      logged: loggedTasks(state, each.workPackage.id),
      file: each.document,
      directory: documents.directory,
      documents,
      dirtyPaths,
      ...branchOf(each),
      ...worktreeOf(each),
    },
  }));
};

/** Those on whose branch nobody has committed anything. */
export const withoutCommits = async (
  { repository, merges }: Ports,
  checkout: Checkout,
  { documents }: FeatureState,
  filed: readonly FiledWorkPackage[],
): Promise<readonly string[]> => {
  if (checkout.commonDir === undefined || filed.length === 0) return [];
  const target = await standingTargetOf(repository, checkout, documents.meta);
  const standingOf = await branchStandings(merges, checkout, branchesOf(documents), filed, target);
  return filed.map(({ workPackage }) => workPackage.id).filter((id) => standingOf(id) === 'no-commits');
};

/**
 * A work package that was never implemented in a branch of its own has nothing to merge. One of a group has, and when the
 * branch of the group is gone nobody can say that it is merged.
 */
const branches = async (
  { repository }: Ports,
  checkout: Checkout,
  { documents }: FeatureState,
  filed: readonly FiledWorkPackage[],
): Promise<(each: FiledWorkPackage) => Pick<AcceptanceFacts, 'branch'>> => {
  const { of, group } = branchesOf(documents);
  const names = new Set<string>();
  for (const { workPackage } of filed) {
    const name = of(workPackage.id);
    if ((await repository.branchTip(checkout, name)) !== undefined) names.add(name);
  }
  const isGrouped = filed.some(({ workPackage }) => group(workPackage.id) !== undefined);
  if (names.size === 0 && !isGrouped) return () => ({});
  const target = await standingTargetOf(repository, checkout, documents.meta);
  const merged = await repository.mergedBranches(checkout, [...names], target);
  return ({ workPackage }) => {
    const name = of(workPackage.id);
    const shared = group(workPackage.id);
    if (!names.has(name) && shared === undefined) return {};
    const isMerged = names.has(name) ? merged.has(name) : 'unknown';
    return { branch: { name, target, isMerged, ...(shared === undefined ? {} : { group: shared.group }) } };
  };
};

/** The work trees that are there, apart from the main checkout, which is looked at for all of them. */
const worktrees = async (
  { repository, merges }: Ports,
  checkout: Checkout,
  { documents }: FeatureState,
  filed: readonly FiledWorkPackage[],
): Promise<(each: FiledWorkPackage) => Pick<AcceptanceFacts, 'worktree'>> => {
  const { of } = branchesOf(documents);
  const found = new Map<string, NonNullable<AcceptanceFacts['worktree']>>();
  const places = await merges.places(checkout);
  for (const {
    workPackage: { id },
  } of filed) {
    const place = places.get(of(id));
    if (place?.isPresent !== true || place.directory === checkout.projectRoot) continue;
    const dirtyPaths = await repository.dirtyPaths(place.directory);
    found.set(id, { directory: shorten(place.directory, checkout), dirtyPaths });
  }
  return ({ workPackage }) => {
    const worktree = found.get(workPackage.id);
    return worktree === undefined ? {} : { worktree };
  };
};

/** As seen from the project root, where it lies below it. */
const shorten = (directory: string, { projectRoot }: Checkout): string =>
  directory.startsWith(`${projectRoot}/`) ? directory.slice(projectRoot.length + 1) : directory;
