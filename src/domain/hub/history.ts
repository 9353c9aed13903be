import { compareCausal, isConcurrent, isFollowed } from '../events/lamport.js';
import { LANES, type Lane } from '../events/lane.js';
import type { CycleTime } from './api.js';
import { cellOf, type BoardEvent } from './board-event.js';
import type { CellState } from './cell-state.js';
import { foldCell } from './fold-cell.js';

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
  return ordered.map((entry, at) => ({
    ...entry,
    late: ordered.some((other, place) => place > at && other.sequence < entry.sequence),
    concurrent: ordered.some((other) => isConcurrent(other.event, entry.event)),
  }));
};

/** How many work packages stood in each lane at the end of a day. */
export type FlowDay = Readonly<Record<Lane, number>> & { readonly day: string };

/** The cumulative flow of a feature: each day on which something moved, by the clocks of those who moved it. */
export const flowOf = (history: readonly PlacedEvent[]): readonly FlowDay[] => {
  const lanes = new Map<string, Lane>();
  const days = new Map<string, FlowDay>();
  let day = '';
  for (const { workPackage, lane, timestamp } of movesOf(history)) {
    lanes.set(workPackage, lane);
    const own = timestamp.slice(0, DATE_LENGTH);
    // A clock that runs behind must not turn the chart back.
    if (own > day) day = own;
    days.set(day, { day, ...countLanes(lanes) });
  }
  return [...days.values()];
};

/**
 * The cycle time of each lane before `done` that a work package has left, in the order of the flow. Taken from the clocks
 * of the machines that moved it: where one runs behind another, a stay counts as none rather than as less.
 */
export const cycleTimesOf = (history: readonly PlacedEvent[]): readonly CycleTime[] => {
  const stays = new Map<string, { readonly lane: Lane; readonly sinceMs: number }>();
  const times = new Map<Lane, Map<string, number>>(
    LANES.filter((lane) => lane !== 'done').map((lane) => [lane, new Map<string, number>()]),
  );
  for (const { workPackage, lane, timestamp } of movesOf(history)) {
    const atMs = Date.parse(timestamp);
    const stay = stays.get(workPackage);
    if (Number.isNaN(atMs) || stay?.lane === lane) continue;
    stays.set(workPackage, { lane, sinceMs: atMs });
    const own = stay === undefined ? undefined : times.get(stay.lane);
    own?.set(workPackage, (own.get(workPackage) ?? 0) + Math.max(0, atMs - (stay?.sinceMs ?? atMs)));
  }
  return [...times].flatMap(([lane, own]) => {
    const sorted = [...own.values()].sort((a, b) => a - b);
    const [median, longest] = [sorted[Math.ceil(sorted.length / 2) - 1], sorted.at(-1)];
    return median === undefined || longest === undefined
      ? []
      : [{ lane, work_packages: sorted.length, median_ms: median, longest_ms: longest }];
  });
};

interface Move {
  readonly workPackage: string;
  readonly lane: Lane;
  readonly timestamp: string;
}

/** Which work package came to which lane, in causal order: as the board has it, so that both tell the same. */
const movesOf = (history: readonly PlacedEvent[]): readonly Move[] => {
  const states = new Map<string, CellState>();
  return history
    .map(({ event }) => event)
    .filter(({ lamport_clock: clock }) => isFollowed(clock))
    .sort(compareCausal)
    .flatMap((event) => {
      const cell = cellOf(event);
      const { workPackage } = cell;
      const before = states.get(workPackage);
      const state = foldCell(before, cell, event);
      states.set(workPackage, state);
      const lane = laneOf(state);
      return lane === null || lane === laneOf(before)
        ? []
        : [{ workPackage, lane, timestamp: event.timestamp }];
    });
};

const laneOf = (state: CellState | undefined): Lane | null =>
  state?.kind === 'work-package' ? state.lane : null;

const countLanes = (lanes: ReadonlyMap<string, Lane>): Readonly<Record<Lane, number>> => {
  const counts = { planned: 0, doing: 0, for_review: 0, done: 0 };
  for (const lane of lanes.values()) counts[lane]++;
  return counts;
};

const DATE_LENGTH = 'YYYY-MM-DD'.length;

/** The lanes of a flow from the one that is reached last, as a chart stacks them. */
export const STACKED_LANES: readonly Lane[] = [...LANES].reverse();
