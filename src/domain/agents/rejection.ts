import { atNextTask, paused } from './change-record.js';
import type { RunLimits, WorkPackageRecord } from './state.js';

/** A record after a reviewer asked for changes: it goes back, as long as the limits allow. */
export const afterRejection = (
  record: WorkPackageRecord,
  feedback: string,
  { maxRetries }: RunLimits,
): WorkPackageRecord => {
  const rejections = record.rejections + 1;
  const back = { ...atNextTask(record, 'sending-back'), rejections, feedback };
  if (rejections <= maxRetries) return back;
  const times = rejections === 1 ? 'once' : `${rejections} times`;
  return paused(back, 'rejected-too-often', `Changes were requested ${times}. The last request: ${feedback}`);
};
