import { isDocument } from '../document.js';
import { compareCausal, type CausalPosition } from '../events/lamport.js';
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
  if (cell.workPackage === '')
    return fold(FEATURE_RULES, state?.kind === 'feature' ? state : emptyFeature(cell.feature), event);
  const known = state?.kind === 'work-package' ? state : emptyWorkPackage(cell.workPackage);
  return fold(WORK_PACKAGE_RULES, known, event);
};

/** Whether an event belongs before something that is folded already, so that its cell has to be folded anew. */
export const isLate = (state: CellState | undefined, event: CausalPosition): boolean =>
  state !== undefined && compareCausal(event, state.last_event) <= 0;

/** How many marks and errors a cell keeps by name; all of them are counted. */
export const KEPT_DETAILS = 20;

/** What an event of one type makes of a cell; `undefined` when nothing can be read from it. */
type Rule<S> = (state: S, event: BoardEvent) => S | undefined;

/** Every event counts, and those from which no rule can read anything count as unknown. */
const fold = <S extends CellSummary>(
  rules: ReadonlyMap<string, Rule<S>>,
  before: S,
  event: BoardEvent,
): S => {
  const { event_id, event_type, lamport_clock, node_id, timestamp } = event;
  const last_event = { event_id, event_type, lamport_clock, node_id, timestamp };
  const state = { ...before, last_event, events: before.events + 1 };
  return rules.get(event_type)?.(state, event) ?? { ...state, unknown: state.unknown + 1 };
};

const foldError = <S extends CellSummary>(state: S, { event_id, payload, timestamp }: BoardEvent): S => {
  const pause = textOf(payload, 'pause_reason');
  const error: LoggedError = {
    event_id,
    error_type: textOf(payload, 'error_type') ?? 'unknown',
    error_message: textOf(payload, 'error_message') ?? '',
    agent_id: textOf(payload, 'agent_id') ?? null,
    timestamp,
    ...(pause === undefined ? {} : { pause_reason: pause }),
  };
  return { ...state, errors: state.errors + 1, recent_errors: keepLatest([...state.recent_errors, error]) };
};

const keepLatest = <T>(items: readonly T[]): readonly T[] => items.slice(-KEPT_DETAILS);

/** A summary before its first event; never stored and never shown. */
const EMPTY_SUMMARY: CellSummary = {
  last_event: { event_id: '', event_type: '', lamport_clock: -1, node_id: '', timestamp: '' },
  events: 0,
  unknown: 0,
  errors: 0,
  recent_errors: [],
};

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

const FEATURE_RULES = new Map(
  Object.entries<Rule<FeatureState>>({
    FeatureCreated: (state, { payload, timestamp }) => ({
      ...state,
      feature_number: textOf(payload, 'feature_number') ?? state.feature_number,
      target_branch: textOf(payload, 'target_branch') ?? state.target_branch,
      wp_count: countOf(payload, 'wp_count') ?? state.wp_count,
      created_at: textOf(payload, 'created_at') ?? timestamp,
    }),
    FeatureCompleted: (state, { event_id, payload, timestamp }) => ({
      ...state,
      completed: {
        event_id,
        total_wps: countOf(payload, 'total_wps') ?? null,
        completed_at: textOf(payload, 'completed_at') ?? timestamp,
        total_duration: textOf(payload, 'total_duration') ?? null,
      },
    }),
    ErrorLogged: foldError,
  }),
);

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

/** A later creation may rename a work package or change what it depends on, but never undoes work: the lane stays. */
const foldCreation: Rule<WorkPackageState> = (state, { payload }) => {
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

const foldAssignment: Rule<WorkPackageState> = (state, { payload, timestamp }) => {
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

const foldResolution: Rule<WorkPackageState> = (state, { payload }) => {
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
 */
const foldTransition: Rule<WorkPackageState> = (state, event) => {
  const { event_id, node_id, lamport_clock, payload } = event;
  const [from, to] = [fieldOf(payload, 'previous_status'), fieldOf(payload, 'new_status')];
  if (!isLane(from) || !isLane(to)) return undefined;
  const conflicting = state.lane !== null && state.lane !== from;
  const transition = { event_id, node_id, lamport_clock, from, to, conflicting, concurrent: false };
  // Only transitions with the highest clock can be concurrent with one that comes after all of them.
  const peers = state.front[0]?.lamport_clock === lamport_clock ? state.front : [];
  const isCrowd = peers.some((peer) => peer.node_id !== node_id);
  const front = [...peers, transition].map((each) => (isCrowd ? { ...each, concurrent: true } : each));
  const { front_left_out: before = 0, ...rest } = state;
  const kept = keepLatest(front);
  const leftOut = (peers.length === 0 ? 0 : before) + front.length - kept.length;
  return {
    ...rest,
    lane: to,
    detail: textOf(payload, 'detail') ?? null,
    agent: from === 'planned' && to === 'doing' ? takenBy(state, event) : state.agent,
    transitions: state.transitions + 1,
    conflicting: state.conflicting + (conflicting ? 1 : 0),
    concurrent: state.concurrent + countConcurrent(front) - countConcurrent(peers),
    marked: isCrowd || conflicting ? mark(state.marked, front) : state.marked,
    front: kept,
    ...(leftOut === 0 ? {} : { front_left_out: leftOut }),
  };
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

const WORK_PACKAGE_RULES = new Map(
  Object.entries<Rule<WorkPackageState>>({
    WPStatusChanged: foldTransition,
    WPCreated: foldCreation,
    WPAssigned: foldAssignment,
    DependencyResolved: foldResolution,
    ErrorLogged: foldError,
    HistoryAdded: (state, event) =>
      isUsage(event) ? { ...state, usage: addUsage(state.usage ?? [], event) } : state,
  }),
);
