import { dependenciesOf, topologicalOrder, type DependencyGraph } from '../work/dependency-graph.js';
import type { WorkPackageLane } from '../events/lane.js';
import type { WorkPackage } from '../work/work-package.js';

/** What the files of a feature say at this moment. One that cannot be read is not among the work packages. */
export interface FeatureView {
  readonly graph: DependencyGraph;
  /** Ascending by number. */
  readonly workPackages: ReadonlyMap<string, Pick<WorkPackage, 'title' | 'lane' | 'detail' | 'agent'>>;
}
/** The lane of a work package; `undefined` when it has no file that can be read. What is blocked is not at work. */
export const laneOf = (view: FeatureView, id: string): WorkPackageLane | 'blocked' | undefined => {
  const seen = view.workPackages.get(id);
  return seen?.detail === 'blocked' ? 'blocked' : seen?.lane;
};

/** The ids of what a run is about: what was canceled is neither open nor done. */
export const orchestrated = (view: FeatureView): string[] =>
  [...view.workPackages.keys()].filter((id) => laneOf(view, id) !== 'canceled');

/** Whether somebody reviews it, or has approved it: not to be handed out for review. */
export const isReviewedElsewhere = (view: FeatureView, id: string): boolean => {
  const detail = view.workPackages.get(id)?.detail;
  return detail === 'in_review' || detail === 'approved';
};

/** Whether somebody has it of whom a run knows nothing. */
export const isElsewhere = (view: FeatureView, id: string): boolean => {
  const lane = laneOf(view, id);
  return lane === 'doing' || lane === 'blocked' || isReviewedElsewhere(view, id);
};

/**
 * The open work packages in waves: each needs only what is done or in an earlier wave. What waits for work that others
 * do is in none of them, nor is what waits for a cycle.
 */
export const wavesOf = (view: FeatureView): readonly (readonly string[])[] => {
  const waves = new Map<string, number>();
  const waveOf = (id: string): number => (laneOf(view, id) === 'done' ? 0 : (waves.get(id) ?? Infinity));
  for (const id of topologicalOrder(view.graph)) {
    const lane = laneOf(view, id);
    if (lane === 'for_review' && !isReviewedElsewhere(view, id)) waves.set(id, 1);
    if (lane === 'planned') waves.set(id, 1 + Math.max(0, ...dependenciesOf(view.graph, id).map(waveOf)));
  }
  const last = Math.max(0, ...[...waves.values()].filter(Number.isFinite));
  return Array.from({ length: last }, (_, at) => view.graph.ids.filter((id) => waves.get(id) === at + 1));
};
