import { isConcurrent, type AggregatePosition } from '../events/causal-order.js';
import { isLane } from '../events/lane.js';
import { fieldOf, textOf, type BoardEvent } from './board-event.js';
import type { Transition, WorkPackageState } from './cell-state.js';
import { keepLatest } from './fold-summary.js';

/**
 * Moves a work package to the lane that a transition names, and marks what does not fit: *conflicting* when the
 * transition did not start where the fold stands, *concurrent* when another node made one that neither led to it nor
 * came from it. Both are still applied, since the last one in causal order is what every replica agrees on.
 * `undefined` when the event names no lanes.
 */
export const foldTransition = (state: WorkPackageState, event: BoardEvent): WorkPackageState | undefined => {
  const from = fieldOf(event.payload, 'previous_status');
  const to = fieldOf(event.payload, 'new_status');
  if (!isLane(from) || !isLane(to)) return undefined;
  const conflicting = state.lane !== null && state.lane !== from;
  const transition: Transition = {
    event_id: event.event_id,
    node_id: event.node_id,
    lamport_clock: event.lamport_clock,
    from,
    to,
    conflicting,
    concurrent: false,
  };
  const hasPeers = state.front[0]?.lamport_clock === event.lamport_clock;
  const front = hasPeers ? joinFront(state, transition) : [transition];
  return {
    ...state,
    lane: to,
    detail: textOf(event.payload, 'detail') ?? null,
    transitions: state.transitions + 1,
    conflicting: state.conflicting + (conflicting ? 1 : 0),
    concurrent: state.concurrent + (hasPeers ? countConcurrent(front) - countConcurrent(state.front) : 0),
    marked: hasPeers || conflicting ? mark(state.marked, front) : state.marked,
    front,
  };
};

/** Only transitions with the highest clock can be concurrent with one that comes after all of them. */
const joinFront = (state: WorkPackageState, transition: Transition): readonly Transition[] => {
  const rivals = new Set(
    state.front.filter((peer) => isConcurrent(placed(state, peer), placed(state, transition))),
  );
  return [
    ...state.front.map((peer) => (rivals.has(peer) ? { ...peer, concurrent: true } : peer)),
    { ...transition, concurrent: rivals.size > 0 },
  ];
};

/** What was marked before the front, then what is marked in it. */
const mark = (marked: readonly Transition[], front: readonly Transition[]): readonly Transition[] =>
  keepLatest([
    ...marked.filter((each) => each.lamport_clock !== front[0]?.lamport_clock),
    ...front.filter((each) => each.conflicting || each.concurrent),
  ]);

const placed = (state: WorkPackageState, transition: Transition): AggregatePosition => ({
  ...transition,
  aggregate_id: state.wp_id,
});

const countConcurrent = (front: readonly Transition[]): number =>
  front.filter((each) => each.concurrent).length;
