import { chooseAgent } from './assignment.js';
import type { Assignment, OrchestrationState, PauseReason, RunLimits, WorkPackageRecord } from './state.js';

/** A work package of which the run knows nothing yet. */
export const untouched = (id: string): WorkPackageRecord => ({
  id,
  assigned: { implementation: 0, review: 0 },
  failedAgents: [],
  rejections: 0,
});

/** The state with one record changed; the same state when nothing changes, or when it does not know the work package. */
export const changeRecord = (
  state: OrchestrationState,
  id: string,
  change: (record: WorkPackageRecord) => WorkPackageRecord,
): OrchestrationState => {
  const workPackages = state.workPackages.map((record) => (record.id === id ? change(record) : record));
  const isSame = workPackages.every((record, at) => record === state.workPackages[at]);
  return isSame ? state : { ...state, workPackages };
};

/** About to be begun for an agent. */
export const claiming = (record: WorkPackageRecord, implementer: string): WorkPackageRecord => ({
  ...record,
  at: 'planned',
  implementer,
});

/** It is left to whoever has it, or may have it. */
export const letGo = (record: WorkPackageRecord): WorkPackageRecord => {
  const { at: _at, result: _result, ...rest } = unassigned(record);
  return rest;
};

/** Somebody else was faster. */
export const unclaimed = (record: WorkPackageRecord): WorkPackageRecord => {
  const { implementer: _chosen, ...rest } = letGo(record);
  return rest;
};

/** Work on it begins, or begins again, at the tip of its branch. */
export const atWork = (record: WorkPackageRecord, tip: string | undefined): WorkPackageRecord => {
  const { startedAt: _before, ...rest } = atNextTask(record);
  return { ...rest, at: 'doing', ...(tip === undefined ? {} : { startedAt: tip }) };
};

export const assignedTo = (record: WorkPackageRecord, assignment: Assignment): WorkPackageRecord => {
  const { phase, agent } = assignment;
  return {
    ...record,
    assignment,
    assigned: { ...record.assigned, [phase]: record.assigned[phase] + 1 },
    ...(phase === 'review' ? { reviewer: agent } : { implementer: agent }),
  };
};

/** Whoever implemented it is not yet cleared: what was left may turn out to be nothing. */
export const implemented = (record: WorkPackageRecord): WorkPackageRecord => ({
  ...unassigned(record),
  result: 'implemented',
});

export const inReview = (record: WorkPackageRecord): WorkPackageRecord => ({
  ...atNextTask(record),
  at: 'for_review',
});

export const approved = (record: WorkPackageRecord): WorkPackageRecord => ({
  ...atNextTask(record),
  result: 'approved',
});

/** It goes back, as long as the limits allow. */
export const rejected = (
  record: WorkPackageRecord,
  feedback: string,
  { maxRetries }: RunLimits,
): WorkPackageRecord => {
  const rejections = record.rejections + 1;
  const back: WorkPackageRecord = { ...atNextTask(record), result: 'rejected', rejections, feedback };
  if (rejections <= maxRetries) return back;
  const times = rejections === 1 ? 'once' : `${rejections} times`;
  return paused(back, 'rejected-too-often', `Changes were requested ${times}. The last request: ${feedback}`);
};

/** The next agent has a try; without one, a person has to look. `agents`: those of the run. */
export const failed = (
  record: WorkPackageRecord,
  agent: string | undefined,
  reason: string,
  agents: readonly string[],
): WorkPackageRecord => {
  const { result: _over, ...rest } = unassigned(record);
  const phase = record.at === 'for_review' ? 'review' : 'implementation';
  const failedAgents = [...new Set([...record.failedAgents, ...(agent === undefined ? [] : [agent])])];
  const next: WorkPackageRecord = { ...rest, failedAgents };
  return chooseAgent(next, phase, agents) === undefined
    ? paused(next, 'no-agent-left', `No agent is left that could do the ${phase}. ${reason}`)
    : next;
};

export const finished = (record: WorkPackageRecord): WorkPackageRecord => {
  const { pause: _over, ...rest } = atNextTask(record);
  return { ...rest, at: 'done' };
};

/** A person has to look at it. */
export const paused = (
  record: WorkPackageRecord,
  reason: PauseReason,
  detail: string,
): WorkPackageRecord => ({ ...unassigned(record), pause: { reason, detail } });

/** A record whose present assignment is over. */
export const unassigned = ({ assignment: _over, ...record }: WorkPackageRecord): WorkPackageRecord => record;

/** A record whose present task was done: nobody has failed at the next one yet. */
const atNextTask = (record: WorkPackageRecord): WorkPackageRecord => {
  const { result: _over, ...rest } = unassigned(record);
  return { ...rest, failedAgents: [] };
};
