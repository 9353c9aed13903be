import { assignmentNote, isAssignmentNoted } from '../../domain/agents/assignment-note.js';
import { chooseAgent } from '../../domain/agents/choose-agent.js';
import type { Task } from '../../domain/agents/next-tasks.js';
import {
  approved,
  assignedTo,
  atWork,
  claiming,
  failed,
  finished,
  implemented,
  inReview,
  paused,
  rejected,
  unclaimed,
} from '../../domain/agents/record.js';
import type { Assignment, WorkPackageRecord } from '../../domain/agents/state.js';
import { isSyncError, unreachable } from '../../domain/errors.js';
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
import { noteUsage } from './note-usage.js';
import type { OrchestrationContext } from './orchestration-context.js';
import { runAgent } from './run-agent.js';
import { laneNow, shiftLane } from './shift-lane.js';

/**
 * Takes one work package one step on, from the lane in which the run has it. It may be repeated at any time, by another
 * process, too: what was done before is found done in the files, and what is not so there any more is left alone. Fails
 * with what keeps the step from being done.
 */
export const advance = async (
  context: OrchestrationContext,
  id: string,
  task: Task,
  signal: AbortSignal,
): Promise<void> => {
  await context.save();
  switch (task) {
    case 'claim':
      return claim(context, id, signal);
    case 'implement':
    case 'review':
      return work(context, id, task === 'review' ? 'review' : 'implementation', signal);
    case 'hand-over':
      return handOver(context, id);
    case 'send-back':
      return sendBack(context, id);
    case 'finish':
      return finish(context, id, signal);
    default:
      return unreachable(task);
  }
};

/**
 * Begins a work package for an agent: work tree, branch, lane. One that somebody else began before stays theirs; an
 * earlier try of this run is told from that by the name of the agent.
 */
const claim = async (context: OrchestrationContext, id: string, signal: AbortSignal): Promise<void> => {
  const { checkout, feature, sources, perform } = context;
  const record = context.record(id);
  const isAgain = record.at === 'planned';
  const agent = isAgain
    ? (record.implementer ?? NOBODY)
    : (chooseAgent(record, 'implementation', context.state().agents) ?? NOBODY);
  context.change(id, (present) => claiming(present, agent));
  await context.save();
  const { repository, files } = sources;
  const implement = new ImplementWorkPackage({ repository, files, perform });
  try {
    const { outcome, agent: inCharge } = context.keep(
      await context.turns.take(() => implement.run({ checkout, feature, workPackageId: id, agent }, signal)),
    );
    if (outcome === 'already-doing' && !(isAgain && inCharge === agent)) return notClaimed(context, id);
    if (outcome === 'started')
      context.tell({ what: 'moved', workPackageId: id, from: 'planned', to: 'doing' });
    const tip = await tipOf(context, id);
    context.change(id, (present) => ({
      ...atWork(present, tip),
      ...(tip === undefined ? {} : { base: tip }),
    }));
  } catch (error) {
    // Between the look at the files and the lock, a person may have moved this one or what it depends on.
    if (!isSyncError(error) || !OVERTAKEN.includes(error.kind)) throw error;
    notClaimed(context, id);
  }
};

const notClaimed = (context: OrchestrationContext, id: string): void => {
  context.change(id, unclaimed);
  const notice = `${id} was not begun: somebody else was faster, or moved what it depends on.`;
  context.tell({ what: 'noticed', workPackageId: id, notice });
};

const OVERTAKEN: readonly string[] = ['dependency-not-ready', 'transition-illegal'];

/** Somebody whose name no record has. */
const NOBODY = 'user';

/**
 * Lets an agent implement or review. An assignment that was made before is carried out before anybody else is asked. What
 * the agent came to is durable as soon as it has ended, since no file proves it.
 */
const work = async (
  context: OrchestrationContext,
  id: string,
  phase: Assignment['phase'],
  signal: AbortSignal,
): Promise<void> => {
  const record = context.record(id);
  const { agents, limits } = context.state();
  const agent = chooseAgent(record, phase, agents) ?? NOBODY;
  const assignment = record.assignment ?? {
    ...{ phase, agent, retryCount: record.assigned[phase], isAnnounced: false },
  };
  if (record.assignment === undefined) context.change(id, (present) => assignedTo(present, assignment));
  await context.save();
  if (!assignment.isAnnounced) {
    if (!(await announce(context, id, assignment))) return;
    context.change(id, (present) => ({ ...present, assignment: { ...assignment, isAnnounced: true } }));
  }
  if (signal.aborted) return;
  const { end, took } = await runAgent(context, id, assignment, signal);
  context.change(id, (present): WorkPackageRecord => {
    switch (end.end) {
      case 'stopped':
        return present;
      case 'implemented':
        return implemented(present);
      case 'approved':
        return approved(present);
      case 'changes-requested':
        return rejected(present, end.feedback, limits);
      case 'failed':
        return failed(present, assignment.agent, end.reason, agents);
      case 'impossible':
        return paused(present, 'step-failed', end.reason);
      default:
        return unreachable(end);
    }
  });
  await context.save();
  if (took !== undefined) await noteUsage(context, id, assignment, took);
};

/**
 * Says in a work package's file, and with one event, who has been given it. The line in the file is the evidence of the
 * event, and no run writes it twice. `false`: it is not in the lane to which the assignment belongs any more.
 */
const announce = async (
  context: OrchestrationContext,
  workPackageId: string,
  assignment: Assignment,
): Promise<boolean> => {
  const { checkout, feature, runId, sources } = context;
  const { phase, agent, retryCount } = assignment;
  const performed = await context.turns.take(() =>
    context.perform.run<boolean>({
      checkout,
      subject: { feature, workPackageId, agent },
      plan: async (emission) => {
        const state = await loadFeature(sources.files, checkout.projectRoot, feature);
        const filed = findWorkPackage(state, workPackageId);
        const { workPackage } = filed;
        const { id, lane } = workPackage;
        if (isAssignmentNoted(filed.document.body, assignment, runId)) return nothingToDo(true);
        if (lane !== LANE_OF_PHASE[phase]) return nothingToDo(false);
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
        const message = commitSubject(`assign ${id} to ${agent} for ${phase}`, feature);
        return { result: true, changes, events, message };
      },
    }),
  );
  return context.keep(performed);
};

const LANE_OF_PHASE = { implementation: 'doing', review: 'for_review' } as const;

/**
 * Commits what the implementer left and takes the work package to review. An agent that changed nothing has failed, as
 * has one whose rest git refuses; but what somebody took to review already has nobody who could be asked to do better.
 */
const handOver = async (context: OrchestrationContext, id: string): Promise<void> => {
  const agent = context.record(id).implementer ?? NOBODY;
  const committed = await context.sources.work.commitRest(
    worktreeOf(context, id),
    commitSubject(`commit what ${agent} left of ${id}`, context.feature),
  );
  if (!committed.ok || !(await hasWork(context, id))) {
    const reason = committed.ok
      ? `${agent} ended well and had changed nothing.`
      : `Git refused the commit of what ${agent} had left: ${committed.error}.`;
    const lane = await laneNow(context, id);
    if (lane === 'doing') {
      const { agents } = context.state();
      context.change(id, (record) => failed(record, record.implementer, reason, agents));
      context.tell({ what: 'noticed', workPackageId: id, notice: reason });
    } else if (lane === 'for_review') {
      context.change(id, (record) =>
        committed.ok ? inReview(record) : paused(record, 'step-failed', reason),
      );
    }
    return;
  }
  const note = 'Implemented, ready for review';
  if (await shiftLane(context, { workPackageId: id, from: 'doing', to: 'for_review', by: agent, note }))
    context.change(id, inReview);
};

/** Whether there are commits beyond those that were there when the work began. */
const hasWork = async (context: OrchestrationContext, id: string): Promise<boolean> => {
  const { sources, checkout, feature } = context;
  const { startedAt } = context.record(id);
  if (startedAt !== undefined) return (await tipOf(context, id)) !== startedAt;
  const { documents } = await loadFeature(sources.files, checkout.projectRoot, feature);
  const target = await standingTargetOf(sources.repository, checkout, documents.meta);
  return sources.repository.hasOwnCommits(checkout, workPackageBranch(feature, id), target);
};

/** Takes it back to `doing`, with what the reviewer wants changed. */
const sendBack = async (context: OrchestrationContext, id: string): Promise<void> => {
  const { reviewer = NOBODY, feedback = '' } = context.record(id);
  const note = 'Changes requested';
  const shift = { workPackageId: id, from: 'for_review', to: 'doing', by: reviewer, note, feedback } as const;
  if (!(await shiftLane(context, shift))) return;
  const tip = await tipOf(context, id);
  context.change(id, (record) => atWork(record, tip));
};

/** Merges what is approved, unless that was done, and takes it to `done`. */
const finish = async (context: OrchestrationContext, id: string, signal: AbortSignal): Promise<void> => {
  const { checkout, feature, perform, sources } = context;
  // What is in doing would be merged as well, and handed over: the reviewer's word is about what was in for_review.
  if ((await laneNow(context, id)) !== 'for_review') return;
  const merging = sources.merging(perform);
  const merged = await context.turns.take(() =>
    merging.run({ checkout, feature, workPackageIds: [id] }, signal),
  );
  context.keep(merged);
  context.tell({ what: 'merged', workPackageId: id });
  const by = context.record(id).reviewer ?? NOBODY;
  const note = 'Approved and merged';
  if (await shiftLane(context, { workPackageId: id, from: 'for_review', to: 'done', by, note }))
    context.change(id, finished);
};

const tipOf = (
  { sources, checkout, feature }: OrchestrationContext,
  id: string,
): Promise<string | undefined> => sources.repository.branchTip(checkout, workPackageBranch(feature, id));
