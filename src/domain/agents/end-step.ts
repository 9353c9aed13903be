import { unreachable } from '../errors.js';
import { atNextTask, changeRecord, paused, unassigned } from './change-record.js';
import { chooseAgent } from './choose-agent.js';
import { afterRejection } from './rejection.js';
import type { OrchestrationState, Phase, WorkPackageRecord } from './state.js';
import type { Step, StepOutcome } from './step.js';

/**
 * The state after a step. An outcome that does not belong to the step, or to the stage in which the work package is by
 * now, changes nothing.
 */
export const endStep = (state: OrchestrationState, step: Step, outcome: StepOutcome): OrchestrationState =>
  changeRecord(state, step.id, (record) =>
    isAt(record, step) ? ended(state, record, step, outcome) : record,
  );

const STAGE_OF_STEP = {
  claim: 'claiming',
  'hand-over': 'handing-over',
  'send-back': 'sending-back',
  merge: 'approved',
  finish: 'finishing',
} as const;

const isAt = ({ stage }: WorkPackageRecord, step: Step): boolean => {
  if (step.step !== 'work') return stage === STAGE_OF_STEP[step.step];
  return stage === (step.assignment.phase === 'review' ? 'reviewing' : 'implementing');
};

const ended = (
  state: OrchestrationState,
  record: WorkPackageRecord,
  step: Step,
  outcome: StepOutcome,
): WorkPackageRecord => {
  switch (outcome.outcome) {
    case 'claimed':
      return startedAt(
        { ...record, stage: 'implementing', ...(outcome.tip === undefined ? {} : { base: outcome.tip }) },
        outcome.tip,
      );
    case 'not-claimed':
      return withoutImplementer({ ...record, stage: 'waiting' });
    case 'announced':
      return record.assignment === undefined
        ? record
        : { ...record, assignment: { ...record.assignment, isAnnounced: true } };
    case 'implemented':
      // Whoever implemented it is not yet cleared: what was left may turn out to be nothing.
      return { ...unassigned(record), stage: 'handing-over' };
    case 'approved':
      return atNextTask(record, 'approved');
    case 'changes-requested':
      return afterRejection(record, outcome.feedback, state.limits);
    case 'agent-failed':
      return afterFailure(state, record, step, outcome.reason);
    case 'not-done':
      return record;
    case 'handed-over':
      return atNextTask(record, 'reviewing');
    case 'sent-back':
      return startedAt(atNextTask(record, 'implementing'), outcome.tip);
    case 'merged':
      return atNextTask(record, 'finishing');
    case 'finished':
      return atNextTask(record, 'done');
    case 'impossible':
      // A claim that failed has left nothing behind; whatever is begun later is begun afresh.
      return paused(record, outcome.reason, outcome.detail, step.step === 'claim' ? 'waiting' : record.stage);
    default:
      return unreachable(outcome);
  }
};

const withoutImplementer = ({ implementer: _chosen, ...record }: WorkPackageRecord): WorkPackageRecord =>
  record;

const startedAt = (record: WorkPackageRecord, tip: string | undefined): WorkPackageRecord => {
  const { startedAt: _before, ...rest } = record;
  return tip === undefined ? rest : { ...rest, startedAt: tip };
};

/** The next agent has a try; without one, a person has to look. */
const afterFailure = (
  state: OrchestrationState,
  record: WorkPackageRecord,
  step: Step,
  reason: string,
): WorkPackageRecord => {
  const phase: Phase = record.stage === 'reviewing' ? 'review' : 'implementation';
  const agent = step.step === 'work' ? step.assignment.agent : record.implementer;
  const failed: WorkPackageRecord = {
    ...unassigned(record),
    stage: phase === 'review' ? 'reviewing' : 'implementing',
    failedAgents: [...new Set([...record.failedAgents, ...(agent === undefined ? [] : [agent])])],
    lastFailure: reason,
  };
  if (chooseAgent(failed, phase, state.agents) !== undefined) return failed;
  return paused(failed, 'no-agent-left', `No agent is left that could do the ${phase}. ${reason}`);
};
