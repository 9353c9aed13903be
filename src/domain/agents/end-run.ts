import type { OrchestrationState } from './state.js';

/** A run that takes no further step: completed when everything came to its end, else to be resumed. */
export const endRun = (
  state: OrchestrationState,
  at: string,
  isInterrupted: boolean,
): OrchestrationState => ({
  ...state,
  status: !isInterrupted && isCompleted(state) ? 'completed' : 'paused',
  updatedAt: at,
});

const isCompleted = ({ workPackages, limits }: OrchestrationState): boolean =>
  workPackages.every(({ stage }) => stage === 'done' || (stage === 'approved' && !limits.merges));
