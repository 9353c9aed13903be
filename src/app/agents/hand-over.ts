import { workPackageBranch } from '../../domain/work/feature-slug.js';
import type { Step, StepOutcome } from '../../domain/agents/step.js';
import { standingTargetOf } from '../work/feature-target.js';
import { worktreeOf } from './gather-prompt.js';
import { laneNow } from './lane-now.js';
import { loadFeature } from '../work/locate-feature.js';
import type { OrchestrationContext } from './orchestration-context.js';
import { shiftLane } from './shift-lane.js';
import { commitSubject } from '../../domain/work/commit-message.js';

/**
 * Commits what the implementer left and takes the work package to review. An agent that changed nothing has failed,
 * unless somebody took the work package to review already: then the reviewer judges what is there.
 */
export const handOver = async (
  context: OrchestrationContext,
  { id, agent }: Step & { readonly step: 'hand-over' },
): Promise<StepOutcome> => {
  const committed = await context.sources.work.commitRest(
    worktreeOf(context, id),
    commitSubject(`commit what ${agent} left of ${id}`, context.feature),
  );
  if (!committed.ok) {
    return unfinished(context, id, {
      inDoing: 'agent-failed',
      inReview: 'impossible',
      reason: `Git refused the commit of what ${agent} had left: ${committed.error}.`,
    });
  }
  if (!(await hasWork(context, id))) {
    const reason = `${agent} ended well and had changed nothing.`;
    return unfinished(context, id, { inDoing: 'agent-failed', inReview: 'handed-over', reason });
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

/** What is in review already has nobody who could be asked to do better. */
const unfinished = async (
  context: OrchestrationContext,
  id: string,
  what: {
    readonly inDoing: 'agent-failed';
    readonly inReview: 'handed-over' | 'impossible';
    readonly reason: string;
  },
): Promise<StepOutcome> => {
  const lane = await laneNow(context, id);
  if (lane === 'doing') return { outcome: what.inDoing, reason: what.reason };
  if (lane !== 'for_review') return { outcome: 'not-done' };
  return what.inReview === 'handed-over'
    ? { outcome: 'handed-over' }
    : { outcome: 'impossible', reason: 'step-failed', detail: what.reason };
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
