import { unreachable } from '../errors.js';
import { compareWorkPackageIds } from '../work/work-package-id.js';
import { finished, implemented, inReview, letGo, paused, rejected, untouched } from './record.js';
import type { OrchestrationState, RunLimits, WorkPackageRecord } from './state.js';
import { isReviewedElsewhere, laneOf, orchestrated, type FeatureView } from './view.js';

/** What somebody else did, and what follows from it, in a whole sentence. */
export interface Notice {
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
  const notices: Notice[] = [];
  const known = new Set(state.workPackages.map(({ id }) => id));
  const added = orchestrated(view)
    .filter((id) => !known.has(id))
    .map(untouched);
  for (const { id } of added) notices.push({ id, notice: `${id} is new in the feature.` });
  const workPackages = [...state.workPackages, ...added].flatMap((record) => {
    const { id } = record;
    if (isBusy(id)) return [record];
    const lane = laneOf(view, id);
    if (lane === 'canceled') {
      notices.push({ id, notice: `${id} was canceled and is left out.` });
      return [];
    }
    const seen = lane === undefined ? unreadable(record) : seenIn(record, lane, view, state.limits);
    if (seen.notice !== undefined) notices.push({ id, notice: seen.notice });
    return [seen.record];
  });
  const isSame = workPackages.length === state.workPackages.length;
  if (isSame && workPackages.every((record, at) => record === state.workPackages[at]))
    return { state, notices };
  if (added.length > 0) workPackages.sort((a, b) => compareWorkPackageIds(a.id, b.id));
  return { state: { ...state, workPackages }, notices };
};

interface Seen {
  readonly record: WorkPackageRecord;
  readonly notice?: string;
}

/** What is over stays over, and a pause stays until a person resumes the run. */
const unreadable = (record: WorkPackageRecord): Seen =>
  record.at === 'done' || record.pause !== undefined
    ? { record }
    : { record: paused(record, 'taken-away', `The file of ${record.id} is gone or cannot be read.`) };

type SeenLane = Exclude<ReturnType<typeof laneOf>, undefined | 'canceled'>;

/** What follows from the lane in which a work package is, beside the one in which the run has it. */
const seenIn = (record: WorkPackageRecord, lane: SeenLane, view: FeatureView, limits: RunLimits): Seen => {
  const { id, at, result, pause } = record;
  if (lane === 'done' && at !== 'done') {
    // Whoever died between the last step and the note of it has done it all the same.
    const isOurs = result === 'approved' && limits.merges;
    return { record: finished(record), ...(isOurs ? {} : { notice: `${id} is done without this run.` }) };
  }
  if (pause !== undefined || lane === at) return { record };
  switch (at) {
    case undefined:
    case 'planned':
      return lane === 'for_review' && !isReviewedElsewhere(view, id)
        ? implementedElsewhere(record, view)
        : { record };
    case 'doing':
      if (lane !== 'for_review') return { record: takenAway(record, lane) };
      return { record: result === 'implemented' ? record : implemented(record) };
    case 'for_review':
      if (lane === 'doing' && result === 'rejected') return { record };
      return lane === 'doing' && result === undefined
        ? sentBackElsewhere(record, limits)
        : { record: takenAway(record, lane) };
    case 'done': {
      const detail = `${id} was done and is in ${lane} again.`;
      return { record: paused(letGo(record), 'taken-away', detail), notice: detail };
    }
    default:
      return unreachable(at);
  }
};

const implementedElsewhere = (record: WorkPackageRecord, view: FeatureView): Seen => {
  const agent = view.workPackages.get(record.id)?.agent;
  const { implementer: _chosen, ...rest } = inReview(record);
  return {
    record: { ...rest, ...(agent === undefined ? {} : { implementer: agent }) },
    notice: `${record.id} was implemented without this run and is reviewed now.`,
  };
};

/** What nobody in this run has implemented goes back to whoever has. */
const sentBackElsewhere = (record: WorkPackageRecord, limits: RunLimits): Seen => {
  const { id } = record;
  if (record.assigned.implementation === 0) {
    return {
      record: untouched(id),
      notice: `${id} was taken back to doing by somebody else, who has it now.`,
    };
  }
  const back = rejected(record, 'See the review feedback in the work package.', limits);
  return { record: back, notice: `Changes to ${id} were requested by somebody else.` };
};

const takenAway = (record: WorkPackageRecord, lane: SeenLane): WorkPackageRecord =>
  paused(letGo(record), 'taken-away', `${record.id} was taken to ${lane} by somebody else.`);
