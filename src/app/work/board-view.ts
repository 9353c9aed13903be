import { duration } from '../../domain/duration.js';
import { isLane, laneName, LANES, reachableLanes, type WorkPackageLane } from '../../domain/events/lane.js';
import type { PlanFinding } from './plan-findings.js';
import type { BoardCard, FeatureCards } from './read-board.js';

export interface CardView {
  readonly id: string;
  readonly title: string;
  /** Who, how long, what is open, and what another machine says of it. */
  readonly about: string;
  /** Lanes into which it may go without being forced. */
  readonly reach: readonly string[];
}

export interface LaneView {
  readonly lane: string;
  readonly title: string;
  /** Whether a card may be dropped here at all. */
  readonly isOpen: boolean;
  readonly cards: readonly CardView[];
}

/** A board for a page that knows no lane and no rule. */
export interface BoardView {
  readonly title: string;
  readonly lanes: readonly LaneView[];
  readonly canMove: boolean;
  readonly fault: string;
}

interface BoardSituation {
  readonly nowMs: number;
  /** Whether work packages can be moved from here. */
  readonly canMove: boolean;
  /** What another machine says of a card. */
  readonly elsewhere: (card: BoardCard) => string | undefined;
}

/** The four lanes, empty ones too, and behind them whatever else work packages are in. */
export const boardView = (
  feature: string,
  plan: { readonly board?: FeatureCards; readonly reason?: string } | undefined,
  { nowMs, canMove, elsewhere }: BoardSituation,
): BoardView => {
  const cards = plan?.board?.cards ?? [];
  const others = [...new Set(cards.map(({ lane }) => lane))].filter((lane) => !isLane(lane));
  const viewOf = (card: BoardCard): CardView => ({
    ...{ id: card.workPackageId, title: card.title, reach: reachableLanes(card) },
    about: [describeCard(card, nowMs), elsewhere(card) ?? ''].filter((text) => text !== '').join(' · '),
  });
  const lanes = [...(plan === undefined ? [] : LANES), ...others].map((lane) => ({
    ...{ lane, title: laneTitle(lane), isOpen: isLane(lane) },
    cards: cards.filter((card) => card.lane === lane).map(viewOf),
  }));
  const fault = plan?.board === undefined ? (plan?.reason ?? `${feature} is no feature.`) : '';
  return { title: feature, canMove, fault, lanes };
};

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

export const laneTitle = (lane: WorkPackageLane): string => lane.replace(/_/g, ' ');

/** What needs a person: what waits for a review, and what cannot be read. */
export const needsPerson = ({ board, findings }: ShownPlan): number =>
  (board?.counts.for_review ?? 0) + findings.length;

export const describeFeature = ({ board, findings, reason }: ShownPlan): string => {
  if (board === undefined) return reason === undefined ? '' : 'cannot be read';
  const faults = findings.length === 0 ? '' : ` · ${findings.length} to correct`;
  return `${board.counts.done}/${board.cards.length} done${faults}`;
};
