import { assignmentNote, chooseAgent, isAssignmentNoted } from '../../domain/agents/assignment.js';
import {
  assignedTo,
  atWork,
  failed,
  FINISHED,
  IN_REVIEW,
  LET_GO,
  paused,
} from '../../domain/agents/record.js';
import type { Stage } from '../../domain/agents/stage.js';
import type { Assignment } from '../../domain/agents/state.js';
import { isSyncError } from '../../domain/errors.js';
import { commitSubject } from '../../domain/work/commit-message.js';
import { isLegalTransition, type Lane, type WorkPackageLane } from '../../domain/events/lane.js';
import { findWorkPackage } from '../work/feature-state.js';
import { standingTargetOf } from '../work/feature-branches.js';
import { ImplementWorkPackage } from '../work/implement-work-package.js';
import { MergeWorkPackages } from '../work/merge-work-packages.js';
import { planTransitions, type Transition } from '../work/plan-transitions.js';
import type { OrchestrationRun } from './orchestration-run.js';
import { noteUsage, runAgent } from './run-agent.js';

/**
 * Takes one work package one step on, from the stage in which the run has it. It may be repeated at any time, by another
 * process, too: what was done before is found done in the files, and what is not so there any more is left alone. Fails
 * with what keeps the step from being done.
 */
export const advance = async (
  run: OrchestrationRun,
  id: string,
  stage: Stage,
  signal: AbortSignal,
): Promise<void> => {
  await run.save();
  await STEPS[stage](run, id, signal);
};

/**
 * Begins a work package for an agent: work tree, branch, lane. One that somebody else began before stays theirs; an
 * earlier try of this run is told from that by the name of the agent.
 */
const claim = async (run: OrchestrationRun, id: string, signal: AbortSignal): Promise<void> => {
  const { checkout, feature, merging } = run;
  const record = run.record(id);
  const isAgain = record.at === 'planned';
  const agent = (isAgain ? record.implementer : nextAgent(run, id, 'implementation')) ?? NOBODY;
  run.change(id, { at: 'planned', implementer: agent });
  await run.save();
  const implement = new ImplementWorkPackage(merging);
  const begun = await run
    .perform(() => implement.run({ checkout, feature, workPackageId: id, agent }, signal))
    .catch((error: unknown) => {
      // Between the look at the files and the lock, a person may have moved this one or what it depends on.
      if (isSyncError(error) && OVERTAKEN.includes(error.kind)) return undefined;
      throw error;
    });
  if (begun === undefined || (begun.outcome === 'already-doing' && !(isAgain && begun.agent === agent))) {
    run.change(id, { ...LET_GO, implementer: undefined });
    return run.notice(id, `${id} was not begun: somebody else was faster, or moved what it depends on.`);
  }
  if (begun.outcome === 'started')
    run.tell({ what: 'moved', workPackageId: id, from: 'planned', to: 'doing' });
  const tip = await run.tip(id);
  run.change(id, { ...atWork(tip), base: tip ?? record.base });
};

const OVERTAKEN: readonly string[] = ['dependency-not-ready', 'transition-illegal'];

/** Somebody whose name no record has. */
const NOBODY = 'user';

const nextAgent = (run: OrchestrationRun, id: string, phase: Assignment['phase']): string =>
  chooseAgent(run.record(id), phase, run.state.agents) ?? NOBODY;

/**
 * Lets an agent implement or review. An assignment that was made before is carried out before anybody else is asked. What
 * the agent came to is durable as soon as it has ended, since no file proves it.
 */
const work = async (
  run: OrchestrationRun,
  id: string,
  phase: Assignment['phase'],
  signal: AbortSignal,
): Promise<void> => {
  const record = run.record(id);
  const assignment = record.assignment ?? {
    ...{ phase, agent: nextAgent(run, id, phase), retryCount: record.assigned[phase] },
  };
  if (record.assignment === undefined) run.change(id, assignedTo(record, assignment));
  await run.save();
  if (!(await announce(run, id, assignment)) || signal.aborted) return;
  const { change, took } = await runAgent(run, id, assignment, signal);
  run.change(id, change);
  await run.save();
  if (took !== undefined) await noteUsage(run, id, assignment, took);
};

/**
 * Says in a work package's file, and with one event, who has been given it. The line in the file is the evidence of the
 * event, and no run writes it twice. `false`: it is not in the lane to which the assignment belongs any more.
 */
const announce = async (
  run: OrchestrationRun,
  workPackageId: string,
  assignment: Assignment,
): Promise<boolean> => {
  const { phase, agent, retryCount } = assignment;
  const { runId } = run.state;
  return run.workOn<boolean>(workPackageId, agent, (filed, draft) => {
    const { id, lane, agent: inCharge } = filed;
    if (isAssignmentNoted(filed.document.body, assignment, runId)) return { result: true };
    if (lane !== LANE_OF_PHASE[phase]) return { result: false };
    const fact = draft.emission.fact('WPAssigned', {
      wp_id: id,
      agent_id: agent,
      phase,
      retry_count: retryCount,
      feature_slug: run.feature,
    });
    // Whoever implements is in charge; a reviewer takes nothing over.
    const isTaken = phase === 'implementation' && inCharge !== agent;
    const note = assignmentNote(assignment, runId);
    draft.enter(filed, fact, { by: agent, note, ...(isTaken && { agent }) });
    return { result: true, done: `assign ${id} to ${agent} for ${phase}` };
  });
};

const LANE_OF_PHASE = { implementation: 'doing', review: 'for_review' } as const;

/**
 * Commits what the implementer left and takes the work package to review. An agent that changed nothing has failed, as
 * has one whose rest git refuses; but what somebody took to review already has nobody who could be asked to do better.
 */
const handOver = async (run: OrchestrationRun, id: string): Promise<void> => {
  const agent = run.record(id).implementer ?? NOBODY;
  const committed = await run.ports.agentWork.commitRest(
    run.worktree(id),
    commitSubject(`commit what ${agent} left of ${id}`, run.feature),
  );
  if (committed.ok && (await hasWork(run, id))) {
    const note = 'Implemented, ready for review';
    if (await shiftLane(run, 'doing', { workPackageId: id, to: 'for_review', by: agent, note }))
      run.change(id, IN_REVIEW);
    return;
  }
  const reason = committed.ok
    ? `${agent} ended well and had changed nothing.`
    : `Git refused the commit of what ${agent} had left: ${committed.error}.`;
  const lane = await laneNow(run, id);
  if (lane === 'for_review') run.change(id, committed.ok ? IN_REVIEW : paused('step-failed', reason));
  if (lane !== 'doing') return;
  run.change(id, failed(run.record(id), agent, reason, run.state.agents));
  run.notice(id, reason);
};

/** Whether there are commits beyond those that were there when the work began. */
const hasWork = async (run: OrchestrationRun, id: string): Promise<boolean> => {
  const { startedAt } = run.record(id);
  if (startedAt !== undefined) return (await run.tip(id)) !== startedAt;
  const { repository } = run.ports;
  const { documents } = await run.load();
  const target = await standingTargetOf(repository, run.checkout, documents.meta);
  return repository.hasOwnCommits(run.checkout, run.branch(id), target);
};

/** Takes it back to `doing`, with what the reviewer wants changed. */
const sendBack = async (run: OrchestrationRun, id: string): Promise<void> => {
  const { reviewer: by = NOBODY, feedback } = run.record(id);
  const transition = { workPackageId: id, to: 'doing', by, note: 'Changes requested', feedback } as const;
  if (await shiftLane(run, 'for_review', transition)) run.change(id, atWork(await run.tip(id)));
};

/** Merges what is approved, unless that was done, and takes it to `done`. */
const finish = async (run: OrchestrationRun, id: string, signal: AbortSignal): Promise<void> => {
  const { checkout, feature } = run;
  // What is in doing would be merged as well, and handed over: the reviewer's word is about what was in for_review.
  if ((await laneNow(run, id)) !== 'for_review') return;
  const merging = new MergeWorkPackages(run.merging);
  await run.perform(() => merging.run({ checkout, feature, workPackageIds: [id] }, signal));
  run.tell({ what: 'merged', workPackageId: id });
  const { reviewer: by = NOBODY } = run.record(id);
  const transition = { workPackageId: id, to: 'done', by, note: 'Approved and merged' } as const;
  if (await shiftLane(run, 'for_review', transition)) run.change(id, FINISHED);
};

/** The lane in which a work package is at this moment, as its file says. */
const laneNow = async (run: OrchestrationRun, id: string): Promise<WorkPackageLane> =>
  findWorkPackage(await run.load(), id).lane;

/**
 * Takes a work package from a lane to another one, unless it is there already: an agent may have done so itself. `false`:
 * it is in a third lane, because somebody took it there, and stays. The lane that counts is the one that the file has
 * under the lock.
 */
const shiftLane = async (run: OrchestrationRun, from: Lane, transition: Transition): Promise<boolean> => {
  const { workPackageId: id, to, by } = transition;
  const result = await run.workOn<'moved' | 'already-there' | 'elsewhere'>(id, by, (workPackage, draft) => {
    if (workPackage.lane === to) return { result: 'already-there' };
    if (workPackage.lane !== from || !isLegalTransition(workPackage, to)) return { result: 'elsewhere' };
    planTransitions(draft, [transition]);
    return { result: 'moved', done: `move ${id} from ${from} to ${to}` };
  });
  if (result === 'moved') run.tell({ what: 'moved', workPackageId: id, from, to });
  return result !== 'elsewhere';
};

const STEPS: Readonly<
  Record<Stage, (run: OrchestrationRun, id: string, signal: AbortSignal) => Promise<void>>
> = {
  waiting: claim,
  claiming: claim,
  implementing: (run, id, signal) => work(run, id, 'implementation', signal),
  'handing-over': handOver,
  reviewing: (run, id, signal) => work(run, id, 'review', signal),
  'sending-back': sendBack,
  approved: finish,
  paused: async () => undefined,
  done: async () => undefined,
};
