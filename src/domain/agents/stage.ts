import { dependenciesOf, topologicalOrder } from '../work/dependency-graph.js';
import type { OrchestrationState, WorkPackageRecord } from './state.js';
import { laneOf, type FeatureView } from './view.js';

/** What is to be done next with a work package, in the order of its worth: first whatever brings work to an end. */
const STAGES = [
  // To be merged and finished.
  'approved',
  'handing-over',
  'sending-back',
  'reviewing',
  'implementing',
  'claiming',
  // To be claimed, when its time has come.
  'waiting',
  'paused',
  'done',
] as const;

export type Stage = (typeof STAGES)[number];

/** The lane says what is next; what no file tells is asked only where the lane alone does not say it. */
export const stageOf = ({ at, result, pause }: WorkPackageRecord): Stage => {
  if (pause !== undefined) return 'paused';
  if (at === undefined) return 'waiting';
  if (at === 'planned') return 'claiming';
  if (at === 'doing') return result === 'implemented' ? 'handing-over' : 'implementing';
  if (at === 'done') return 'done';
  if (result === 'approved') return 'approved';
  return result === 'rejected' ? 'sending-back' : 'reviewing';
};

/** A work package that can be taken on now. */
export interface NextStep {
  readonly id: string;
  readonly stage: Stage;
}

/**
 * What can be done now, by its worth, among equals in the order of the dependencies. `busy` are the work packages with
 * which something is being done already. Never lets more agents run than the limits allow, and is empty when nothing can
 * be done: if nobody is busy either, the run is over.
 */
export const nextSteps = (
  state: OrchestrationState,
  view: FeatureView,
  busy: ReadonlyMap<string, Stage>,
): readonly NextStep[] => {
  let free = state.limits.maxParallel - [...busy.values()].filter(needsAgent).length;
  const order = topologicalOrder(view.graph);
  const isFree = (id: string): boolean => missing(state, view, id).length === 0;
  const canBegin = ({ id, stage }: NextStep): boolean => {
    if (busy.has(id) || stage === 'paused' || stage === 'done') return false;
    if (stage === 'waiting') return laneOf(view, id) === 'planned' && isFree(id);
    return stage !== 'approved' || (state.limits.merges && isFree(id));
  };
  return state.workPackages
    .map((record): NextStep => ({ id: record.id, stage: stageOf(record) }))
    .filter(canBegin)
    .sort(
      (a, b) =>
        STAGES.indexOf(a.stage) - STAGES.indexOf(b.stage) || order.indexOf(a.id) - order.indexOf(b.id),
    )
    .filter(({ stage }) => !needsAgent(stage) || free-- > 0);
};

const needsAgent = (stage: Stage): boolean => NEED_AGENT.has(stage);
const NEED_AGENT: ReadonlySet<Stage> = new Set(['reviewing', 'implementing', 'claiming', 'waiting']);

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
    return record === undefined || stageOf(record) !== 'approved';
  });
