import { dependenciesOf } from '../work/dependency-graph.js';
import { isReviewedElsewhere, laneOf, type FeatureView } from './view.js';

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
