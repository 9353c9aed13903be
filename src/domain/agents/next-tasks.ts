import { dependenciesOf, topologicalOrder } from '../work/dependency-graph.js';
import { unreachable } from '../errors.js';
import { chooseAgent } from './assignment.js';
import type { OrchestrationState, WorkPackageRecord } from './state.js';
import { laneOf, type FeatureView } from './view.js';

/** One thing to do with a work package, in the order of its worth: first whatever brings work to an end. */
const TASKS = ['finish', 'hand-over', 'send-back', 'review', 'implement', 'claim'] as const;

export type Task = (typeof TASKS)[number];

export interface NextTask {
  readonly id: string;
  readonly task: Task;
}

/**
 * What can be done now, by its worth, among equals in the order of the dependencies. `busy` are the work packages with
 * which something is being done already. Never lets more agents run than the limits allow, and is empty when nothing can
 * be done: if nobody is busy either, the run is over.
 */
export const nextTasks = (
  state: OrchestrationState,
  view: FeatureView,
  busy: ReadonlyMap<string, Task>,
): readonly NextTask[] => {
  let free = state.limits.maxParallel - [...busy.values()].filter(needsAgent).length;
  const place = new Map(topologicalOrder(view.graph).map((id, at) => [id, at]));
  return state.workPackages
    .flatMap((record) => {
      const task = busy.has(record.id) ? undefined : taskFor(state, view, record);
      return task === undefined ? [] : [{ id: record.id, task, place: place.get(record.id) ?? place.size }];
    })
    .sort((a, b) => TASKS.indexOf(a.task) - TASKS.indexOf(b.task) || a.place - b.place)
    .filter(({ task }) => !needsAgent(task) || free-- > 0)
    .map(({ id, task }) => ({ id, task }));
};

const needsAgent = (task: Task): boolean => task === 'claim' || task === 'implement' || task === 'review';

/** The lane says what is next; what no file tells is asked only where the lane alone does not say it. */
const taskFor = (
  state: OrchestrationState,
  view: FeatureView,
  record: WorkPackageRecord,
): Task | undefined => {
  const { id, at, result, pause } = record;
  if (pause !== undefined) return undefined;
  switch (at) {
    case undefined:
      return isReady(state, view, id) ? ifAgent(state, record, 'claim') : undefined;
    case 'planned':
      return 'claim';
    case 'doing':
      return result === 'implemented' ? 'hand-over' : ifAgent(state, record, 'implement');
    case 'for_review':
      if (result === 'rejected') return 'send-back';
      if (result !== 'approved') return ifAgent(state, record, 'review');
      return state.limits.merges && isMergeable(view, id) ? 'finish' : undefined;
    case 'done':
      return undefined;
    default:
      return unreachable(at);
  }
};

/** An assignment that was made before is carried out before anybody else is asked. */
const ifAgent = (
  { agents }: OrchestrationState,
  record: WorkPackageRecord,
  task: 'claim' | 'implement' | 'review',
): Task | undefined => {
  const phase = task === 'review' ? 'review' : 'implementation';
  return record.assignment !== undefined || chooseAgent(record, phase, agents) !== undefined
    ? task
    : undefined;
};

/**
 * Whether others may build upon a work package: it is done, or approved in a run that merges nothing. One that is in
 * review may still change, and one that waits for its merge may turn out not to fit, so nobody starts from these.
 */
export const isFarEnough = (state: OrchestrationState, view: FeatureView, id: string): boolean => {
  const lane = laneOf(view, id);
  if (lane === 'done') return true;
  const record = state.workPackages.find((each) => each.id === id);
  return lane === 'for_review' && !state.limits.merges && record !== undefined && isApproved(record);
};

export const isApproved = ({ result, pause }: WorkPackageRecord): boolean =>
  result === 'approved' && pause === undefined;

/** Whether a work package may be begun. */
const isReady = (state: OrchestrationState, view: FeatureView, id: string): boolean =>
  laneOf(view, id) === 'planned' &&
  dependenciesOf(view.graph, id).every((each) => isFarEnough(state, view, each));

/** Whether an approved work package may be merged: dependencies come first. */
const isMergeable = (view: FeatureView, id: string): boolean =>
  laneOf(view, id) === 'for_review' &&
  dependenciesOf(view.graph, id).every((each) => laneOf(view, each) === 'done');
