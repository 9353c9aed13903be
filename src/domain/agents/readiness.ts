import { dependenciesOf } from '../work/dependency-graph.js';
import type { OrchestrationState, WorkPackageRecord } from './state.js';
import { laneOf, type FeatureView } from './view.js';

/**
 * Whether others may build upon a work package: it is done, or approved in a run that merges nothing. One that is in
 * review may still change, and one that waits for its merge may turn out not to fit, so nobody starts from these.
 */
export const isFarEnough = (state: OrchestrationState, view: FeatureView, id: string): boolean => {
  const lane = laneOf(view, id);
  if (lane === 'done') return true;
  const stage = state.workPackages.find((record) => record.id === id)?.stage;
  return lane === 'for_review' && stage === 'approved' && !state.limits.merges;
};

/** Whether a work package may be begun. */
export const isReady = (state: OrchestrationState, view: FeatureView, id: string): boolean =>
  laneOf(view, id) === 'planned' &&
  dependenciesOf(view.graph, id).every((each) => isFarEnough(state, view, each));

/** Whether an approved work package may be merged: dependencies come first. */
export const isMergeable = (view: FeatureView, id: string): boolean =>
  dependenciesOf(view.graph, id).every((each) => laneOf(view, each) === 'done');

/** Whether the run has nothing more to do with a work package by itself. */
export const isSettled = ({ stage }: WorkPackageRecord): boolean => stage === 'done' || stage === 'paused';
