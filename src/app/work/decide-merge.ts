import { SyncError } from '../../domain/errors.js';
import { countsAsWork } from '../../domain/work/acceptance.js';
import {
  isMergeable,
  outerDependencies,
  selectMerges,
  type BranchStanding,
  type MergeCandidate,
  type MergeStep,
} from '../../domain/work/merge-selection.js';
import { workPackageIdOf } from '../../domain/work/work-package-id.js';
import type { Merges, Repository } from '../../ports/work.js';
import type { Checkout } from '../../ports/events.js';
import { branchStandings } from './branch-standing.js';
import {
  findWorkPackage,
  frontMatterGraph,
  refuseFaults,
  type FeatureState,
  type FiledWorkPackage,
} from './feature-state.js';
import { standingTargetOf } from './feature-target.js';
import { branchesOf, describeGroup, type FeatureBranches } from './group-branches.js';
import { mainCheckout } from './main-checkout.js';
import { refusalError, rebasedError, uncommittedError } from './merge-errors.js';
import type { DecidedMerge, MergeInput } from './merge-report.js';

interface Ports {
  readonly repository: Pick<Repository, 'head' | 'branchTip' | 'dirtyPaths'>;
  readonly merges: Pick<Merges, 'standings' | 'places'>;
}

/**
 * Decides what a merge is about, without changing anything. Refuses what cannot be merged as a whole: a work package
 * that was named and is not ready, a dependency that would be left out, work that is not committed yet.
 */
export const decideMerge = async (
  { repository, merges }: Ports,
  checkout: Checkout,
  state: FeatureState,
  input: MergeInput,
): Promise<DecidedMerge> => {
  const { slug } = state.documents;
  const chosen = choose(state, input);
  const target = await targetOf(repository, checkout, state, input.target);
  const branches = branchesOf(state.documents);
  const standingOf = await branchStandings(merges, checkout, branches, chosen.workPackages, target);
  refuseGroups(branches, chosen.workPackages, standingOf, target);
  const candidates = chosen.workPackages.map(({ workPackage }): MergeCandidate => {
    return { ...workPackage, standing: standingOf(workPackage.id), isNamed: chosen.isNamed };
  });
  const graph = frontMatterGraph(state);
  const selected = selectMerges(candidates, graph);
  if (!selected.ok) throw refusalError(slug, selected.error);
  const steps = selected.value;
  const outer = outerDependencies(steps, graph);
  const needed = state.workPackages.filter(
    ({ workPackage: { id, lane } }) =>
      lane !== 'done' && lane !== 'canceled' && outer.some(({ dependency }) => dependency === id),
  );
  const neededStanding = await branchStandings(merges, checkout, branches, needed, target);
  const missing = outer.filter(({ dependency }) =>
    isNotThere(branches, dependency, neededStanding(dependency)),
  );
  if (missing.length > 0)
    throw refusalError(
      slug,
      missing.map((each) => ({ refusal: 'dependency', ...each })),
    );
  await refuseUncommitted({ repository, merges }, checkout, branches, steps);
  await refuseDetached(repository, checkout, steps, input);
  const titleOf = (id: string): string => findWorkPackage(state, id).workPackage.title;
  return {
    slug,
    target,
    steps: steps.map((step) => ({
      ...step,
      branch: branches.of(step.id),
      title: titleOf(step.id),
    })),
  };
};

/** A group is merged as a whole, and by whom it was made; a branch that is gone proves nothing. */
const refuseGroups = (
  branches: FeatureBranches,
  filed: readonly FiledWorkPackage[],
  standingOf: (id: string) => BranchStanding,
  target: string,
): void => {
  const lines = filed.flatMap(({ workPackage: { id, lane } }) => {
    const group = branches.group(id);
    if (group === undefined || lane === 'done' || !isNotThere(branches, id, standingOf(id))) return [];
    const why =
      standingOf(id) === 'missing' ? 'which does not exist here' : `which is not merged into ${target}`;
    return [`${describeGroup(id, group)}, ${why}.`];
  });
  if (lines.length === 0) return;
  throw new SyncError('merge-refused', lines.join('\n'), {
    hint: `Merge such a branch into ${target} as a whole with git or with the program that made it, then run the command again.`,
  });
};

/** Whether the work of a work package may be missing in the target branch. */
const isNotThere = (branches: FeatureBranches, id: string, standing: BranchStanding): boolean =>
  standing === 'unmerged' || (standing === 'missing' && branches.group(id) !== undefined);

const choose = (
  state: FeatureState,
  { workPackageIds = [] }: MergeInput,
): { readonly isNamed: boolean; readonly workPackages: readonly FiledWorkPackage[] } => {
  const ids = new Set(workPackageIds.map(workPackageIdOf));
  if (ids.size > 0) return { isNamed: true, workPackages: [...ids].map((id) => findWorkPackage(state, id)) };
  // One that cannot be understood may be one of those to merge, or come between them.
  refuseFaults(state);
  const workPackages = state.workPackages.filter(({ workPackage }) => isMergeable(workPackage));
  return { isNamed: false, workPackages };
};

const targetOf = async (
  repository: Ports['repository'],
  checkout: Checkout,
  state: FeatureState,
  asked: string | undefined,
): Promise<string> => {
  if (asked === undefined) return standingTargetOf(repository, checkout, state.documents.meta);
  if ((await repository.branchTip(checkout, asked)) !== undefined) return asked;
  throw new SyncError('merge-refused', `There is no branch ${asked} to merge into.`, {
    hint: 'Name a branch of this repository with --target, or leave --target out.',
  });
};

/** What is not committed would be left out of the merge, and nobody would be told. */
const refuseUncommitted = async (
  { repository, merges }: Pick<Ports, 'repository' | 'merges'>,
  checkout: Checkout,
  branches: FeatureBranches,
  steps: readonly MergeStep[],
): Promise<void> => {
  const places = await merges.places(checkout);
  for (const { id, outcome, from, to } of steps) {
    const place = places.get(branches.of(id));
    if (place === undefined || (outcome !== 'merged' && from === to)) continue;
    if (place.isRebased) throw rebasedError(id, place.directory);
    if (!place.isPresent && place.isLocked) {
      throw new SyncError(
        'merge-refused',
        `The work tree of ${id} at ${place.directory} is locked and not there.`,
        {
          hint: 'Uncommitted work may lie in it. Bring its directory back, or run "git worktree unlock" if there is none.',
        },
      );
    }
    if (!place.isPresent) continue;
    const paths = (await repository.dirtyPaths(place.directory)).filter(countsAsWork);
    if (paths.length > 0) throw uncommittedError(id, place.directory, paths);
  }
};

/** The lanes are committed where the planning documents are. */
const refuseDetached = async (
  repository: Ports['repository'],
  checkout: Checkout,
  steps: readonly MergeStep[],
  { commit }: MergeInput,
): Promise<void> => {
  if (commit === false || steps.every(({ from, to }) => from === to)) return;
  const { branch } = await repository.head(mainCheckout(checkout));
  if (branch !== undefined) return;
  throw new SyncError(
    'merge-refused',
    'HEAD is detached in the main checkout, so the lanes cannot be committed.',
    {
      hint: `Nothing has changed. Check out a branch in ${checkout.projectRoot} and run the command again.`,
    },
  );
};
