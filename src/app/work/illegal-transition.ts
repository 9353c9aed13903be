import { SyncError } from '../../domain/errors.js';
import { laneName, reachableLanes, type Lane } from '../../domain/events/lane.js';
import type { WorkPackage } from '../../domain/work/work-package.js';

/** The refusal of a transition that is not in the flow, with the lanes that can be reached instead. */
export const illegalTransition = (workPackage: WorkPackage, to: Lane): SyncError => {
  const reachable = reachableLanes(workPackage);
  const name = laneName(workPackage);
  const from =
    workPackage.contradicting === undefined
      ? name
      : `${name} (so says the status log; its file says ${workPackage.contradicting})`;
  return new SyncError('transition-illegal', `${workPackage.id} is in ${from} and cannot go to ${to}.`, {
    hint:
      workPackage.lane === 'uninitialized'
        ? 'Run "spec-kitty agent feature finalize-tasks", which makes it planned.'
        : reachable.length === 0
          ? `From ${from} it goes nowhere unless it is forced.`
          : `From ${from} it can go to ${reachable.join(' or ')}; anything else has to be forced.`,
  });
};
