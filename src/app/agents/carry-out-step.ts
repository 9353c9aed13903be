import { assignmentNote, isAssignmentNoted } from '../../domain/agents/assignment-note.js';
import type { Assignment } from '../../domain/agents/state.js';
import type { Step, StepOutcome } from '../../domain/agents/step.js';
import { unreachable, isSyncError } from '../../domain/errors.js';
import { commitSubject } from '../../domain/work/commit-message.js';
import { workPackageBranch } from '../../domain/work/feature-slug.js';
import type { WorkPackageEdit } from '../../domain/work/transition.js';
import { findWorkPackage } from '../work/feature-state.js';
import { standingTargetOf } from '../work/feature-target.js';
import { ImplementWorkPackage } from '../work/implement-work-package.js';
import { loadFeature } from '../work/locate-feature.js';
import { planEntry } from '../work/plan-entry.js';
import { nothingToDo } from '../work/work-plan.js';
import { worktreeOf } from './gather-prompt.js';
import { laneNow } from './lane-now.js';
import { featureRequest } from './orchestration-context.js';
import type { OrchestrationContext } from './orchestration-context.js';
import { runAgent, type Carried } from './run-agent.js';
import { shiftLane } from './shift-lane.js';

/** Does one step of a run. Whatever was done before is found done. Fails with what keeps the step from being done. */
export const carryOut = async (
  context: OrchestrationContext,
  step: Step,
  signal: AbortSignal,
): Promise<Carried> => {
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

/**
 * Begins a work package for an agent: work tree, branch, lane. One that somebody else began before stays theirs; an
 * earlier try of this run is told from that by the name of the agent.
 */
const claimWorkPackage = async (
  context: OrchestrationContext,
  { id, agent, isAgain }: Step & { readonly step: 'claim' },
  signal: AbortSignal,
): Promise<StepOutcome> => {
  const { sources, checkout, feature, perform } = context;
  const implement = new ImplementWorkPackage({
    repository: sources.repository,
    files: sources.files,
    perform,
  });
  try {
    const work = await context.turns.take(() =>
      implement.run({ ...featureRequest(context), workPackageId: id, agent }, signal),
    );
    const { outcome, agent: inCharge } = context.keep(work);
    if (outcome === 'already-doing' && !(isAgain && inCharge === agent)) return { outcome: 'not-claimed' };
    if (outcome === 'started')
      context.tell({ what: 'moved', workPackageId: id, from: 'planned', to: 'doing' });
    const tip = await sources.repository.branchTip(checkout, workPackageBranch(feature, id));
    return { outcome: 'claimed', ...(tip === undefined ? {} : { tip }) };
  } catch (error) {
    // Between the look at the files and the lock, a person may have moved this one or what it depends on.
    if (isSyncError(error) && OVERTAKEN.includes(error.kind)) return { outcome: 'not-claimed' };
    throw error;
  }
};

const OVERTAKEN: readonly string[] = ['dependency-not-ready', 'transition-illegal'];

/**
 * Says in a work package's file, and with one event, who has been given it. The line in the file is the evidence of the
 * event, and no run writes it twice. `elsewhere`: it is not in the lane to which the assignment belongs any more.
 */
const announceAssignment = async (
  context: OrchestrationContext,
  workPackageId: string,
  assignment: Assignment,
): Promise<'announced' | 'elsewhere'> => {
  const { checkout, feature, runId, sources } = context;
  const { phase, agent, retryCount } = assignment;
  const work = await context.turns.take(() =>
    context.perform.run<'announced' | 'elsewhere'>({
      checkout,
      subject: { feature, workPackageId, agent },
      plan: async (emission) => {
        const state = await loadFeature(sources.files, checkout.projectRoot, feature);
        const filed = findWorkPackage(state, workPackageId);
        const { workPackage } = filed;
        const { id, lane } = workPackage;
        if (isAssignmentNoted(filed.document.body, assignment, runId)) return nothingToDo('announced');
        if (lane !== LANE_OF_PHASE[phase]) return nothingToDo('elsewhere');
        const fact = emission.fact('WPAssigned', id, {
          wp_id: id,
          agent_id: agent,
          phase,
          retry_count: retryCount,
          feature_slug: feature,
        });
        // Whoever implements is in charge; a reviewer takes nothing over.
        const inCharge: readonly WorkPackageEdit[] =
          phase === 'implementation' && workPackage.agent !== agent
            ? [{ edit: 'set', key: 'agent', value: agent }]
            : [];
        const entry = { by: agent, note: assignmentNote(assignment, runId), beside: inCharge };
        const { changes, events } = await planEntry(sources.files, filed, fact, entry);
        return {
          ...{ result: 'announced', changes, events },
          message: commitSubject(`assign ${id} to ${agent} for ${phase}`, feature),
        };
      },
    }),
  );
  return context.keep(work);
};

const LANE_OF_PHASE = { implementation: 'doing', review: 'for_review' } as const;

/**
 * Commits what the implementer left and takes the work package to review. An agent that changed nothing has failed,
 * unless somebody took the work package to review already: then the reviewer judges what is there.
 */
const handOver = async (
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
