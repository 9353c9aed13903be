import { commitSubject } from '../../domain/work/commit-message.js';
import type { HeldRepository } from '../../ports/events.js';
import type { Emission } from '../outbox/event-emitter.js';
import type { FeatureState } from './feature-state.js';
import { loadFeature, locateFeature, type FeatureRequest } from './locate-feature.js';
import type { WorkPorts } from './perform-work.js';
import type { PerformedWork, WorkPlan, WorkSubject } from './work-plan.js';

/** What every command is told that changes a feature. */
export interface FeatureInput extends FeatureRequest {
  /** `false` leaves the commit to the user. */
  readonly commit?: boolean;
}

/** What a command decided about a feature. */
export interface FeaturePlan<R> extends Omit<WorkPlan<R>, 'message'> {
  /** What was done, as the subject of the commit says it in front of the feature's name; absent makes no commit. */
  readonly done?: string;
}

/** Reads nothing of the feature that is not in its state; refuses by throwing a `SyncError`. */
type PlanFeature<R> = (
  state: FeatureState,
  emission: Emission,
  held: HeldRepository,
) => Promise<FeaturePlan<R>>;

/**
 * Plans and performs what a command does to one feature: the feature is found before, and read under the repository's
 * lock. `subject`: what the work is about beside it. Fails as {@link locateFeature}, {@link loadFeature}, the plan, and
 * the performing of work do.
 */
export const workOnFeature = async <R>(
  { files, repository, perform }: WorkPorts,
  input: FeatureInput,
  subject: Omit<WorkSubject, 'feature'>,
  signal: AbortSignal | undefined,
  plan: PlanFeature<R>,
): Promise<PerformedWork<R>> => {
  const { checkout } = input;
  const feature = await locateFeature(files, repository, input);
  return perform.run(
    {
      checkout,
      subject: { feature, ...subject },
      plan: async (emission, held) => {
        const state = await loadFeature(files, checkout.projectRoot, feature);
        const { done, ...planned } = await plan(state, emission, held);
        const isCommitted = done !== undefined && input.commit !== false;
        return { ...planned, ...(isCommitted ? { message: commitSubject(done, feature) } : {}) };
      },
    },
    signal,
  );
};
