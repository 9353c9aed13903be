import { activityTime, historyEdits, type WorkPackageEdit } from '../../domain/work/transition.js';
import type { Fact } from '../../ports/outbox.js';
import type { FeatureFiles } from '../../ports/work.js';
import type { FiledWorkPackage } from './feature-state.js';
import type { WorkPlan } from './work-plan.js';

/** What stands in an Activity Log, and who wrote it. */
interface Entry {
  readonly by: string;
  readonly note: string;
  /** What changes in the file beside it. */
  readonly beside?: readonly WorkPackageEdit[];
}

/**
 * One entry in a work package's Activity Log and one event at the same moment, of which the line is the evidence. The
 * lane stays.
 */
export const planEntry = async (
  files: Pick<FeatureFiles, 'change'>,
  { workPackage, document }: FiledWorkPackage,
  fact: Fact,
  { beside = [], ...entry }: Entry,
): Promise<Pick<WorkPlan<unknown>, 'changes' | 'events'> & { readonly line: string }> => {
  const { lane, path } = workPackage;
  const timestamp = activityTime(fact.event.timestamp);
  const { edits, line } = historyEdits(document, { lane, ...entry, timestamp });
  return {
    line,
    changes: [await files.change(document, [...beside, ...edits])],
    events: [{ fact, evidence: { evidence: 'line', path, line } }],
  };
};
