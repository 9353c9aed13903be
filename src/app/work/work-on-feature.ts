import { commitSubject } from '../../domain/work/commit-message.js';
import type { HeldRepository } from '../../ports/events.js';
import { FeatureDraft } from './feature-draft.js';
import { loadFeature, locateFeature, type FeatureRequest } from './locate-feature.js';
import type { WorkSubject } from './log-breakage.js';
import type { PerformedWork, Undo, WorkPorts, WorkRequest } from './perform-work.js';

/** What every command is told that changes a feature. */
export interface FeatureInput extends FeatureRequest {
  /** `false` leaves the commit to the user. */
  readonly commit?: boolean;
}

/** What a command decided about a feature, beside what it drafted. */
export interface FeaturePlan<R> {
  readonly result: R;
  /** What was done, as the subject of the commit says it in front of the feature's name; absent makes no commit. */
  readonly done?: string;
}

/** Reads nothing of the feature that is not in its draft; refuses by throwing a `SyncError`. */
export type PlanFeature<R> = (
  draft: FeatureDraft,
  held: HeldRepository,
  undoing: Undo[],
) => FeaturePlan<R> | Promise<FeaturePlan<R>>;

/**
 * Plans and performs what a command does to one feature: the feature is found before, and read under the repository's
 * lock. Fails as {@link locateFeature}, {@link loadFeature}, the plan, and
 * the performing of work do.
 */
export const workOnFeature = async <R>(
  { files, repository, perform }: WorkPorts,
  input: FeatureInput & WorkSubject,
  signal: AbortSignal | undefined,
  plan: PlanFeature<R>,
): Promise<PerformedWork<R>> => {
  const { checkout, commit, workPackageId, agent } = input;
  const feature = await locateFeature(files, repository, input);
  const request: WorkRequest<R> = {
    checkout,
    subject: { feature, workPackageId, agent },
    plan: async (emission, held, undoing) => {
      const draft = new FeatureDraft(await loadFeature(files, checkout.projectRoot, feature), emission);
      const { result, done } = await plan(draft, held, undoing);
      const { events, warnings } = draft;
      const isCommitted = done !== undefined && commit !== false;
      const message = isCommitted ? commitSubject(done, feature) : undefined;
      return { result, changes: await draft.changesOf(files), events, warnings, message };
    },
  };
  return perform.run(request, signal);
};
