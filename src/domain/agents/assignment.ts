import { activityEntries } from '../work/activity-log.js';
import type { Assignment, Phase, WorkPackageRecord } from './state.js';

/**
 * Who is to do the next piece of work: for an implementation whoever has it already, else the first of the list; for a
 * review the first after the implementer. Nobody reviews the own work, unless there is nobody else at all. Who failed at
 * the present task is not asked again; `undefined` when that leaves nobody.
 */
export const chooseAgent = (
  record: WorkPackageRecord,
  phase: Phase,
  agents: readonly string[],
): string | undefined =>
  candidates(record, phase, agents).find((agent) => !record.failedAgents.includes(agent));

/** Whether the only agent there is reviews its own work. */
export const reviewsOwnWork = (agents: readonly string[]): boolean => new Set(agents).size === 1;

/** The note of the Activity Log line that proves an assignment. No other assignment has the same. */
export const assignmentNote = ({ phase, retryCount }: Assignment, runId: string): string =>
  `Assigned for ${phase}, attempt ${retryCount + 1} (run ${runId})`;

/** Whether a work package's file says that the assignment was made. */
export const isAssignmentNoted = (body: string, assignment: Assignment, runId: string): boolean => {
  const note = assignmentNote(assignment, runId);
  return activityEntries(body).some((entry) => entry.note.startsWith(note));
};

const candidates = (
  { implementer }: WorkPackageRecord,
  phase: Phase,
  agents: readonly string[],
): readonly string[] => {
  const at = implementer === undefined ? -1 : agents.indexOf(implementer);
  if (at === -1) return agents;
  const others = [...agents.slice(at + 1), ...agents.slice(0, at)].filter((agent) => agent !== implementer);
  if (phase === 'implementation') return [...agents.slice(at, at + 1), ...others];
  return others.length > 0 ? others : agents;
};
