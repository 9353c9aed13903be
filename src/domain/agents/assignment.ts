import { activityEntries } from '../work/activity-log.js';
import type { Assignment, Phase, WorkPackageRecord } from './state.js';

/**
 * Who is to do the next piece of work: for an implementation whoever has it already, else the first of the list; for a
 * review the first after the implementer. Nobody reviews the own work, unless there is nobody else at all. Who failed at
 * the present task is not asked again; `undefined` when that leaves nobody.
 */
export const chooseAgent = (
  { implementer, failedAgents }: WorkPackageRecord,
  phase: Phase,
  agents: readonly string[],
): string | undefined => {
  const at = Math.max(0, agents.indexOf(implementer ?? ''));
  const inOrder = [...agents.slice(at), ...agents.slice(0, at)];
  const others = inOrder.filter((agent) => agent !== implementer);
  const asked = phase === 'review' && others.length > 0 ? others : inOrder;
  return asked.find((agent) => !failedAgents.includes(agent));
};

/** The note of the Activity Log line that proves an assignment. No other assignment has the same. */
export const assignmentNote = ({ phase, retryCount }: Assignment, runId: string): string =>
  `Assigned for ${phase}, attempt ${retryCount + 1} (run ${runId})`;

/** Whether a work package's file says that the assignment was made. */
export const isAssignmentNoted = (body: string, assignment: Assignment, runId: string): boolean => {
  const note = assignmentNote(assignment, runId);
  return activityEntries(body).some((entry) => entry.note.startsWith(note));
};
