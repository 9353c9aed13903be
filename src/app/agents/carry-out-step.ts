import { unreachable } from '../../domain/errors.js';
import { workPackageBranch } from '../../domain/work/feature-slug.js';
import type { Step, StepOutcome } from '../../domain/agents/step.js';
import { announceAssignment } from './announce-assignment.js';
import { claimWorkPackage } from './claim-work-package.js';
import { handOver } from './hand-over.js';
import { laneNow } from './lane-now.js';
import type { OrchestrationContext } from './orchestration-context.js';
import { runAgent } from './run-agent.js';
import { shiftLane } from './shift-lane.js';

/** Does one step of a run. Whatever was done before is found done. Fails with what keeps the step from being done. */
export const carryOut = async (
  context: OrchestrationContext,
  step: Step,
  signal: AbortSignal,
): Promise<StepOutcome> => {
  switch (step.step) {
    case 'claim':
      return claimWorkPackage(context, step, signal);
    case 'work':
      return runAgent(context, step.id, step.assignment, signal);
    case 'hand-over':
      return handOver(context, step);
    case 'send-back':
      return sendBack(context, step);
    case 'merge':
      return merge(context, step, signal);
    case 'finish':
      return finish(context, step);
    default:
      return unreachable(step);
  }
};

/** Announces the assignment of a step; an agent runs only when that is captured. */
export const announce = async (
  context: OrchestrationContext,
  { id, assignment }: Step & { readonly step: 'work' },
): Promise<StepOutcome> =>
  (await announceAssignment(context, id, assignment)) === 'announced'
    ? { outcome: 'announced' }
    : { outcome: 'not-done' };

const sendBack = async (
  context: OrchestrationContext,
  { id, reviewer, feedback }: Step & { readonly step: 'send-back' },
): Promise<StepOutcome> => {
  const shifted = await shiftLane(context, {
    workPackageId: id,
    from: 'for_review',
    to: 'doing',
    by: reviewer,
    note: 'Changes requested',
    feedback,
  });
  if (shifted === 'elsewhere') return { outcome: 'not-done' };
  const { sources, checkout, feature } = context;
  const tip = await sources.repository.branchTip(checkout, workPackageBranch(feature, id));
  return { outcome: 'sent-back', ...(tip === undefined ? {} : { tip }) };
};

const merge = async (
  context: OrchestrationContext,
  { id }: Step & { readonly step: 'merge' },
  signal: AbortSignal,
): Promise<StepOutcome> => {
  const { checkout, feature, perform, sources } = context;
  // What is in doing would be merged as well, and handed over: the reviewer's word is about what was in for_review.
  if ((await laneNow(context, id)) !== 'for_review') return { outcome: 'not-done' };
  const merging = sources.merging(perform);
  const work = await context.turns.take(() =>
    merging.run({ checkout, feature, workPackageIds: [id] }, signal),
  );
  context.keep(work);
  context.tell({ what: 'merged', workPackageId: id });
  return { outcome: 'merged' };
};

const finish = async (
  context: OrchestrationContext,
  { id, reviewer }: Step & { readonly step: 'finish' },
): Promise<StepOutcome> => {
  const shifted = await shiftLane(context, {
    workPackageId: id,
    from: 'for_review',
    to: 'done',
    by: reviewer,
    note: 'Approved and merged',
  });
  return { outcome: shifted === 'elsewhere' ? 'not-done' : 'finished' };
};
