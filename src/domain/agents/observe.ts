import { unreachable } from '../errors.js';
import { compareWorkPackageIds } from '../work/work-package-id.js';
import { changed, FINISHED, IMPLEMENTED, IN_REVIEW, LET_GO, paused, rejected, untouched } from './record.js';
import type { Change } from './record.js';
import type { OrchestrationState, RunLimits, WorkPackageRecord } from './state.js';
import { isReviewedElsewhere, laneOf, orchestrated, type FeatureView } from './view.js';

/** What somebody else did, and what follows from it, in a whole sentence. */
interface Notice {
  readonly id: string;
  readonly notice: string;
}

/** A state that agrees with the files, and what had changed there. */
interface Observed {
  readonly state: OrchestrationState;
  readonly notices: readonly Notice[];
}

/**
 * Makes the state agree with the files, which people and agents change too; the lane in the file is what counts. Work
 * packages with which something is being done are looked at when that is over. Observing twice changes nothing.
 */
export const observe = (
  state: OrchestrationState,
  view: FeatureView,
  isBusy: (id: string) => boolean,
): Observed => {
  const known = new Set(state.workPackages.map(({ id }) => id));
  const added = orchestrated(view).filter((id) => !known.has(id));
  const notices = added.map((id): Notice => ({ id, notice: `${id} is new in the feature.` }));
  const workPackages = [...state.workPackages, ...added.map(untouched)].flatMap((record) => {
    const { id } = record;
    const seen = isBusy(id) ? { record } : seenIn(record, view, state.limits);
    if (seen.notice !== undefined) notices.push({ id, notice: seen.notice });
    return seen.record ?? [];
  });
  const isSame = workPackages.length === state.workPackages.length;
  if (isSame && workPackages.every((record, at) => record === state.workPackages[at]))
    return { state, notices };
  workPackages.sort((a, b) => compareWorkPackageIds(a.id, b.id));
  return { state: { ...state, workPackages }, notices };
};

/** Without a record the run has nothing more to do with it. */
interface Seen {
  readonly record?: WorkPackageRecord;
  readonly notice?: string | undefined;
}

/** What follows from the lane in which a work package is, beside the one in which the run has it. */
const seenIn = (record: WorkPackageRecord, view: FeatureView, limits: RunLimits): Seen => {
  const { id, at, result, pause } = record;
  const lane = laneOf(view, id);
  const now = (change: Change, notice?: string): Seen => ({ record: changed(record, change), notice });
  const takenAway = (detail: string): Change => ({ ...LET_GO, ...paused('taken-away', detail) });
  if (lane === 'canceled') return { notice: `${id} was canceled and is left out.` };
  if (lane === 'done' && at !== 'done') {
    // Whoever died between the last step and the note of it has done it all the same.
    const isOurs = result === 'approved' && limits.merges;
    return now(FINISHED, isOurs ? undefined : `${id} is done without this run.`);
  }
  // A pause stays until a person resumes the run, and what is over stays over.
  if (pause !== undefined || (lane === undefined && at === 'done')) return { record };
  if (lane === undefined) return now(paused('taken-away', `The file of ${id} is gone or cannot be read.`));
  if (lane === at) return { record };
  switch (at) {
    case undefined:
    case 'planned': {
      if (lane !== 'for_review' || isReviewedElsewhere(view, id)) return { record };
      const notice = `${id} was implemented without this run and is reviewed now.`;
      return now({ ...IN_REVIEW, implementer: view.workPackages.get(id)?.agent }, notice);
    }
    case 'doing':
      if (lane !== 'for_review') break;
      return result === 'implemented' ? { record } : now(IMPLEMENTED);
    case 'for_review':
      if (lane !== 'doing' || result === 'approved') break;
      if (result === 'rejected') return { record };
      // What nobody in this run has implemented goes back to whoever has.
      if (record.assigned.implementation === 0) {
        const notice = `${id} was taken back to doing by somebody else, who has it now.`;
        return { record: untouched(id), notice };
      }
      return now(
        rejected(record, 'See the review feedback in the work package.', limits),
        `Changes to ${id} were requested by somebody else.`,
      );
    case 'done': {
      const detail = `${id} was done and is in ${lane} again.`;
      return now(takenAway(detail), detail);
    }
    default:
      return unreachable(at);
  }
  return now(takenAway(`${id} was taken to ${lane} by somebody else.`));
};
