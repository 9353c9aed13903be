import { isSyncError } from '../../domain/errors.js';
import { STATUS_LOG } from '../../domain/work/status-log.js';
import type { DependencyFault } from '../../domain/work/dependency-graph.js';
import type { Place } from '../../domain/work/place.js';
import { lineOfKey, type WorkPackageFault } from '../../domain/work/work-package.js';
import type { FeatureDocuments } from '../../ports/work.js';
import { FeatureState } from './feature-state.js';
import { conflictsIn } from './locate-feature.js';
import { statedIn } from './resolve-plan.js';

/** Something in a planning document that keeps commands from working on it, for whoever shows it where it stands. */
export interface PlanFinding extends Place {
  readonly code:
    | 'conflict'
    | 'unreadable'
    | 'unknown-lane'
    | 'unknown-dependency'
    | 'self-dependency'
    | 'unclear-dependency'
    | 'dependency-cycle';
  /** A sentence for a person, without the place. */
  readonly message: string;
  /** The dependency in that line that is at fault: who needs whom, as it is written. */
  readonly dependency?: { readonly from: string; readonly to: string };
}

/**
 * Everything that is wrong with a feature's documents, all of it at once and without failing: conflicts first, since
 * what is between their marks is no plan. Reads texts alone.
 */
export const planFindings = (documents: FeatureDocuments): readonly PlanFinding[] => {
  const conflicts = conflictsIn(documents).map((place): PlanFinding => ({
    ...place,
    code: 'conflict',
    message: 'A conflict that nobody settled begins here; nothing of this feature is read until it is.',
  }));
  if (conflicts.length > 0) return conflicts;
  try {
    const state = new FeatureState(documents);
    return [
      ...brokenLog(state),
      ...state.faults.map((fault) => unreadable(state, fault)),
      ...statedIn(state).faults.flatMap(findingsOf),
    ];
  } catch (error) {
    if (!isSyncError(error)) throw error;
    return [{ path: `${documents.directory}/wps.yaml`, code: 'unreadable', message: error.message }];
  }
};

const brokenLog = ({ documents, statusLog }: FeatureState): readonly PlanFinding[] =>
  (statusLog?.faults ?? []).map(({ line, reason }) => ({
    path: `${documents.directory}/${STATUS_LOG}`,
    line,
    code: 'unreadable',
    message: `This line ${reason}.`,
  }));

const unreadable = ({ documents }: FeatureState, { path, line, reason }: WorkPackageFault): PlanFinding => {
  const file = documents.workPackages.find((each) => each.path === path);
  const isLane =
    file?.fault === undefined && line !== undefined && line === lineOfKey(file?.text ?? '', 'lane');
  return {
    path,
    line,
    code: isLane ? 'unknown-lane' : 'unreadable',
    message: `This work package cannot be read: ${reason}.`,
  };
};

/** A cycle is shown at each of its edges: any of them may be the one that is too much. */
const findingsOf = ({ fault, edges, what }: DependencyFault): readonly PlanFinding[] =>
  edges.map(({ place, from, to }) => ({
    ...place,
    code: CODES[fault],
    message: what.replace(/^i/, 'I'),
    ...(fault !== 'unclear' && { dependency: { from, to } }),
  }));

const CODES = {
  unknown: 'unknown-dependency',
  self: 'self-dependency',
  unclear: 'unclear-dependency',
  cycle: 'dependency-cycle',
} as const;
