import { compareCausal, isConcurrent } from '../events/causal-order.js';
import { isLane, LANES, type Lane } from '../events/lane.js';
import { cellOf, fieldOf, type BoardEvent } from './board-event.js';

/** An event as a hub keeps it: with its place in the log. */
export interface PlacedEvent {
  readonly sequence: number;
  readonly event: BoardEvent;
}

interface Marks {
  /** It arrived after an event that follows it. */
  readonly late: boolean;
  /** Another machine did something to the same thing that neither led to it nor came from it. */
  readonly concurrent: boolean;
}

/** A history in causal order, each event with what is unusual about it. */
export const marked = <T extends PlacedEvent>(history: readonly T[]): readonly (T & Marks)[] => {
  const ordered = [...history].sort((a, b) => compareCausal(a.event, b.event));
  let earliestAfter = Infinity;
  const late = new Set<T>();
  for (const entry of [...ordered].reverse()) {
    if (entry.sequence > earliestAfter) late.add(entry);
    earliestAfter = Math.min(earliestAfter, entry.sequence);
  }
  const byClock = new Map<number, T[]>();
  for (const entry of ordered) {
    const peers = byClock.get(entry.event.lamport_clock);
    if (peers === undefined) byClock.set(entry.event.lamport_clock, [entry]);
    else peers.push(entry);
  }
  return ordered.map((entry) => ({
    ...entry,
    late: late.has(entry),
    concurrent: (byClock.get(entry.event.lamport_clock) ?? []).some((other) =>
      isConcurrent(other.event, entry.event),
    ),
  }));
};

/** How many work packages stood in each lane at the end of a day. */
export type FlowDay = Readonly<Record<Lane, number>> & { readonly day: string };

/** The cumulative flow of a feature: each day on which something moved, by the clocks of those who moved it. */
export const flowOf = (history: readonly PlacedEvent[]): readonly FlowDay[] => {
  const lanes = new Map<string, Lane>();
  const days = new Map<string, FlowDay>();
  let day = '';
  for (const { event } of [...history].sort((a, b) => compareCausal(a.event, b.event))) {
    const { workPackage } = cellOf(event);
    const lane = fieldOf(event.payload, event.event_type === 'WPCreated' ? 'status' : 'new_status');
    if (workPackage === '' || !isMoving(event)) continue;
    if (event.event_type === 'WPCreated' && lanes.has(workPackage)) continue;
    lanes.set(workPackage, isLane(lane) ? lane : 'planned');
    const own = event.timestamp.slice(0, DATE_LENGTH);
    // A clock that runs behind must not turn the chart back.
    if (own > day) day = own;
    days.set(day, { day, ...countLanes(lanes) });
  }
  return [...days.values()];
};

const isMoving = ({ event_type: type, payload }: BoardEvent): boolean =>
  type === 'WPCreated' || (type === 'WPStatusChanged' && isLane(fieldOf(payload, 'new_status')));

const countLanes = (lanes: ReadonlyMap<string, Lane>): Readonly<Record<Lane, number>> => {
  const counts = { planned: 0, doing: 0, for_review: 0, done: 0 };
  for (const lane of lanes.values()) counts[lane]++;
  return counts;
};

const DATE_LENGTH = 'YYYY-MM-DD'.length;

/** The lanes of a flow from the one that is reached last, as a chart stacks them. */
export const STACKED_LANES: readonly Lane[] = [...LANES].reverse();
