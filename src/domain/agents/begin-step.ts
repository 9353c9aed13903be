import { changeRecord } from './change-record.js';
import type { OrchestrationState, WorkPackageRecord } from './state.js';
import type { Step } from './step.js';

/** The state that has to be durable before a step is taken: it says what was about to be done. */
export const beginStep = (state: OrchestrationState, step: Step): OrchestrationState =>
  changeRecord(state, step.id, (record) => begun(record, step));

const begun = (record: WorkPackageRecord, step: Step): WorkPackageRecord => {
  if (step.step === 'claim' && step.isAgain) return record;
  if (step.step === 'claim') return { ...record, stage: 'claiming', implementer: step.agent };
  if (step.step !== 'work' || record.assignment !== undefined) return record;
  const { phase, agent } = step.assignment;
  return {
    ...record,
    assignment: step.assignment,
    assigned: { ...record.assigned, [phase]: record.assigned[phase] + 1 },
    ...(phase === 'review' ? { reviewer: agent } : { implementer: agent }),
  };
};
