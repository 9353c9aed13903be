import type { WorkPackageLane } from '../../domain/events/lane.js';
import { findWorkPackage } from '../work/feature-state.js';
import { loadFeature } from '../work/locate-feature.js';
import type { OrchestrationContext } from './orchestration-context.js';

/** The lane in which a work package is at this moment, as its file says. */
export const laneNow = async (
  { sources, checkout, feature }: Pick<OrchestrationContext, 'sources' | 'checkout' | 'feature'>,
  id: string,
): Promise<WorkPackageLane> => {
  const state = await loadFeature(sources.files, checkout.projectRoot, feature);
  return findWorkPackage(state, id).workPackage.lane;
};
