import type { PayloadOf } from '../events/payloads.js';
import { describeUsage, parseUsage, type RunUsage } from '../events/usage.js';
import { activityEntries } from './activity-log.js';

/** The note of an Activity Log line that says what a run of an agent took. */
export const usageNote = (usage: RunUsage, phase: PayloadOf<'WPAssigned'>['phase']): string =>
  `${START}${phase}: ${describeUsage(usage)}`;

/** What the runs of agents took of which the Activity Log of a body tells, oldest first. */
export const notedUsage = (body: string): readonly RunUsage[] =>
  activityEntries(body).flatMap(({ note }) =>
    note.startsWith(START) ? (parseUsage(note.slice(note.indexOf(': ') + 2)) ?? []) : [],
  );

const START = 'Usage of the run for ';
