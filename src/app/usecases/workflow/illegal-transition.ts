import { SyncError } from '../../../domain/errors.js';
import { reachableLanes, type Lane } from '../../../domain/workflow/lane.js';

/** The refusal of a transition that is not in the flow, with the lanes that can be reached instead. */
export const illegalTransition = (workPackageId: string, from: Lane, to: Lane): SyncError => {
  const reachable = reachableLanes(from);
  return new SyncError('transition-illegal', `${workPackageId} is in ${from} and cannot go to ${to}.`, {
    hint:
      reachable.length === 0
        ? `From ${from} it can go nowhere without --force.`
        : `From ${from} it can go to ${reachable.join(' or ')}; anything else needs --force.`,
  });
};
