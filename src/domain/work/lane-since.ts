import { isIsoTime } from '../events/iso-time.js';
import { activityEntries, type ActivityEntry } from './activity-log.js';
import type { WorkPackageLane } from '../events/lane.js';
import { laneFromText } from './work-package.js';

/**
 * When a work package came into its lane, milliseconds since 1970: the first of the last entries of its Activity Log
 * that all speak of that lane. `undefined` when the log ends with another lane, so that nobody knows. A time without a
 * zone counts as UTC.
 */
export const laneSinceMs = (body: string, lane: WorkPackageLane): number | undefined => {
  let first: ActivityEntry | undefined;
  for (const entry of activityEntries(body)) {
    if (laneFromText(entry.lane) === lane) first ??= entry;
    else first = undefined;
  }
  return first === undefined ? undefined : momentOf(first.timestamp);
};

const momentOf = (timestamp: string): number | undefined => {
  const text = HAS_ZONE.test(timestamp) ? timestamp : `${timestamp}Z`;
  const moment = isIsoTime(text) ? Date.parse(text) : NaN;
  return Number.isNaN(moment) ? undefined : moment;
};

const HAS_ZONE = /(?:Z|[+-]\d{2}:?\d{2})$/;
