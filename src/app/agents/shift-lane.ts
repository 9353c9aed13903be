import { isLegalTransition, type Lane, type WorkPackageLane } from '../../domain/events/lane.js';
import { findWorkPackage } from '../work/feature-state.js';
import { loadFeature } from '../work/locate-feature.js';
import type { OrchestrationContext } from './orchestration-context.js';
import { planTransitions, type Transition } from '../work/plan-transitions.js';
import { nothingToDo } from '../work/work-plan.js';
import { commitSubject } from '../../domain/work/commit-message.js';

interface LaneShift extends Transition {
  /** The lane from which it is taken. */
  readonly from: Lane;
}

/**
 * Takes a work package to a lane, unless it is there already: an agent may have done so itself. `false`: it is in a third
 * lane, because somebody took it there, and stays. The lane that counts is the one that the file has under the lock.
 */
export const shiftLane = async (context: OrchestrationContext, shift: LaneShift): Promise<boolean> => {
  const { checkout, feature, sources } = context;
  const { workPackageId, from, to, by } = shift;
  const work = await context.turns.take(() =>
    context.perform.run<'moved' | 'already-there' | 'elsewhere'>({
      checkout,
      subject: { feature, workPackageId, agent: by },
      plan: async (emission) => {
        const state = await loadFeature(sources.files, checkout.projectRoot, feature);
        const { workPackage } = findWorkPackage(state, workPackageId);
        if (workPackage.lane === to) return nothingToDo('already-there');
        if (workPackage.lane !== from || !isLegalTransition(workPackage, to)) return nothingToDo('elsewhere');
        const { changes, events } = await planTransitions(sources.files, emission, state, [shift]);
        const message = commitSubject(`move ${workPackageId} from ${from} to ${to}`, feature);
        return { result: 'moved', changes, events, message };
      },
    }),
  );
  const result = context.keep(work);
  if (result === 'moved') context.tell({ what: 'moved', workPackageId, from, to });
  return result !== 'elsewhere';
};

/** The lane in which a work package is at this moment, as its file says. */
export const laneNow = async (
  { sources, checkout, feature }: OrchestrationContext,
  id: string,
): Promise<WorkPackageLane> => {
  const state = await loadFeature(sources.files, checkout.projectRoot, feature);
  return findWorkPackage(state, id).workPackage.lane;
};
