import { unreachable } from '../errors.js';
import { compareWorkPackageIds } from '../work/work-package-id.js';
import { untouchedRecord } from './begin-run.js';
import { atNextTask, paused } from './change-record.js';
import { afterRejection } from './rejection.js';
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
  busy: ReadonlySet<string>,
): Observed => {
  const notices: Notice[] = [];
  const known = new Set(state.workPackages.map(({ id }) => id));
  const added = orchestrated(view)
    .filter((id) => !known.has(id))
    .map(untouchedRecord);
  for (const { id } of added) notices.push({ id, notice: `${id} is new in the feature.` });
  const isCanceled = ({ id }: WorkPackageRecord): boolean => !busy.has(id) && laneOf(view, id) === 'canceled';
  for (const { id } of state.workPackages.filter(isCanceled))
    notices.push({ id, notice: `${id} was canceled and is left out.` });
  const left = state.workPackages.filter((record) => !isCanceled(record));
  const workPackages = [...left, ...added].map((record) => {
    const lane = laneOf(view, record.id);
    if (busy.has(record.id) || lane === 'canceled') return record;
    const seen = lane === undefined ? unreadable(record) : seenIn(record, lane, view, state.limits);
    if (seen.notice !== undefined) notices.push({ id: record.id, notice: seen.notice });
    return seen.record;
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
const unreadable = (record: WorkPackageRecord): Seen => {
  if (record.stage === 'done' || record.stage === 'paused') return { record };
  return { record: paused(record, 'taken-away', `The file of ${record.id} is gone or cannot be read.`) };
};

type SeenLane = Exclude<ReturnType<typeof laneOf>, undefined | 'canceled'>;

const seenIn = (record: WorkPackageRecord, lane: SeenLane, view: FeatureView, limits: RunLimits): Seen => {
  if (lane === 'done') return nowDone(record);
  const { id, stage } = record;
  switch (stage) {
    case 'waiting':
    case 'claiming':
      return lane === 'for_review' && !isReviewedElsewhere(view, id)
        ? implementedElsewhere(record, view)
        : { record };
    case 'implementing':
      if (lane === 'doing') return { record };
      if (lane === 'for_review') return { record: { ...record, stage: 'handing-over' } };
      return takenAway(record, lane);
    case 'handing-over':
    case 'sending-back':
      return lane === 'doing' || lane === 'for_review' ? { record } : takenAway(record, lane);
    case 'reviewing':
      if (lane === 'for_review') return { record };
      return lane === 'doing' ? sentBackElsewhere(record, limits) : takenAway(record, lane);
    case 'approved':
    case 'finishing':
      return lane === 'for_review' ? { record } : takenAway(record, lane);
    case 'done':
      return {
        record: paused(record, 'taken-away', `${id} was done and is in ${lane} again.`, 'waiting'),
        notice: `${id} was done and is in ${lane} again.`,
      };
    case 'paused':
      return { record };
    default:
      return unreachable(stage);
  }
};

const nowDone = (record: WorkPackageRecord): Seen => {
  if (record.stage === 'done') return { record };
  const { pause: _over, ...rest } = atNextTask(record, 'done');
  const isOurs = record.stage === 'finishing';
  return isOurs ? { record: rest } : { record: rest, notice: `${record.id} is done without this run.` };
};

const implementedElsewhere = (record: WorkPackageRecord, view: FeatureView): Seen => {
  const agent = view.workPackages.get(record.id)?.agent;
  const { implementer: _chosen, ...rest } = record;
  return {
    record: { ...rest, stage: 'reviewing', ...(agent === undefined ? {} : { implementer: agent }) },
    notice: `${record.id} was implemented without this run and is reviewed now.`,
  };
};

/** What nobody in this run has implemented goes back to whoever has. */
const sentBackElsewhere = (record: WorkPackageRecord, limits: RunLimits): Seen => {
  const { id } = record;
  if (record.assigned.implementation === 0) {
    return {
      record: untouchedRecord(id),
      notice: `${id} was taken back to doing by somebody else, who has it now.`,
    };
  }
  const back = afterRejection(record, 'See the review feedback in the work package.', limits);
  return { record: back, notice: `Changes to ${id} were requested by somebody else.` };
};

const takenAway = (record: WorkPackageRecord, lane: SeenLane): Seen => ({
  record: paused(record, 'taken-away', `${record.id} was taken to ${lane} by somebody else.`, 'waiting'),
});
