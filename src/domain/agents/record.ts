import { chooseAgent } from './assignment.js';
import type { Assignment, OrchestrationState, PauseReason, RunLimits, WorkPackageRecord } from './state.js';

/** A work package of which the run knows nothing yet. */
export const untouched = (id: string): WorkPackageRecord => ({
  id,
  assigned: { implementation: 0, review: 0 },
  failedAgents: [],
  rejections: 0,
});

/** What becomes of a record; a member that is `undefined` goes. */
export type Change = {
  readonly [Member in keyof WorkPackageRecord]?: WorkPackageRecord[Member] | undefined;
};

export const changed = (record: WorkPackageRecord, change: Change): WorkPackageRecord =>
  ({ ...record, ...change }) as WorkPackageRecord;

/** The state with one record changed, if it knows the work package. */
export const changeRecord = (state: OrchestrationState, id: string, change: Change): OrchestrationState => ({
  ...state,
  workPackages: state.workPackages.map((record) => (record.id === id ? changed(record, change) : record)),
});

/** It is left to whoever has it, or may have it. */
export const LET_GO = { at: undefined, result: undefined, assignment: undefined } satisfies Change;

/** Its present task was done: nobody has failed at the next one yet. */
const AT_NEXT_TASK = { assignment: undefined, result: undefined, failedAgents: [] } satisfies Change;

/** Work on it begins, or begins again, at the tip of its branch. */
export const atWork = (tip: string | undefined): Change => ({ ...AT_NEXT_TASK, at: 'doing', startedAt: tip });

export const assignedTo = ({ assigned }: WorkPackageRecord, assignment: Assignment): Change => {
  const { phase, agent } = assignment;
  return {
    assignment,
    assigned: { ...assigned, [phase]: assigned[phase] + 1 },
    ...(phase === 'review' ? { reviewer: agent } : { implementer: agent }),
  };
};

/** Whoever implemented it is not yet cleared: what was left may turn out to be nothing. */
export const IMPLEMENTED: Change = { assignment: undefined, result: 'implemented' };

export const IN_REVIEW: Change = { ...AT_NEXT_TASK, at: 'for_review' };

export const APPROVED: Change = { ...AT_NEXT_TASK, result: 'approved' };

/** It goes back, as long as the limits allow. */
export const rejected = (record: WorkPackageRecord, feedback: string, { maxRetries }: RunLimits): Change => {
  const rejections = record.rejections + 1;
  const back: Change = { ...AT_NEXT_TASK, result: 'rejected', rejections, feedback };
  if (rejections <= maxRetries) return back;
  const times = rejections === 1 ? 'once' : `${rejections} times`;
  const detail = `Changes were requested ${times}. The last request: ${feedback}`;
  return { ...back, ...paused('rejected-too-often', detail) };
};

/** The next agent has a try; without one, a person has to look. `agents`: those of the run. */
export const failed = (
  record: WorkPackageRecord,
  agent: string,
  reason: string,
  agents: readonly string[],
): Change => {
  const phase = record.at === 'for_review' ? 'review' : 'implementation';
  const failedAgents = [...new Set([...record.failedAgents, agent])];
  const next: Change = { assignment: undefined, result: undefined, failedAgents };
  return chooseAgent({ ...record, failedAgents }, phase, agents) === undefined
    ? { ...next, ...paused('no-agent-left', `No agent is left that could do the ${phase}. ${reason}`) }
    : next;
};

export const FINISHED: Change = { ...AT_NEXT_TASK, at: 'done', pause: undefined };

/** A person has to look at it. */
export const paused = (reason: PauseReason, detail: string): Change => ({
  assignment: undefined,
  pause: { reason, detail },
});
