import { dependenciesOf, type DependencyGraph } from '../work/dependency-graph.js';
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
  const finished = new Set(view.graph.ids.filter((id) => laneOf(view, id) === 'done'));
  let left = view.graph.ids.filter((id) => {
    const lane = laneOf(view, id);
    return lane === 'planned' || (lane === 'for_review' && !isReviewedElsewhere(view, id));
  });
  const waves: (readonly string[])[] = [];
  for (;;) {
    const wave = left.filter(
      (id) =>
        laneOf(view, id) === 'for_review' ||
        dependenciesOf(view.graph, id).every((each) => finished.has(each)),
    );
    if (wave.length === 0) return waves;
    waves.push(wave);
    for (const id of wave) finished.add(id);
    left = left.filter((id) => !wave.includes(id));
  }
};
