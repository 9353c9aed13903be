import type { AgentPhase, ResolutionType } from '../events/payloads.js';
import { isLane } from '../events/lane.js';
import { fieldOf, textOf, type BoardEvent } from './board-event.js';
import type { DependencyState, WorkPackageState } from './cell-state.js';
import { addError, addUnknown, EMPTY_SUMMARY, summarize } from './fold-summary.js';
import { foldTransition } from './fold-transition.js';

/** A work package of which nothing is known but its id. */
export const emptyWorkPackage = (id: string): WorkPackageState => ({
  ...EMPTY_SUMMARY,
  kind: 'work-package',
  wp_id: id,
  lane: null,
  detail: null,
  title: null,
  dependencies: [],
  agent: null,
  transitions: 0,
  conflicting: 0,
  concurrent: 0,
  marked: [],
  front: [],
});

/** The work package after one more event. */
export const foldWorkPackage = (before: WorkPackageState, event: BoardEvent): WorkPackageState => {
  const state = { ...before, ...summarize(before, event) };
  switch (event.event_type) {
    case 'WPStatusChanged':
      return foldTransition(state, event) ?? addUnknown(state);
    case 'WPCreated':
      return foldCreation(state, event.payload);
    case 'WPAssigned':
      return foldAssignment(state, event.payload) ?? addUnknown(state);
    case 'DependencyResolved':
      return foldResolution(state, event.payload) ?? addUnknown(state);
    case 'ErrorLogged':
      return addError(state, event);
    case 'HistoryAdded':
      return state;
    default:
      return addUnknown(state);
  }
};

/** A later creation may rename a work package or change what it depends on, but never undoes work: the lane stays. */
const foldCreation = (state: WorkPackageState, payload: unknown): WorkPackageState => {
  const status = fieldOf(payload, 'status');
  const declared = textsOf(fieldOf(payload, 'dependencies')).map((id) => dependencyOf(state, id));
  const resolvedOnly = state.dependencies.filter(
    (known) => known.resolution !== null && !declared.some((dependency) => dependency.wp_id === known.wp_id),
  );
  return {
    ...state,
    title: textOf(payload, 'title') ?? state.title,
    lane: state.lane ?? (isLane(status) ? status : 'planned'),
    detail: state.lane === null ? (textOf(payload, 'detail') ?? null) : state.detail,
    dependencies: [...declared, ...resolvedOnly],
  };
};

const foldAssignment = (state: WorkPackageState, payload: unknown): WorkPackageState | undefined => {
  const agent = textOf(payload, 'agent_id');
  if (agent === undefined) return undefined;
  const phase = textOf(payload, 'phase');
  const retries = fieldOf(payload, 'retry_count');
  return {
    ...state,
    agent: {
      agent_id: agent,
      phase: isPhase(phase) ? phase : null,
      retry_count: typeof retries === 'number' && Number.isSafeInteger(retries) ? retries : 0,
    },
  };
};

const foldResolution = (state: WorkPackageState, payload: unknown): WorkPackageState | undefined => {
  const id = textOf(payload, 'dependency_wp_id');
  const resolution = textOf(payload, 'resolution_type');
  if (id === undefined || !isResolution(resolution)) return undefined;
  const resolved: DependencyState = { wp_id: id, resolution };
  const known = state.dependencies.some((dependency) => dependency.wp_id === id);
  return {
    ...state,
    dependencies: known
      ? state.dependencies.map((dependency) => (dependency.wp_id === id ? resolved : dependency))
      : [...state.dependencies, resolved],
  };
};

const dependencyOf = (state: WorkPackageState, id: string): DependencyState =>
  state.dependencies.find((known) => known.wp_id === id) ?? { wp_id: id, resolution: null };

const textsOf = (value: unknown): readonly string[] =>
  Array.isArray(value) ? [...new Set(value.filter((item): item is string => typeof item === 'string'))] : [];

const isPhase = (text: string | undefined): text is AgentPhase =>
  text === 'implementation' || text === 'review';

const isResolution = (text: string | undefined): text is ResolutionType =>
  text === 'completed' || text === 'skipped' || text === 'merged';
