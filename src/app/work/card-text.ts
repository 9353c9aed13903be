import { duration } from '../../domain/duration.js';
import { isLane, laneName, LANES, type WorkPackageLane } from '../../domain/events/lane.js';
import type { PlanFinding } from './plan-findings.js';
import type { BoardCard, FeatureCards } from './read-board.js';

/** A plan as far as its board goes. */
interface ShownPlan {
  readonly board?: FeatureCards;
  readonly findings: readonly PlanFinding[];
  readonly reason?: string;
}

/** What stands beside a work package: who has it, for how long, what is open, what it waits for. */
export const describeCard = (card: BoardCard, nowMs: number): string => {
  const { agent, sinceMs, openTasks, waitsFor, lane, detail } = card;
  return [
    ...(detail === undefined ? [] : [laneName({ lane, detail })]),
    ...(agent === undefined ? [] : [agent]),
    ...(sinceMs === undefined ? [] : [duration(Math.max(0, nowMs - sinceMs))]),
    ...(openTasks === 0 ? [] : [`${openTasks} open`]),
    ...(waitsFor.length === 0 ? [] : [`waits for ${waitsFor.join(', ')}`]),
  ].join(' · ');
};

/** A lane with its work packages. */
export interface LaneCards {
  readonly lane: WorkPackageLane;
  readonly cards: readonly BoardCard[];
}

/** The four lanes, empty ones too, and behind them whatever else work packages are in. */
export const lanesOf = ({ board }: Pick<ShownPlan, 'board'>): readonly LaneCards[] => {
  const cards = board?.cards ?? [];
  const others = [...new Set(cards.map(({ lane }) => lane))].filter((lane) => !isLane(lane));
  return [...LANES, ...others].map((lane) => ({ lane, cards: cards.filter((card) => card.lane === lane) }));
};

/** Lanes as people read them. */
export const laneTitle = (lane: WorkPackageLane): string => lane.replace(/_/g, ' ');

/** What needs a person: what waits for a review, and what cannot be read. */
export const needsPerson = ({ board, findings }: ShownPlan): number =>
  (board?.counts.for_review ?? 0) + findings.length;

/** How far a feature is. */
export const describeFeature = ({ board, findings, reason }: ShownPlan): string => {
  if (board === undefined) return reason === undefined ? '' : 'cannot be read';
  const faults = findings.length === 0 ? '' : ` · ${findings.length} to correct`;
  return `${board.counts.done}/${board.cards.length} done${faults}`;
};
