import { SyncError } from '../../domain/errors.js';
import { err, type Result } from '../../domain/result.js';
import { countsAsWork } from '../../domain/work/acceptance.js';
import { namesOrCount } from '../../domain/work/commit-message.js';
import {
  isMergeable,
  mergeSubject,
  outerDependencies,
  selectMerges,
  type MergeStep,
} from '../../domain/work/merge-selection.js';
import type { WorkPackage } from '../../domain/work/work-package.js';
import type { Checkout, HeldRepository } from '../../ports/events.js';
import type { BranchMove, MergeStrategy, MoveObstacle, TriedMerge } from '../../ports/work.js';
import type { ResultOf } from '../documents/all.js';
import type { FeatureDraft } from './feature-draft.js';
import { chosenWorkPackages, findWorkPackage, frontMatterGraph, type FeatureState } from './feature-state.js';
import { branchesOf, branchStandings, describeGroup, standingTargetOf } from './feature-branches.js';
import { findFeature, loadFeature } from './locate-feature.js';
import {
  conflictError,
  obstacleError,
  refuseAll,
  refused,
  unmergeable,
  unmergedDependency,
  type FoundConflict,
} from './merge-errors.js';
import type { MergingPorts, PerformedWork } from './perform-work.js';
import { planTransitions } from './plan-transitions.js';
import { UseCase } from '../use-case.js';
import { workOnFeature, type FeatureInput } from './work-on-feature.js';

/** What is asked of a merge. */
export interface MergeInput extends FeatureInput {
  /** Empty or absent: every work package in `doing` or `for_review`. */
  readonly workPackageIds?: readonly string[];
  /** Branch to merge into. Default: the feature's target branch. */
  readonly target?: string | undefined;
  /** Default `merge`: a merge commit for each work package. `squash`: one plain commit for each. */
  readonly strategy?: MergeStrategy | undefined;
  /** Only reports, conflicts included; nothing is locked, written or emitted. */
  readonly dryRun?: boolean;
  /** Who merges; default `user`. */
  readonly agent?: string | undefined;
}

/** What was merged, or with `isDryRun` would be. */
export interface MergeReport extends Omit<ResultOf<'merge'>, 'conflict' | 'obstacle'> {
  /** In a dry run: what would keep all of them from being merged. */
  readonly conflict?: FoundConflict;
  /** In a dry run: why the target branch could not move. */
  readonly obstacle?: MoveObstacle | undefined;
}
export type MergedWorkPackage = MergeReport['workPackages'][number];

/**
 * Merges the branches of work packages, all of them or none: the whole series is merged in the object store first, then
 * the target branch moves in one step, then the lanes change.
 */
export class MergeWorkPackages extends UseCase<MergingPorts> {
  /**
   * Fails with `merge-conflict` and `merge-refused`, the repository being as before; with `work-package-not-found`,
   * `transition-illegal` and `dependency-not-ready` for what was named; and with what the work itself fails with, the
   * merge being undone.
   */
  async run(input: MergeInput, signal?: AbortSignal): Promise<PerformedWork<MergeReport>> {
    if (input.checkout.commonDir === undefined) {
      throw new SyncError('not-a-repository', 'Branches are merged with git, and here is no git.', {
        hint: 'Run "git init" and commit once, then run the command again.',
      });
    }
    if (input.dryRun === true) return { result: await this.#tryOut(input), outcomes: [] };
    return workOnFeature(this.ports, input, signal, async (draft, held, undoing) => {
      const decided = await this.#decide(held.checkout, draft.state, input);
      const tried = await this.#try(held.checkout, decided, input);
      if (!tried.ok) throw conflictError(decided.target, tried.error);
      const { from, to } = tried.value;
      const branch = decided.target;
      await this.#move(held, { branch, from, to });
      undoing.push(() => this.#move(held, { branch, from: to, to: from }));
      // Only now: what was merged may hold other texts of these files.
      draft.state = await loadFeature(this.ports.files, held.checkout.projectRoot, decided.slug);
      return { result: reportOf(decided, input, tried.value), ...planLanes(draft, decided, input) };
    });
  }

  async #tryOut(input: MergeInput): Promise<MergeReport> {
    const { checkout } = input;
    const decided = await this.#decide(checkout, await findFeature(this.ports, input), input);
    const report = reportOf(decided, input);
    const tried = await this.#try(checkout, decided, input);
    if (!tried.ok) return { ...report, conflict: tried.error };
    const { from, to } = tried.value;
    const move = { branch: decided.target, from, to };
    const obstacle = from === to ? undefined : await this.ports.merges.obstacle(checkout, move);
    return { ...report, obstacle };
  }

  /**
   * Decides what a merge is about, without changing anything. Refuses what cannot be merged as a whole: a work package
   * that was named and is not ready, a dependency that would be left out, work that is not committed yet.
   */
  async #decide(checkout: Checkout, state: FeatureState, input: MergeInput): Promise<DecidedMerge> {
    const { slug } = state.documents;
    const all = state.workPackages;
    const chosen = chosenWorkPackages(state, input.workPackageIds, isMergeable);
    const isNamed = (input.workPackageIds ?? []).length > 0;
    const target = await this.#target(checkout, state, input.target);
    const branches = branchesOf(state.documents);
    const asked = [
      ...chosen,
      ...all.filter(({ id }) => chosen.some((each) => each.dependencies.includes(id))),
    ];
    const standingOf = await branchStandings(this.ports.merges, checkout, branches, asked, target);
    const mayBeMissing = ({ id, lane }: WorkPackage): boolean =>
      lane !== 'done' &&
      lane !== 'canceled' &&
      (standingOf(id) === 'unmerged' || (standingOf(id) === 'missing' && branches.group(id) !== undefined));
    // A group is merged as a whole, and by whom it was made; a branch that is gone proves nothing.
    const grouped = chosen.filter(mayBeMissing).flatMap(({ id }) => {
      const group = branches.group(id);
      const isGone = standingOf(id) === 'missing';
      const why = isGone ? 'which does not exist here' : `which is not merged into ${target}`;
      const hint = `Merge such a branch into ${target} as a whole with git or with the program that made it, then run the command again.`;
      return group === undefined ? [] : refused(`${describeGroup(id, group)}, ${why}.`, hint);
    });
    refuseAll(grouped);
    const graph = frontMatterGraph(state);
    const candidates = chosen.map((each) => ({ ...each, standing: standingOf(each.id) }));
    if (isNamed) refuseAll(candidates.flatMap((each) => unmergeable(slug, each) ?? []));
    const selected = selectMerges(candidates, graph);
    const missing = outerDependencies(selected, graph).filter(({ dependency }) =>
      all.some((each) => each.id === dependency && mayBeMissing(each)),
    );
    refuseAll(missing.map(({ id, dependency }) => unmergedDependency(id, dependency)));
    const steps = selected.map((step) => {
      const { title } = findWorkPackage(state, step.id);
      return { ...step, title, branch: branches.of(step.id) };
    });
    await this.#refuseUncommitted(checkout, steps);
    await this.#refuseDetached(checkout, steps, input);
    return { slug, target, steps };
  }

  async #target(checkout: Checkout, { documents }: FeatureState, asked: string | undefined): Promise<string> {
    const { repository } = this.ports;
    if (asked === undefined) return standingTargetOf(repository, checkout, documents.meta);
    if ((await repository.branchTip(checkout, asked)) !== undefined) return asked;
    throw refused(
      `There is no branch ${asked} to merge into.`,
      'Name a branch of this repository with --target, or leave --target out.',
    );
  }

  /** What is not committed would be left out of the merge, and nobody would be told. */
  async #refuseUncommitted(checkout: Checkout, steps: DecidedMerge['steps']): Promise<void> {
    const { repository, merges } = this.ports;
    const places = await merges.places(checkout);
    for (const step of steps) {
      const { id, branch, from, to } = step;
      const place = places.get(branch);
      if (place === undefined || (!isMerging(step) && from === to)) continue;
      const { directory, isLocked, isPresent } = place;
      if (place.isRebased)
        throw refused(
          `The branch of ${id} is being rebased in ${directory}.`,
          'Nothing has changed. "git status" there says how to end the rebase; then run the command again.',
        );
      if (!isPresent && isLocked)
        throw refused(
          `The work tree of ${id} at ${directory} is locked and not there.`,
          'Uncommitted work may lie in it. Bring its directory back, or run "git worktree unlock" if there is none.',
        );
      const paths = isPresent ? (await repository.dirtyPaths(directory)).filter(countsAsWork) : [];
      if (paths.length > 0)
        throw refused(
          `${id} has work that is not committed in ${directory}: ${paths.join(', ')}.`,
          'Nothing has changed. Commit it there, or name the work packages to merge without this one.',
        );
    }
  }

  /** The lanes are committed where the planning documents are. */
  async #refuseDetached(
    checkout: Checkout,
    steps: readonly MergeStep[],
    { commit }: MergeInput,
  ): Promise<void> {
    if (commit === false || steps.every(({ from, to }) => from === to)) return;
    if ((await this.ports.repository.head(checkout, 'main')).branch !== undefined) return;
    throw refused(
      'HEAD is detached in the main checkout, so the lanes cannot be committed.',
      `Nothing has changed. Check out a branch in ${checkout.projectRoot} and run the command again.`,
    );
  }

  async #try(
    checkout: Checkout,
    decided: DecidedMerge,
    { strategy = 'merge' }: MergeInput,
  ): Promise<Result<TriedMerge, FoundConflict>> {
    const { merges } = this.ports;
    const merging = decided.steps.filter(isMerging);
    const branches = merging.map((step) => ({
      branch: step.branch,
      subject: mergeSubject(step, decided, { strategy }),
    }));
    const tried = await merges.tryMerge(checkout, { into: decided.target, branches, strategy });
    if (tried.ok) return tried;
    const { branch } = tried.error;
    const ids = merging.map(({ id }) => id);
    const at = merging.findIndex((step) => step.branch === branch);
    const place = (await merges.places(checkout)).get(branch);
    return err<FoundConflict>({
      ...tried.error,
      workPackageId: ids[at] ?? branch,
      after: ids.slice(0, at),
      directory: place?.isPresent === true ? place.directory : undefined,
    });
  }

  async #move(held: HeldRepository, move: BranchMove): Promise<void> {
    if (move.from === move.to) return;
    const moved = await this.ports.merges.moveBranch(held, move);
    if (!moved.ok) throw obstacleError(move.branch, moved.error);
  }
}

/** What is merged into what, as the files and branches say now. */
interface DecidedMerge {
  readonly slug: string;
  readonly target: string;
  /** Dependencies first. */
  readonly steps: readonly (MergeStep & { readonly branch: string; readonly title: string })[];
}

const isMerging = ({ outcome }: MergeStep): boolean => outcome === 'merged';

const reportOf = (
  { slug, target, steps }: DecidedMerge,
  { strategy = 'merge', dryRun = false }: MergeInput,
  tried?: TriedMerge,
): MergeReport => {
  const merging = steps.filter(isMerging);
  return {
    ...{ feature: slug, target, strategy, isDryRun: dryRun },
    workPackages: steps.map((step) => {
      const { id: workPackageId, branch, outcome, from, to } = step;
      const commit = tried?.commits[merging.indexOf(step)];
      return { workPackageId, branch, outcome, from, to, commit };
    }),
  };
};

/** The lanes of those that were merged, and of those that had been before. */
const planLanes = (
  draft: FeatureDraft,
  { target, steps }: DecidedMerge,
  { agent = 'user' }: MergeInput,
): { readonly done?: string } => {
  const note = `Merged into ${target}`;
  const transitions = steps
    .filter(({ id, from, to }) => from !== to && findWorkPackage(draft.state, id).lane === from)
    .map(({ id, to }) => ({ workPackageId: id, to, by: agent, note }));
  if (transitions.length === 0) return {};
  planTransitions(draft, transitions);
  const ids = transitions.map(({ workPackageId }) => workPackageId);
  return { done: `hand over ${namesOrCount(ids, 'work packages')} for review` };
};
