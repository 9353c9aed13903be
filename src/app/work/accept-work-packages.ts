import { acceptanceReasons } from '../../domain/work/acceptance.js';
import type { AcceptanceReason, AcceptanceFacts } from '../../domain/work/acceptance.js';
import { namesOrCount } from '../../domain/work/commit-message.js';
import { workPackageIdOf } from '../../domain/work/work-package-id.js';
import type { Checkout } from '../../ports/events.js';
import type { Merges, Repository } from '../../ports/work.js';
import { branchStandings } from './branch-standing.js';
import { findWorkPackage, refuseFaults, loggedTasks } from './feature-state.js';
import type { FeatureState, FiledWorkPackage } from './feature-state.js';
import { standingTargetOf } from './feature-target.js';
import { branchesOf } from './group-branches.js';
import { findFeature } from './locate-feature.js';
import { mainCheckout } from './main-checkout.js';
import type { MergingPorts } from './perform-work.js';
import { planTransitions } from './plan-transitions.js';
import { nothingToDo } from './work-plan.js';
import type { PerformedWork } from './work-plan.js';
import { workOnFeature, type FeatureInput } from './work-on-feature.js';

export interface AcceptInput extends FeatureInput {
  /** Empty or absent: every work package in `for_review`. */
  readonly workPackageIds?: readonly string[];
  /** Only reports; nothing is locked, written or emitted. */
  readonly check?: boolean;
  /** Who accepts; default `user`. */
  readonly agent?: string;
}

export interface RefusedWorkPackage {
  readonly workPackageId: string;
  readonly reasons: readonly AcceptanceReason[];
}

export interface AcceptResult {
  readonly feature: string;
  /** `true`: `accepted` lists what would be accepted. */
  readonly isCheck: boolean;
  readonly accepted: readonly string[];
  readonly refused: readonly RefusedWorkPackage[];
  /** Named ones that were accepted before; nothing was done to them. */
  readonly alreadyDone: readonly string[];
  /** Accepted ones on whose branch nobody has committed anything, so that nothing of them was merged. */
  readonly withoutCommits: readonly string[];
  readonly isFeatureCompleted: boolean;
}

/** Accepts work packages one by one: those that meet every condition become `done`, the others are listed with reasons. */
export class AcceptWorkPackages {
  readonly #ports: MergingPorts;

  constructor(ports: MergingPorts) {
    this.#ports = ports;
  }

  /** A refused work package is part of the result, not a failure; one that does not exist is `work-package-not-found`. */
  async run(input: AcceptInput, signal?: AbortSignal): Promise<PerformedWork<AcceptResult>> {
    if (input.check === true) {
      const { result } = await this.#judge(await findFeature(this.#ports, input), input);
      return { result, outcomes: [] };
    }
    return workOnFeature(
      this.#ports,
      input,
      { agent: input.agent },
      async (state, emission) => {
        const { result, accepted } = await this.#judge(state, input);
        if (accepted.length === 0) return nothingToDo(result);
        const planned = await planTransitions(
          this.#ports.files,
          emission,
          state,
          accepted.map(({ workPackage }) => ({
            workPackageId: workPackage.id,
            to: 'done',
            by: input.agent ?? 'user',
            note: 'Accepted',
          })),
        );
        return {
          ...planned,
          result: { ...result, isFeatureCompleted: planned.isFeatureCompleted },
          done: `accept ${namesOrCount(result.accepted, 'work packages')}`,
        };
      },
      signal,
    );
  }

  async #judge(state: FeatureState, input: AcceptInput): Promise<Judgement> {
    const ids = new Set((input.workPackageIds ?? []).map(workPackageIdOf));
    const named = [...ids].map((id) => findWorkPackage(state, id));
    // One that cannot be understood may be in review as well.
    if (named.length === 0) refuseFaults(state);
    const candidates = named.length > 0 ? named : state.workPackages.filter(isInReview);
    const open = candidates.filter(({ workPackage }) => workPackage.lane !== 'done');
    const gathered = await gatherAcceptance(this.#ports, input.checkout, state, open);
    const judged = gathered.map(({ filed, facts }) => ({ filed, reasons: acceptanceReasons(facts) }));
    const accepted = judged.filter(({ reasons }) => reasons.length === 0).map(({ filed }) => filed);
    // Who depends on it has to be known before it may be done.
    if (accepted.length > 0) refuseFaults(state);
    return {
      accepted,
      result: {
        feature: state.documents.slug,
        isCheck: input.check === true,
        accepted: accepted.map(idOf),
        refused: judged
          .filter(({ reasons }) => reasons.length > 0)
          .map(({ filed, reasons }) => ({ workPackageId: idOf(filed), reasons })),
        alreadyDone: candidates.filter((filed) => !open.includes(filed)).map(idOf),
        withoutCommits: await withoutCommits(this.#ports, input.checkout, state, accepted),
        isFeatureCompleted: false,
      },
    };
  }
}

interface Judgement {
  readonly result: AcceptResult;
  readonly accepted: readonly FiledWorkPackage[];
}

const isInReview = ({ workPackage }: FiledWorkPackage): boolean => workPackage.lane === 'for_review';

const idOf = ({ workPackage }: FiledWorkPackage): string => workPackage.id;

interface Ports {
  readonly repository: Pick<Repository, 'head' | 'branchTip' | 'dirtyPaths' | 'mergedBranches'>;
  readonly merges: Pick<Merges, 'places' | 'standings'>;
}

/** What has to be known of each work package that asks to be accepted, looked at together where that is possible. */
const gatherAcceptance = async (
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
const withoutCommits = async (
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
