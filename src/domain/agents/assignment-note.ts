import { activityEntries } from '../work/activity-log.js';
import type { Assignment } from './state.js';

/** The note of the Activity Log line that proves an assignment. No other assignment has the same. */
export const assignmentNote = ({ phase, retryCount }: Assignment, runId: string): string =>
  `Assigned for ${phase}, attempt ${retryCount + 1} (run ${runId})`;

/** Whether a work package's file says that the assignment was made. */
export const isAssignmentNoted = (body: string, assignment: Assignment, runId: string): boolean => {
  const note = assignmentNote(assignment, runId);
  return activityEntries(body).some((entry) => entry.note.startsWith(note));
};
