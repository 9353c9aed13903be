import { SyncError } from '../../domain/errors.js';
import { mergeSubject } from '../../domain/workflow/merge-messages.js';
import type { MergeOutcome } from '../../domain/workflow/merge-selection.js';
import type { Lane } from '../../domain/workflow/lane.js';
import type {
  BranchMove,
  MergeConflict,
  Merges,
  MergeStrategy,
  MoveObstacle,
  TriedMerge,
} from '../../ports/merging.js';
import type { Checkout, FeatureFiles, HeldRepository, Repository } from '../../ports/workspace.js';
import type { Emission } from '../sync/event-emitter.js';
import { decideMerge, type DecidedMerge } from './decide-merge.js';
import { findWorkPackage } from './feature-state.js';
import { loadFeature, locateFeature, type FeatureRequest } from './locate-feature.js';
import { conflictError, obstacleError } from './merge-errors.js';
import type { PerformWork } from './perform-work.js';
import { planTransitions, type Transition } from './plan-transitions.js';
import type { PerformedWork, WorkPlan } from './work-plan.js';

export interface MergeInput extends FeatureRequest {
  /** Empty or absent: every work package in `doing` or `for_review`. */
  readonly workPackageIds?: readonly string[];
  /** Branch to merge into. Default: the feature's target branch. */
  readonly target?: string;
  /** Default `merge`: a merge commit for each work package. `squash`: one plain commit for each. */
  readonly strategy?: MergeStrategy;
  /** Only reports, conflicts included; nothing is locked, written or emitted. */
  readonly dryRun?: boolean;
  /** Who merges; default `user`. */
  readonly agent?: string;
  /** `false` leaves the commit of the lanes to the user; what is merged is in commits in any case. */
  readonly commit?: boolean;
}

export interface MergedWorkPackage {
  readonly workPackageId: string;
  readonly branch: string;
  readonly outcome: MergeOutcome;
  /** The commit that merged it; absent when there was nothing to merge, and in a dry run. */
  readonly commit?: string;
  readonly from: Lane;
  /** The same lane when it stayed. */
  readonly to: Lane;
}

export interface MergeResult {
  readonly feature: string;
  readonly target: string;
  readonly strategy: MergeStrategy;
  /** `true`: nothing was done, `workPackages` says what would be. */
  readonly isDryRun: boolean;
  /** In the order of merging. */
  readonly workPackages: readonly MergedWorkPackage[];
  /** In a dry run: what would keep all of them from being merged. */
  readonly conflict?: MergeConflict & { readonly workPackageId: string };
  /** In a dry run: why the target branch could not move. */
  readonly obstacle?: MoveObstacle;
}

/**
 * Merges the branches of work packages, all of them or none: the whole series is merged in the object store first, then
 * the target branch moves in one step, then the lanes change.
 */
export class MergeWorkPackages {
  readonly #repository: Repository;
  readonly #merges: Merges;
  readonly #files: FeatureFiles;
  readonly #perform: PerformWork;

  constructor(repository: Repository, merges: Merges, files: FeatureFiles, perform: PerformWork) {
    this.#repository = repository;
    this.#merges = merges;
    this.#files = files;
    this.#perform = perform;
  }

  /**
   * Fails with `merge-conflict` and `merge-refused`, the repository being as before; with `work-package-not-found`,
   * `transition-illegal` and `dependency-not-ready` for what was named; and with what the work itself fails with, the
   * merge being undone.
   */
  async run(input: MergeInput, signal?: AbortSignal): Promise<PerformedWork<MergeResult>> {
    const { checkout } = input;
    if (checkout.commonDir === undefined) {
      throw new SyncError('not-a-repository', 'Branches are merged with git, and here is no git.', {
        hint: 'Run "git init" and commit once, then run the command again.',
      });
    }
    const slug = await locateFeature(this.#files, this.#repository, input);
    if (input.dryRun === true) return { result: await this.#report(checkout, slug, input), outcomes: [] };
    return this.#perform.run(
      {
        checkout,
        subject: { feature: slug, agent: input.agent },
        plan: (emission, held) => this.#plan(emission, held, slug, input),
      },
      signal,
    );
  }

  async #report(checkout: Checkout, slug: string, input: MergeInput): Promise<MergeResult> {
    const decided = await this.#decide(checkout, slug, input);
    const tried = await this.#try(checkout, decided, input);
    if (!tried.ok) return { ...resultOf(decided, input), conflict: tried.error };
    const { from, to } = tried.value;
    const obstacle =
      from === to ? undefined : await this.#merges.obstacle(checkout, { branch: decided.target, from, to });
    return { ...resultOf(decided, input), ...(obstacle === undefined ? {} : { obstacle }) };
  }

  async #plan(
    emission: Emission,
    held: HeldRepository,
    slug: string,
    input: MergeInput,
  ): Promise<WorkPlan<MergeResult>> {
    const decided = await this.#decide(held.checkout, slug, input);
    const tried = await this.#try(held.checkout, decided, input);
    if (!tried.ok) throw conflictError(decided, tried.error);
    const { from, to } = tried.value;
    const move: BranchMove = { branch: decided.target, from, to };
    const undo = async (): Promise<void> => {
      if (from !== to) await this.#move(held, { branch: decided.target, from: to, to: from });
    };
    if (from !== to) await this.#move(held, move);
    try {
      // Only now: what was merged may hold other texts of these files.
      const moved = await this.#planLanes(emission, held, decided, input);
      return { ...moved, result: resultOf(decided, input, tried.value), undo };
    } catch (error) {
      await undo();
      throw error;
    }
  }

  async #planLanes(
    emission: Emission,
    { checkout }: HeldRepository,
    { slug, target, steps }: DecidedMerge,
    input: MergeInput,
  ): Promise<Pick<WorkPlan<MergeResult>, 'changes' | 'events' | 'message'>> {
    const state = await loadFeature(this.#files, checkout.projectRoot, slug);
    const transitions = steps
      .filter(({ id, from, to }) => from !== to && findWorkPackage(state, id).workPackage.lane === from)
      .map(({ id, to }): Transition => ({
        workPackageId: id,
        to,
        by: input.agent ?? 'user',
        note: `Merged into ${target}`,
      }));
    if (transitions.length === 0) return { changes: [], events: [] };
    const { changes, events } = await planTransitions(this.#files, emission, state, transitions);
    const ids = transitions.map(({ workPackageId }) => workPackageId).join(', ');
    const message = input.commit === false ? {} : { message: `chore: Hand over ${ids} for review (${slug})` };
    return { changes, events, ...message };
  }

  #decide(checkout: Checkout, slug: string, input: MergeInput): Promise<DecidedMerge> {
    const ports = { repository: this.#repository, merges: this.#merges, files: this.#files };
    return decideMerge(ports, checkout, slug, input);
  }

  async #try(checkout: Checkout, decided: DecidedMerge, input: MergeInput) {
    const merging = decided.steps.filter(({ outcome }) => outcome === 'merged');
    const tried = await this.#merges.tryMerge(checkout, {
      into: decided.target,
      branches: merging.map((step) => ({ branch: step.branch, subject: mergeSubject(step, decided, input) })),
      strategy: input.strategy ?? 'merge',
    });
    if (tried.ok) return tried;
    const { branch, paths } = tried.error;
    const workPackageId = merging.find((step) => step.branch === branch)?.id ?? branch;
    return { ok: false as const, error: { workPackageId, branch, paths } };
  }

  async #move(held: HeldRepository, move: BranchMove): Promise<void> {
    const moved = await this.#merges.moveBranch(held, move);
    if (!moved.ok) throw obstacleError(move.branch, moved.error);
  }
}

const resultOf = (
  { slug, target, steps }: DecidedMerge,
  input: MergeInput,
  tried?: TriedMerge,
): MergeResult => {
  const merging = steps.filter(({ outcome }) => outcome === 'merged');
  return {
    feature: slug,
    target,
    strategy: input.strategy ?? 'merge',
    isDryRun: input.dryRun === true,
    workPackages: steps.map((step) => {
      const commit = tried?.commits[merging.indexOf(step)];
      const { id, branch, outcome, from, to } = step;
      return { workPackageId: id, branch, outcome, from, to, ...(commit === undefined ? {} : { commit }) };
    }),
  };
};
