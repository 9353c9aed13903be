import { SyncError } from '../../domain/errors.js';
import { err, type Result } from '../../domain/result.js';
import { mergeSubject } from '../../domain/work/merge-messages.js';
import type { BranchMove, TriedMerge } from '../../ports/work.js';
import type { Checkout, HeldRepository } from '../../ports/events.js';
import type { Emission } from '../outbox/event-emitter.js';
import { decideMerge } from './decide-merge.js';
import { findWorkPackage, type FeatureState } from './feature-state.js';
import { findFeature, loadFeature } from './locate-feature.js';
import { conflictError, obstacleError } from './merge-errors.js';
import {
  mergeReport,
  type DecidedMerge,
  type FoundConflict,
  type MergeInput,
  type MergeReport,
} from './merge-report.js';
import type { MergingPorts } from './perform-work.js';
import { planTransitions, type Transition } from './plan-transitions.js';
import { workOnFeature, type FeaturePlan } from './work-on-feature.js';
import type { PerformedWork } from './work-plan.js';
import { namesOrCount } from '../../domain/work/commit-message.js';

/**
 * Merges the branches of work packages, all of them or none: the whole series is merged in the object store first, then
 * the target branch moves in one step, then the lanes change.
 */
export class MergeWorkPackages {
  readonly #ports: MergingPorts;

  constructor(ports: MergingPorts) {
    this.#ports = ports;
  }

  /**
   * Fails with `merge-conflict` and `merge-refused`, the repository being as before; with `work-package-not-found`,
   * `transition-illegal` and `dependency-not-ready` for what was named; and with what the work itself fails with, the
   * merge being undone.
   */
  async run(input: MergeInput, signal?: AbortSignal): Promise<PerformedWork<MergeReport>> {
    const { checkout } = input;
    if (checkout.commonDir === undefined) {
      throw new SyncError('not-a-repository', 'Branches are merged with git, and here is no git.', {
        hint: 'Run "git init" and commit once, then run the command again.',
      });
    }
    if (input.dryRun === true) return { result: await this.#report(input), outcomes: [] };
    return workOnFeature(
      this.#ports,
      input,
      { agent: input.agent },
      (state, emission, held) => this.#plan(state, emission, held, input),
      signal,
    );
  }

  async #report(input: MergeInput): Promise<MergeReport> {
    const { checkout } = input;
    const decided = await decideMerge(this.#ports, checkout, await findFeature(this.#ports, input), input);
    const tried = await this.#try(checkout, decided, input);
    if (!tried.ok) return { ...mergeReport(decided, input), conflict: tried.error };
    const { from, to } = tried.value;
    const obstacle =
      from === to
        ? undefined
        : await this.#ports.merges.obstacle(checkout, { branch: decided.target, from, to });
    return { ...mergeReport(decided, input), ...(obstacle === undefined ? {} : { obstacle }) };
  }

  async #plan(
    state: FeatureState,
    emission: Emission,
    held: HeldRepository,
    input: MergeInput,
  ): Promise<FeaturePlan<MergeReport>> {
    const decided = await decideMerge(this.#ports, held.checkout, state, input);
    const tried = await this.#try(held.checkout, decided, input);
    if (!tried.ok) throw conflictError(decided.target, tried.error);
    const { from, to } = tried.value;
    const move: BranchMove = { branch: decided.target, from, to };
    const undo = async (): Promise<void> => {
      if (from !== to) await this.#move(held, { branch: decided.target, from: to, to: from });
    };
    if (from !== to) await this.#move(held, move);
    try {
      // Only now: what was merged may hold other texts of these files.
      const moved = await this.#planLanes(emission, held, decided, input);
      return { ...moved, result: mergeReport(decided, input, tried.value), undo };
    } catch (error) {
      // The first failure is the one to report.
      await undo().catch(() => undefined);
      throw error;
    }
  }

  async #planLanes(
    emission: Emission,
    { checkout }: HeldRepository,
    { slug, target, steps }: DecidedMerge,
    input: MergeInput,
  ): Promise<Omit<FeaturePlan<MergeReport>, 'result'>> {
    const state = await loadFeature(this.#ports.files, checkout.projectRoot, slug);
    const transitions = steps
      .filter(({ id, from, to }) => from !== to && findWorkPackage(state, id).workPackage.lane === from)
      .map(({ id, to }): Transition => ({
        workPackageId: id,
        to,
        by: input.agent ?? 'user',
        note: `Merged into ${target}`,
      }));
    if (transitions.length === 0) return { changes: [], events: [] };
    const planned = await planTransitions(this.#ports.files, emission, state, transitions);
    const ids = transitions.map(({ workPackageId }) => workPackageId);
    return { ...planned, done: `hand over ${namesOrCount(ids, 'work packages')} for review` };
  }

  async #try(
    checkout: Checkout,
    decided: DecidedMerge,
    input: MergeInput,
  ): Promise<Result<TriedMerge, FoundConflict>> {
    const merging = decided.steps.filter(({ outcome }) => outcome === 'merged');
    const tried = await this.#ports.merges.tryMerge(checkout, {
      into: decided.target,
      branches: merging.map((step) => ({ branch: step.branch, subject: mergeSubject(step, decided, input) })),
      strategy: input.strategy ?? 'merge',
    });
    if (tried.ok) return tried;
    const { branch, paths } = tried.error;
    const ids = merging.map(({ id }) => id);
    const at = merging.findIndex((step) => step.branch === branch);
    const place = (await this.#ports.merges.places(checkout)).get(branch);
    return err<FoundConflict>({
      workPackageId: ids[at] ?? branch,
      branch,
      paths,
      after: ids.slice(0, at),
      ...(place?.isPresent === true ? { directory: place.directory } : {}),
    });
  }

  async #move(held: HeldRepository, move: BranchMove): Promise<void> {
    const moved = await this.#ports.merges.moveBranch(held, move);
    if (!moved.ok) throw obstacleError(move.branch, moved.error);
  }
}
