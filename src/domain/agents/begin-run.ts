import { chooseAgent } from './assignment.js';
import { stageOf } from './stage.js';
import { changed, untouched } from './record.js';
import type { OrchestrationState, RunLimits, WorkPackageRecord } from './state.js';
import { laneOf, orchestrated, type FeatureView } from './view.js';

/** What a run may do unless something else is said. */
export const DEFAULT_LIMITS: RunLimits = {
  maxParallel: 3,
  maxRetries: 3,
  timeoutMs: 3_600_000,
  merges: true,
};

/** What a new run is told. */
type RunBeginning = Pick<OrchestrationState, 'runId' | 'feature' | 'startedAt' | 'agents' | 'limits'>;

/**
 * A run that has done nothing yet. Work packages in `doing` belong to somebody else, unless a run of the same feature
 * that was given up had them: these are taken up again.
 */
export const beginRun = (
  beginning: RunBeginning,
  view: FeatureView,
  former?: OrchestrationState,
): OrchestrationState => ({
  version: 1,
  ...beginning,
  status: 'running',
  updatedAt: beginning.startedAt,
  workPackages: orchestrated(view).map((id) => {
    const before = former?.feature === beginning.feature ? former.workPackages : [];
    const ours =
      laneOf(view, id) === 'doing' && before.find((record) => record.id === id && hasBegun(record));
    return ours ? changed(untouched(id), { at: 'doing', implementer: ours.implementer }) : untouched(id);
  }),
});

/**
 * A run that goes on: what was paused, or has failed every agent that there is now, is tried again with all of them and
 * as many rejections as at the beginning.
 */
export const resumeRun = (
  state: OrchestrationState,
  changes: { readonly agents?: readonly string[]; readonly limits?: Partial<RunLimits> | undefined } = {},
): OrchestrationState => {
  const { agents = state.agents } = changes;
  return {
    ...state,
    status: 'running',
    agents,
    limits: { ...state.limits, ...changes.limits },
    workPackages: state.workPackages.map((record) => {
      const { assignment, pause } = record;
      const phase = record.at === 'for_review' ? 'review' : 'implementation';
      const isOpen = pause === undefined && chooseAgent(record, phase, agents) !== undefined;
      return changed(record, {
        ...(isOpen ? {} : { pause: undefined, failedAgents: [], rejections: 0 }),
        // Who is no longer among the agents is not waited for.
        ...(assignment === undefined || agents.includes(assignment.agent) ? {} : { assignment: undefined }),
      });
    }),
  };
};

/** How a run ends that takes no further step: completed when everything came to its end, else to be resumed. */
export const statusAtEnd = (
  { workPackages, limits }: OrchestrationState,
  why?: 'interrupted' | 'aborted' | 'failed',
): 'aborted' | 'completed' | 'paused' => {
  if (why !== undefined) return why === 'aborted' ? why : 'paused';
  const isOver = (record: WorkPackageRecord): boolean =>
    record.at === 'done' || (!limits.merges && stageOf(record) === 'approved');
  return workPackages.every(isOver) ? 'completed' : 'paused';
};

const hasBegun = ({ at, result }: WorkPackageRecord): boolean =>
  at === 'doing' || (at === 'for_review' && result === 'rejected');
