import type { FeatureView } from '../../domain/agents/view.js';
import { frontMatterGraph, type FeatureState } from '../work/feature-state.js';

/** What an orchestration has to know of a feature. */
export const viewOf = (state: FeatureState): FeatureView => ({
  graph: frontMatterGraph(state),
  workPackages: new Map(state.workPackages.map(({ workPackage }) => [workPackage.id, workPackage])),
});
