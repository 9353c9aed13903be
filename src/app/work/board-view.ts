import { isLane, reachableLanes } from '../../domain/events/lane.js';
import { describeCard, laneTitle, lanesOf } from './card-text.js';
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
  /** Why there is no board; empty when there is one. */
  readonly fault: string;
}

interface BoardSituation {
  readonly nowMs: number;
  /** Whether work packages can be moved from here. */
  readonly canMove: boolean;
  /** What another machine says of a card. */
  readonly elsewhere: (card: BoardCard) => string | undefined;
}

/** A plan as the page of the board shows it. */
export const boardView = (
  feature: string,
  plan: { readonly board?: FeatureCards; readonly reason?: string } | undefined,
  { nowMs, canMove, elsewhere }: BoardSituation,
): BoardView => ({
  title: feature,
  canMove,
  fault: plan?.board === undefined ? (plan?.reason ?? `${feature} is no feature.`) : '',
  lanes:
    plan === undefined
      ? []
      : lanesOf(plan).map(({ lane, cards }) => ({
          ...{ lane, title: laneTitle(lane), isOpen: isLane(lane) },
          cards: cards.map((card) => ({
            ...{ id: card.workPackageId, title: card.title, reach: reachableLanes(card) },
            about: [describeCard(card, nowMs), elsewhere(card) ?? '']
              .filter((text) => text !== '')
              .join(' · '),
          })),
        })),
});
