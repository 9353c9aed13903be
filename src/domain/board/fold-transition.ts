import { isConcurrent, type AggregatePosition } from '../time/causal-order.js';
import { isLane } from '../workflow/lane.js';
import { fieldOf, type BoardEvent } from './board-event.js';
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
  const front = joinFront(state, {
    event_id: event.event_id,
    node_id: event.node_id,
    lamport_clock: event.lamport_clock,
    from,
    to,
    conflicting,
    concurrent: false,
  });
  const settled = state.front[0]?.lamport_clock === event.lamport_clock ? countConcurrent(state.front) : 0;
  return {
    ...state,
    lane: to,
    transitions: state.transitions + 1,
    conflicting: state.conflicting + (conflicting ? 1 : 0),
    concurrent: state.concurrent + countConcurrent(front) - settled,
    marked: keepLatest([
      ...state.marked.filter((mark) => mark.lamport_clock !== event.lamport_clock),
      ...front.filter((each) => each.conflicting || each.concurrent),
    ]),
    front,
  };
};

/** Only transitions with the highest clock can be concurrent with one that comes after all of them. */
const joinFront = (state: WorkPackageState, transition: Transition): readonly Transition[] => {
  const peers = state.front.filter((peer) => peer.lamport_clock === transition.lamport_clock);
  const rivals = new Set(
    peers.filter((peer) => isConcurrent(placed(state, peer), placed(state, transition))),
  );
  return [
    ...peers.map((peer) => (rivals.has(peer) ? { ...peer, concurrent: true } : peer)),
    { ...transition, concurrent: rivals.size > 0 },
  ];
};

const placed = (state: WorkPackageState, transition: Transition): AggregatePosition => ({
  ...transition,
  aggregate_id: state.wp_id,
});

const countConcurrent = (front: readonly Transition[]): number =>
  front.filter((each) => each.concurrent).length;
