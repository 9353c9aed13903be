import type { OrchestrationState, PauseReason, Stage, WorkPackageRecord } from './state.js';

/** The state with one record changed; the same state when nothing changes, or when it does not know the work package. */
export const changeRecord = (
  state: OrchestrationState,
  id: string,
  change: (record: WorkPackageRecord) => WorkPackageRecord,
): OrchestrationState => {
  const at = state.workPackages.findIndex((record) => record.id === id);
  const record = state.workPackages[at];
  const changed = record === undefined ? undefined : change(record);
  if (changed === undefined || changed === record) return state;
  return {
    ...state,
    workPackages: [...state.workPackages.slice(0, at), changed, ...state.workPackages.slice(at + 1)],
  };
};

/** A record that a person has to look at; `from` is where the run goes on afterwards. */
export const paused = (
  record: WorkPackageRecord,
  reason: PauseReason,
  detail: string,
  from: Stage = record.stage,
): WorkPackageRecord => ({ ...unassigned(record), stage: 'paused', pause: { reason, detail, from } });

/** A record whose present task is over. */
export const unassigned = ({ assignment: _over, ...record }: WorkPackageRecord): WorkPackageRecord => record;

/** A record whose present task was done: nobody has failed at the next one yet. */
export const atNextTask = (record: WorkPackageRecord, stage: Stage): WorkPackageRecord => {
  const { lastFailure: _over, ...rest } = unassigned(record);
  return { ...rest, stage, failedAgents: [] };
};
