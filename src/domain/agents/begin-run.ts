import { compareWorkPackageIds } from '../work/work-package-id.js';
import { isApproved } from './next-tasks.js';
import { unassigned, untouched } from './record.js';
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
interface RunBeginning {
  readonly runId: string;
  readonly feature: string;
  /** ISO 8601 UTC. */
  readonly startedAt: string;
  readonly agents: readonly string[];
  readonly limits: RunLimits;
}

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
  workPackages: orchestrated(view)
    .sort(compareWorkPackageIds)
    .map((id): WorkPackageRecord => {
      const before = former?.feature === beginning.feature ? former.workPackages : [];
      const ours =
        laneOf(view, id) === 'doing' && before.find((record) => record.id === id && hasBegun(record));
      if (!ours) return untouched(id);
      const { implementer } = ours;
      return { ...untouched(id), at: 'doing', ...(implementer === undefined ? {} : { implementer }) };
    }),
});

/** A run that goes on: what was paused is tried again, with all agents and as many rejections as at the beginning. */
export const resumeRun = (
  state: OrchestrationState,
  at: string,
  changes: { readonly agents?: readonly string[]; readonly limits?: Partial<RunLimits> } = {},
): OrchestrationState => {
  const agents = changes.agents ?? state.agents;
  return {
    ...state,
    status: 'running',
    updatedAt: at,
    agents,
    limits: { ...state.limits, ...changes.limits },
    workPackages: state.workPackages.map((record) => withoutOthers(reopened(record), agents)),
  };
};

/** A run that is given up. */
export const abortRun = (state: OrchestrationState, at: string): OrchestrationState => ({
  ...state,
  status: 'aborted',
  updatedAt: at,
});

/** A run that takes no further step: completed when everything came to its end, else to be resumed. */
export const endRun = (state: OrchestrationState, at: string, isInterrupted: boolean): OrchestrationState => {
  const { workPackages, limits } = state;
  const isOver = (record: WorkPackageRecord): boolean =>
    record.at === 'done' || (!limits.merges && isApproved(record));
  return {
    ...state,
    status: !isInterrupted && workPackages.every(isOver) ? 'completed' : 'paused',
    updatedAt: at,
  };
};

const hasBegun = ({ at, result }: WorkPackageRecord): boolean =>
  at === 'doing' || (at === 'for_review' && result === 'rejected');

const reopened = (record: WorkPackageRecord): WorkPackageRecord => {
  const { pause, ...rest } = record;
  return pause === undefined ? record : { ...rest, failedAgents: [], rejections: 0 };
};

/** Who is no longer among the agents is not waited for. */
const withoutOthers = (record: WorkPackageRecord, agents: readonly string[]): WorkPackageRecord =>
  record.assignment === undefined || agents.includes(record.assignment.agent) ? record : unassigned(record);
