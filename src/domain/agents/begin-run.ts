import { compareWorkPackageIds } from '../work/work-package-id.js';
import { unassigned } from './change-record.js';
import type { OrchestrationState, RunLimits, Stage, WorkPackageRecord } from './state.js';
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
    .map((id) => {
      const record = former?.feature === beginning.feature ? recordOf(former, id) : undefined;
      const isOurs = laneOf(view, id) === 'doing' && record !== undefined && hasBegun(record);
      return isOurs
        ? { ...untouchedRecord(id), ...implementedBy(record), stage: 'implementing' as const }
        : untouchedRecord(id);
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

/** A work package of which the run knows nothing yet. */
export const untouchedRecord = (id: string): WorkPackageRecord => ({
  id,
  stage: 'waiting',
  assigned: { implementation: 0, review: 0 },
  failedAgents: [],
  rejections: 0,
});

const recordOf = (state: OrchestrationState, id: string): WorkPackageRecord | undefined =>
  state.workPackages.find((record) => record.id === id);

const BEGUN: readonly Stage[] = ['implementing', 'handing-over', 'sending-back'];

const hasBegun = ({ stage, pause }: WorkPackageRecord): boolean => BEGUN.includes(pause?.from ?? stage);

const implementedBy = ({ implementer }: WorkPackageRecord): Pick<WorkPackageRecord, 'implementer'> =>
  implementer === undefined ? {} : { implementer };

const reopened = (record: WorkPackageRecord): WorkPackageRecord => {
  const { pause, lastFailure: _failure, ...rest } = record;
  if (pause === undefined) return record;
  return { ...rest, stage: pause.from, failedAgents: [], rejections: 0 };
};

/** Who is no longer among the agents is not waited for. */
const withoutOthers = (record: WorkPackageRecord, agents: readonly string[]): WorkPackageRecord =>
  record.assignment === undefined || agents.includes(record.assignment.agent) ? record : unassigned(record);
