import { compareCausal, type CausalPosition } from '../events/causal-order.js';
import type { BoardCell, BoardEvent } from './board-event.js';
import type { CellState } from './cell-state.js';
import { emptyFeature, foldFeature } from './fold-feature.js';
import { emptyWorkPackage, foldWorkPackage } from './fold-work-package.js';

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

/** Folds all events of one cell, in whatever order they are given; an id counts once. */
export const refoldCell = (cell: BoardCell, events: readonly BoardEvent[]): CellState | undefined => {
  let state: CellState | undefined;
  let previous: string | undefined;
  for (const event of [...events].sort(compareCausal)) {
    if (event.event_id === previous) continue;
    state = foldCell(state, cell, event);
    previous = event.event_id;
  }
  return state;
};

/** Whether an event belongs before something that is folded already, so that its cell has to be folded anew. */
export const isLate = (state: CellState | undefined, event: CausalPosition): boolean =>
  state !== undefined && compareCausal(event, state.last_event) <= 0;
