import { dependenciesOf, topologicalOrder } from '../work/dependency-graph.js';
import { unreachable } from '../errors.js';
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
  const order = topologicalOrder(view.graph);
  return state.workPackages
    .flatMap((record): NextTask[] => {
      const task = busy.has(record.id) ? undefined : taskFor(state, view, record);
      return task === undefined ? [] : [{ id: record.id, task }];
    })
    .sort(
      (a, b) => TASKS.indexOf(a.task) - TASKS.indexOf(b.task) || order.indexOf(a.id) - order.indexOf(b.id),
    )
    .filter(({ task }) => !needsAgent(task) || free-- > 0);
};

const needsAgent = (task: Task): boolean => task === 'claim' || task === 'implement' || task === 'review';

/** The lane says what is next; what no file tells is asked only where the lane alone does not say it. */
const taskFor = (
  state: OrchestrationState,
  view: FeatureView,
  { id, at, result, pause }: WorkPackageRecord,
): Task | undefined => {
  if (pause !== undefined) return undefined;
  switch (at) {
    case undefined:
      return laneOf(view, id) === 'planned' && missing(state, view, id).length === 0 ? 'claim' : undefined;
    case 'planned':
      return 'claim';
    case 'doing':
      return result === 'implemented' ? 'hand-over' : 'implement';
    case 'for_review':
      if (result !== 'approved') return result === 'rejected' ? 'send-back' : 'review';
      return state.limits.merges && missing(state, view, id).length === 0 ? 'finish' : undefined;
    case 'done':
      return undefined;
    default:
      return unreachable(at);
  }
};

/**
 * The dependencies of a work package upon which nobody can build yet, ascending; it is neither begun nor merged before.
 * Others build upon what is done, or approved in a run that merges nothing: what is in review may still change, and what
 * waits for its merge may turn out not to fit.
 */
export const missing = (state: OrchestrationState, view: FeatureView, id: string): readonly string[] =>
  dependenciesOf(view.graph, id).filter((each) => {
    const lane = laneOf(view, each);
    if (lane !== 'for_review' || state.limits.merges) return lane !== 'done';
    const record = state.workPackages.find((known) => known.id === each);
    return record === undefined || !isApproved(record);
  });

export const isApproved = ({ result, pause }: WorkPackageRecord): boolean =>
  result === 'approved' && pause === undefined;
