import { unreachable } from '../../errors.js';
import { dependenciesOf } from '../dependency-graph.js';
import type { Lane } from '../lane.js';
import { isFarEnough, isSettled } from './readiness.js';
import type { OrchestrationState, Phase, RunLimits, RunStatus, Stage, WorkPackageRecord } from './state.js';
import { laneOf, type FeatureView } from './view.js';

/** Where a work package stands, in one word for people. */
export type StandingWord =
  | 'done'
  /** Approved, and waiting to be merged. */
  | 'approved'
  /** An agent is at work on it, or was when the run ended. */
  | 'implementing'
  | 'reviewing'
  /** Could be taken up at once. */
  | 'ready'
  /** Waits for other work packages, which are on their way. */
  | 'waiting'
  /** Waits for other work packages, of which at least one needs a person. */
  | 'blocked'
  /** Somebody outside of the run works on it. */
  | 'elsewhere'
  /** Needs a person. */
  | 'paused';

/** What can be told of one work package. */
export interface WorkPackageStanding {
  readonly id: string;
  readonly title: string;
  readonly lane: Lane | undefined;
  readonly standing: StandingWord;
  readonly stage: Stage;
  /** Who has it now; of a paused one, who had it last. */
  readonly agent?: string;
  readonly phase?: Phase;
  readonly rejections: number;
  /** What it waits for, ascending; only while it waits or is blocked. */
  readonly waitsFor: readonly string[];
  /** Why a person has to look, in a whole sentence. */
  readonly detail?: string;
}

/** What can be told of a run. */
export interface OrchestrationStanding {
  readonly runId: string;
  readonly feature: string;
  readonly status: RunStatus;
  /** ISO 8601 UTC. */
  readonly startedAt: string;
  readonly updatedAt: string;
  readonly agents: readonly string[];
  readonly limits: RunLimits;
  readonly counts: Readonly<Record<StandingWord, number>>;
  readonly workPackages: readonly WorkPackageStanding[];
}

/** What there is to tell of a run, from its state and the files. */
export const standingOf = (state: OrchestrationState, view: FeatureView): OrchestrationStanding => {
  const workPackages = state.workPackages.map((record) => standingOfOne(state, view, record));
  const counts: Record<StandingWord, number> = {
    done: 0,
    approved: 0,
    implementing: 0,
    reviewing: 0,
    ready: 0,
    waiting: 0,
    blocked: 0,
    elsewhere: 0,
    paused: 0,
  };
  for (const { standing } of workPackages) counts[standing]++;
  const { runId, feature, status, startedAt, updatedAt, agents, limits } = state;
  return { runId, feature, status, startedAt, updatedAt, agents, limits, counts, workPackages };
};

const standingOfOne = (
  state: OrchestrationState,
  view: FeatureView,
  record: WorkPackageRecord,
): WorkPackageStanding => {
  const { id, stage, rejections, assignment, pause } = record;
  const seen = view.workPackages.get(id);
  const standing = wordFor(state, view, record);
  const agent = standing === 'elsewhere' ? seen?.agent : (assignment?.agent ?? record.implementer);
  return {
    id,
    title: seen?.title ?? id,
    lane: seen?.lane,
    standing,
    stage,
    ...(agent === undefined ? {} : { agent }),
    ...(assignment === undefined ? {} : { phase: assignment.phase }),
    rejections,
    waitsFor: standing === 'waiting' || standing === 'blocked' ? missing(state, view, id) : [],
    ...(pause === undefined ? {} : { detail: pause.detail }),
  };
};

const wordFor = (state: OrchestrationState, view: FeatureView, record: WorkPackageRecord): StandingWord => {
  switch (record.stage) {
    case 'done':
    case 'approved':
    case 'paused':
      return record.stage;
    case 'finishing':
      return 'approved';
    case 'claiming':
    case 'implementing':
    case 'handing-over':
    case 'sending-back':
      return 'implementing';
    case 'reviewing':
      return 'reviewing';
    case 'waiting':
      return wordForWaiting(state, view, record.id);
    default:
      return unreachable(record.stage);
  }
};

const wordForWaiting = (state: OrchestrationState, view: FeatureView, id: string): StandingWord => {
  if (laneOf(view, id) === 'doing') return 'elsewhere';
  if (missing(state, view, id).length === 0) return 'ready';
  return isBlocked(state, view, id, new Set()) ? 'blocked' : 'waiting';
};

const missing = (state: OrchestrationState, view: FeatureView, id: string): readonly string[] =>
  dependenciesOf(view.graph, id).filter((each) => !isFarEnough(state, view, each));

const isBlocked = (state: OrchestrationState, view: FeatureView, id: string, seen: Set<string>): boolean =>
  missing(state, view, id).some((each) => {
    if (seen.has(each)) return false;
    seen.add(each);
    const record = state.workPackages.find((other) => other.id === each);
    if (record === undefined || isSettled(record)) return true;
    return (
      record.stage === 'waiting' && (laneOf(view, each) === 'doing' || isBlocked(state, view, each, seen))
    );
  });
