import {
  acceptanceReasons,
  type AcceptanceFacts,
  type AcceptanceReason,
} from '../../domain/workflow/acceptance.js';
import { workPackageBranch } from '../../domain/workflow/feature-slug.js';
import type { Checkout, FeatureFiles, Repository } from '../../ports/workspace.js';
import { standingTargetOf } from './feature-target.js';
import { findWorkPackage, type FeatureState, type FiledWorkPackage } from './feature-state.js';
import { loadFeature, locateFeature, type FeatureRequest } from './locate-feature.js';
import { mainCheckout } from './main-checkout.js';
import type { PerformWork } from './perform-work.js';
import { nothingToDo, type PerformedWork } from './work-plan.js';
import { planTransitions } from './plan-transitions.js';

export interface AcceptInput extends FeatureRequest {
  /** Empty or absent: every work package in `for_review`. */
  readonly workPackageIds?: readonly string[];
  /** Only reports; nothing is locked, written or emitted. */
  readonly check?: boolean;
  /** Who accepts; default `user`. */
  readonly agent?: string;
  /** `false` leaves the commit to the user. */
  readonly commit?: boolean;
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
  readonly isFeatureCompleted: boolean;
}

/** Accepts work packages one by one: those that meet every condition become `done`, the others are listed with reasons. */
export class AcceptWorkPackages {
  readonly #repository: Repository;
  readonly #files: FeatureFiles;
  readonly #perform: PerformWork;

  constructor(repository: Repository, files: FeatureFiles, perform: PerformWork) {
    this.#repository = repository;
    this.#files = files;
    this.#perform = perform;
  }

  /** A refused work package is part of the result, not a failure; one that does not exist is `work-package-not-found`. */
  async run(input: AcceptInput, signal?: AbortSignal): Promise<PerformedWork<AcceptResult>> {
    const slug = await locateFeature(this.#files, this.#repository, input);
    const { checkout } = input;
    if (input.check === true) {
      const { result } = await this.#judge(await loadFeature(this.#files, checkout.projectRoot, slug), input);
      return { result, outcomes: [] };
    }
    return this.#perform.run(
      {
        checkout,
        subject: { feature: slug, agent: input.agent },
        plan: async (emission) => {
          const state = await loadFeature(this.#files, checkout.projectRoot, slug);
          const { result, accepted } = await this.#judge(state, input);
          if (accepted.length === 0) return nothingToDo(result);
          const planned = await planTransitions(
            this.#files,
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
            result: { ...result, isFeatureCompleted: planned.isFeatureCompleted },
            changes: planned.changes,
            events: planned.events,
            ...(input.commit === false
              ? {}
              : { message: `chore: Accept ${result.accepted.join(', ')} (${slug})` }),
          };
        },
      },
      signal,
    );
  }

  async #judge(state: FeatureState, input: AcceptInput): Promise<Judgement> {
    const ids = new Set((input.workPackageIds ?? []).map((id) => id.trim().toUpperCase()));
    const named = [...ids].map((id) => findWorkPackage(state, id));
    const candidates = named.length > 0 ? named : state.workPackages.filter(isInReview);
    const open = candidates.filter(({ workPackage }) => workPackage.lane !== 'done');
    const dirtyPaths = open.length === 0 ? [] : await this.#dirtyPaths(input.checkout);
    const branchOf = await this.#branches(state, open, input.checkout);
    const judged = open.map((filed) => ({
      filed,
      reasons: acceptanceReasons({
        workPackageId: filed.workPackage.id,
        lane: filed.workPackage.lane,
        body: filed.document.body,
        documents: state.documents,
        dirtyPaths,
        branch: branchOf(filed),
      }),
    }));
    const accepted = judged.filter(({ reasons }) => reasons.length === 0).map(({ filed }) => filed);
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
        isFeatureCompleted: false,
      },
    };
  }

  /** A work package that was never implemented in a branch of its own has nothing to merge. */
  async #branches(
    { documents: { slug, meta } }: FeatureState,
    open: readonly FiledWorkPackage[],
    checkout: Checkout,
  ): Promise<(filed: FiledWorkPackage) => AcceptanceFacts['branch']> {
    const branches: string[] = [];
    for (const { workPackage } of checkout.commonDir === undefined ? [] : open) {
      const branch = workPackageBranch(slug, workPackage.id);
      if ((await this.#repository.branchTip(checkout, branch)) !== undefined) branches.push(branch);
    }
    if (branches.length === 0) return () => 'none';
    const target = await standingTargetOf(this.#repository, checkout, meta);
    const merged = await this.#repository.mergedBranches(checkout, branches, target);
    return ({ workPackage }) => {
      const branch = workPackageBranch(slug, workPackage.id);
      if (!branches.includes(branch)) return 'none';
      return merged.has(branch) ? 'merged' : 'unmerged';
    };
  }

  async #dirtyPaths(checkout: Checkout): Promise<readonly string[]> {
    return checkout.commonDir === undefined ? [] : this.#repository.dirtyPaths(mainCheckout(checkout).root);
  }
}

interface Judgement {
  readonly result: AcceptResult;
  readonly accepted: readonly FiledWorkPackage[];
}

const isInReview = ({ workPackage }: FiledWorkPackage): boolean => workPackage.lane === 'for_review';

const idOf = ({ workPackage }: FiledWorkPackage): string => workPackage.id;
