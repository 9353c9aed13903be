import { isDocument } from '../document.js';
import { compareCausal, isConcurrent, type CausalPosition } from '../events/lamport.js';
import { isLane } from '../events/lane.js';
import { agentPhase, resolutionType } from '../events/payloads.js';
import { fieldOf, KEPT_CHARACTERS, textOf, type BoardCell, type BoardEvent } from './board-event.js';
import type {
  CellState,
  CellSummary,
  DependencyState,
  FeatureState,
  LoggedError,
  Transition,
  WorkPackageState,
} from './cell-state.js';
import { addUsage, isUsage } from './usage-of.js';

/**
 * Applies one event to the state of its cell; `undefined` is a cell that no event has reached. The event has to come
 * after everything folded so far, see {@link isLate}: the fold follows the causal order, not the order of arrival.
 */
export const foldCell = (state: CellState | undefined, cell: BoardCell, event: BoardEvent): CellState => {
  if (cell.workPackage === '') {
    return foldFeature(state?.kind === 'feature' ? state : emptyFeature(cell.feature), event);
  }
  return foldWorkPackage(state?.kind === 'work-package' ? state : emptyWorkPackage(cell.workPackage), event);
};

/** Whether an event belongs before something that is folded already, so that its cell has to be folded anew. */
export const isLate = (state: CellState | undefined, event: CausalPosition): boolean =>
  state !== undefined && compareCausal(event, state.last_event) <= 0;

/** How many marks and errors a cell keeps by name; all of them are counted. */
export const KEPT_DETAILS = 20;

/** A feature of which nothing is known but its slug. */
const emptyFeature = (slug: string): FeatureState => ({
  ...EMPTY_SUMMARY,
  kind: 'feature',
  feature_slug: slug,
  feature_number: null,
  target_branch: null,
  wp_count: null,
  created_at: null,
  completed: null,
});

/** The feature after one more event. */
const foldFeature = (before: FeatureState, event: BoardEvent): FeatureState => {
  const state = summarize(before, event);
  switch (event.event_type) {
    case 'FeatureCreated':
      return {
        ...state,
        feature_number: textOf(event.payload, 'feature_number') ?? state.feature_number,
        target_branch: textOf(event.payload, 'target_branch') ?? state.target_branch,
        wp_count: countOf(event.payload, 'wp_count') ?? state.wp_count,
        created_at: textOf(event.payload, 'created_at') ?? event.timestamp,
      };
    case 'FeatureCompleted':
      return {
        ...state,
        completed: {
          event_id: event.event_id,
          total_wps: countOf(event.payload, 'total_wps') ?? null,
          completed_at: textOf(event.payload, 'completed_at') ?? event.timestamp,
          total_duration: textOf(event.payload, 'total_duration') ?? null,
        },
      };
    case 'ErrorLogged':
      return addError(state, event);
    default:
      return addUnknown(state);
  }
};

const countOf = (payload: unknown, key: string): number | undefined => {
  const value = fieldOf(payload, key);
  return typeof value === 'number' && Number.isSafeInteger(value) ? value : undefined;
};

/** A work package of which nothing is known but its id. */
const emptyWorkPackage = (id: string): WorkPackageState => ({
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
const foldWorkPackage = (before: WorkPackageState, event: BoardEvent): WorkPackageState => {
  const state = summarize(before, event);
  switch (event.event_type) {
    case 'WPStatusChanged':
      return foldTransition(state, event) ?? addUnknown(state);
    case 'WPCreated':
      return foldCreation(state, event.payload);
    case 'WPAssigned':
      return foldAssignment(state, event) ?? addUnknown(state);
    case 'DependencyResolved':
      return foldResolution(state, event.payload) ?? addUnknown(state);
    case 'ErrorLogged':
      return addError(state, event);
    case 'HistoryAdded':
      return isUsage(event) ? { ...state, usage: addUsage(state.usage ?? [], event) } : state;
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
    dependencies: [...declared, ...resolvedOnly].slice(0, KEPT_DEPENDENCIES),
  };
};

const foldAssignment = (
  state: WorkPackageState,
  { payload, timestamp }: BoardEvent,
): WorkPackageState | undefined => {
  const agent = textOf(payload, 'agent_id');
  if (agent === undefined) return undefined;
  const phase = textOf(payload, 'phase');
  return {
    ...state,
    agent: {
      agent_id: agent,
      phase: isDocument(agentPhase.own, phase) ? phase : null,
      retry_count: countOf(payload, 'retry_count') ?? 0,
      since: timestamp,
    },
  };
};

/**
 * Who takes planned work up has it, assigned or not; whoever sends it back to `doing` later does not, and a name that was
 * only filled in is nobody's.
 */
const takenBy = (
  { agent }: WorkPackageState,
  { payload, timestamp }: BoardEvent,
): WorkPackageState['agent'] => {
  const by = textOf(payload, 'changed_by');
  return by === undefined || by === agent?.agent_id || by === FILLED_IN
    ? agent
    : { agent_id: by, phase: 'implementation', retry_count: 0, since: timestamp };
};

/** What `changed_by` says when nobody was named. */
const FILLED_IN = 'user';

const foldResolution = (state: WorkPackageState, payload: unknown): WorkPackageState | undefined => {
  const id = textOf(payload, 'dependency_wp_id');
  const resolution = textOf(payload, 'resolution_type');
  if (id === undefined || !isDocument(resolutionType.own, resolution)) return undefined;
  const resolved: DependencyState = { wp_id: id, resolution };
  const known = state.dependencies.some((dependency) => dependency.wp_id === id);
  return {
    ...state,
    dependencies: known
      ? state.dependencies.map((dependency) => (dependency.wp_id === id ? resolved : dependency))
      : [...state.dependencies, resolved].slice(0, KEPT_DEPENDENCIES),
  };
};

/** More than any plan has; a list without end would make every board as long. */
const KEPT_DEPENDENCIES = 200;

const dependencyOf = (state: WorkPackageState, id: string): DependencyState =>
  state.dependencies.find((known) => known.wp_id === id) ?? { wp_id: id, resolution: null };

const textsOf = (value: unknown): readonly string[] => {
  const isKept = (item: unknown): item is string =>
    typeof item === 'string' && item.length <= KEPT_CHARACTERS;
  return Array.isArray(value) ? [...new Set(value.filter(isKept))] : [];
};

/**
 * Moves a work package to the lane that a transition names, and marks what does not fit: *conflicting* when the
 * transition did not start where the fold stands, *concurrent* when another node made one that neither led to it nor
 * came from it. Both are still applied, since the last one in causal order is what every replica agrees on.
 * `undefined` when the event names no lanes.
 */
const foldTransition = (state: WorkPackageState, event: BoardEvent): WorkPackageState | undefined => {
  const from = fieldOf(event.payload, 'previous_status');
  const to = fieldOf(event.payload, 'new_status');
  if (!isLane(from) || !isLane(to)) return undefined;
  const conflicting = state.lane !== null && state.lane !== from;
  const { event_id, node_id, lamport_clock } = event;
  const transition = { event_id, node_id, lamport_clock, from, to, conflicting, concurrent: false };
  const hasPeers = state.front[0]?.lamport_clock === lamport_clock;
  const front = hasPeers ? joinFront(state, transition) : [transition];
  const kept = keepLatest(front);
  const { front_left_out: before = 0, ...rest } = state;
  const leftOut = (hasPeers ? before : 0) + front.length - kept.length;
  return {
    ...rest,
    lane: to,
    detail: textOf(event.payload, 'detail') ?? null,
    agent: from === 'planned' && to === 'doing' ? takenBy(state, event) : state.agent,
    transitions: state.transitions + 1,
    conflicting: state.conflicting + (conflicting ? 1 : 0),
    concurrent: state.concurrent + (hasPeers ? countConcurrent(front) - countConcurrent(state.front) : 0),
    marked: hasPeers || conflicting ? mark(state.marked, front) : state.marked,
    front: kept,
    ...(leftOut === 0 ? {} : { front_left_out: leftOut }),
  };
};

/** Only transitions with the highest clock can be concurrent with one that comes after all of them. */
const joinFront = (state: WorkPackageState, transition: Transition): readonly Transition[] => {
  const placed = (each: Transition) => ({ ...each, aggregate_id: state.wp_id });
  const rivals = new Set(state.front.filter((peer) => isConcurrent(placed(peer), placed(transition))));
  return [
    ...state.front.map((peer) => (rivals.has(peer) ? { ...peer, concurrent: true } : peer)),
    { ...transition, concurrent: rivals.size > 0 },
  ];
};

/** What was marked before, then what is marked in the front. */
const mark = (marked: readonly Transition[], front: readonly Transition[]): readonly Transition[] => {
  const renewed = new Set(front.map((each) => each.event_id));
  return keepLatest([
    ...marked.filter((each) => !renewed.has(each.event_id)),
    ...front.filter((each) => each.conflicting || each.concurrent),
  ]);
};

const countConcurrent = (front: readonly Transition[]): number =>
  front.filter((each) => each.concurrent).length;

/** A summary before its first event; never stored and never shown. */
const EMPTY_SUMMARY: CellSummary = {
  last_event: { event_id: '', event_type: '', lamport_clock: -1, node_id: '', timestamp: '' },
  events: 0,
  unknown: 0,
  errors: 0,
  recent_errors: [],
};

/** A cell after one more event, before what its type says. */
const summarize = <T extends CellSummary>(state: T, event: BoardEvent): T => {
  const { event_id, event_type, lamport_clock, node_id, timestamp } = event;
  const last_event = { event_id, event_type, lamport_clock, node_id, timestamp };
  return { ...state, last_event, events: state.events + 1 };
};

/** Counts an event whose type or contents nothing can be read from. */
const addUnknown = <T extends CellSummary>(state: T): T => ({ ...state, unknown: state.unknown + 1 });

const addError = <T extends CellSummary>(state: T, event: BoardEvent): T => ({
  ...state,
  errors: state.errors + 1,
  recent_errors: keepLatest([...state.recent_errors, errorOf(event)]),
});

const keepLatest = <T>(items: readonly T[]): readonly T[] => items.slice(-KEPT_DETAILS);

const errorOf = ({ event_id, payload, timestamp }: BoardEvent): LoggedError => {
  const pause = textOf(payload, 'pause_reason');
  return {
    event_id,
    error_type: textOf(payload, 'error_type') ?? 'unknown',
    error_message: textOf(payload, 'error_message') ?? '',
    agent_id: textOf(payload, 'agent_id') ?? null,
    timestamp,
    ...(pause === undefined ? {} : { pause_reason: pause }),
  };
};
