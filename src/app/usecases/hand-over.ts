import { workPackageBranch } from '../../domain/workflow/feature-slug.js';
import type { Lane } from '../../domain/workflow/lane.js';
import type { Step, StepOutcome } from '../../domain/workflow/orchestration/step.js';
import { findWorkPackage } from './feature-state.js';
import { standingTargetOf } from './feature-target.js';
import { worktreeOf } from './gather-prompt.js';
import { loadFeature } from './locate-feature.js';
import type { OrchestrationContext } from './orchestration-context.js';
import { shiftLane } from './shift-lane.js';

/**
 * Commits what the implementer left and takes the work package to review. An agent that changed nothing has failed,
 * unless somebody took the work package to review already: then the reviewer judges what is there.
 */
export const handOver = async (
  context: OrchestrationContext,
  { id, agent }: Step & { readonly step: 'hand-over' },
): Promise<StepOutcome> => {
  const lane = await laneNow(context, id);
  if (lane !== 'doing' && lane !== 'for_review') return { outcome: 'not-done' };
  const committed = await context.sources.work.commitRest(
    worktreeOf(context, id),
    `${id}: what ${agent} left uncommitted (${context.feature})`,
  );
  if (!committed.ok) return refused(lane, agent, committed.error);
  if (lane === 'for_review') return { outcome: 'handed-over' };
  if (!(await hasWork(context, id))) {
    return { outcome: 'agent-failed', reason: `${agent} ended well and had changed nothing.` };
  }
  const shifted = await shiftLane(context, {
    workPackageId: id,
    from: 'doing',
    to: 'for_review',
    by: agent,
    note: 'Implemented, ready for review',
  });
  return { outcome: shifted === 'elsewhere' ? 'not-done' : 'handed-over' };
};

const laneNow = async ({ sources, checkout, feature }: OrchestrationContext, id: string): Promise<Lane> => {
  const state = await loadFeature(sources.files, checkout.projectRoot, feature);
  return findWorkPackage(state, id).workPackage.lane;
};

/** What is in review already has nobody who could be asked to do better. */
const refused = (lane: Lane, agent: string, reason: string): StepOutcome =>
  lane === 'doing'
    ? { outcome: 'agent-failed', reason: `Git refused the commit of what ${agent} had left: ${reason}.` }
    : {
        outcome: 'impossible',
        reason: 'step-failed',
        detail: `Git refused the commit of what ${agent} had left: ${reason}.`,
      };

/** Whether there are commits beyond those that were there when the work began. */
const hasWork = async (
  { sources, checkout, feature, state }: OrchestrationContext,
  id: string,
): Promise<boolean> => {
  const branch = workPackageBranch(feature, id);
  const { startedAt } = state().workPackages.find((record) => record.id === id) ?? {};
  if (startedAt !== undefined) return (await sources.repository.branchTip(checkout, branch)) !== startedAt;
  const { documents } = await loadFeature(sources.files, checkout.projectRoot, feature);
  const target = await standingTargetOf(sources.repository, checkout, documents.meta);
  return sources.repository.hasOwnCommits(checkout, branch, target);
};
