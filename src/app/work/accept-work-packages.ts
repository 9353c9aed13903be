import { acceptanceReasons, type AcceptanceReason } from '../../domain/work/acceptance.js';
import { workPackageIdOf } from '../../domain/work/work-package-id.js';
import type { Merges, FeatureFiles, Repository } from '../../ports/work.js';
import { findWorkPackage, refuseFaults, type FeatureState, type FiledWorkPackage } from './feature-state.js';
import { gatherAcceptance, withoutCommits } from './gather-acceptance.js';
import { loadFeature, locateFeature, type FeatureRequest } from './locate-feature.js';
import type { PerformWork } from './perform-work.js';
import { nothingToDo, type PerformedWork } from './work-plan.js';
import { planTransitions } from './plan-transitions.js';
import { commitSubject, namesOrCount } from '../../domain/work/commit-message.js';

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
  /** Accepted ones on whose branch nobody has committed anything, so that nothing of them was merged. */
  readonly withoutCommits: readonly string[];
  readonly isFeatureCompleted: boolean;
}

/** Accepts work packages one by one: those that meet every condition become `done`, the others are listed with reasons. */
export class AcceptWorkPackages {
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
            warnings: planned.warnings,
            ...(input.commit === false
              ? {}
              : { message: commitSubject(`accept ${namesOrCount(result.accepted, 'work packages')}`, slug) }),
          };
        },
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
    const ports = { repository: this.#repository, merges: this.#merges };
    const gathered = await gatherAcceptance(ports, input.checkout, state, open);
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
        withoutCommits: await withoutCommits(ports, input.checkout, state, accepted),
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
