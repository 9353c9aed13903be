import { compareCausal } from '../../src/domain/events/lamport.js';
import { isFollowed } from '../../src/domain/events/lamport.js';
import { cellKey, cellOf, type BoardCell, type BoardEvent } from '../../src/domain/hub/board-event.js';
import type { CellState, FeatureBoard } from '../../src/domain/hub/cell-state.js';
import { foldCell, isLate } from '../../src/domain/hub/fold-cell.js';
import { featureBoards } from '../../src/domain/hub/feature-boards.js';

interface FoldedCell {
  readonly cell: BoardCell;
  readonly events: Map<string, BoardEvent>;
  state: CellState | undefined;
}

/**
 * The boards of all projects, kept in memory with the events they are folded from: for a host that hears events live
 * and may hear them in any order, or twice. The result depends on the set of events alone.
 */
export class BoardProjection {
  readonly #cells = new Map<string, FoldedCell>();

  /**
   * Takes an event in; an id that is known already, or a Lamport timestamp beyond reason, changes nothing. Returns the
   * cell that the event belongs to.
   */
  add(event: BoardEvent): BoardCell {
    const cell = cellOf(event);
    if (!isFollowed(event.lamport_clock)) return cell;
    const folded = this.#cellFor(cell);
    if (folded.events.has(event.event_id)) return cell;
    folded.events.set(event.event_id, event);
    folded.state = isLate(folded.state, event)
      ? refoldCell(cell, [...folded.events.values()])
      : foldCell(folded.state, cell, event);
    return cell;
  }

  /** The features of a project, by slug; with `feature` that one alone. */
  board(project: string, feature?: string): readonly FeatureBoard[] {
    const cells = [...this.#cells.values()].filter(
      ({ cell }) => cell.project === project && (feature === undefined || cell.feature === feature),
    );
    return featureBoards(
      cells.flatMap(({ cell, state }) => (state === undefined ? [] : [{ feature: cell.feature, state }])),
    );
  }

  #cellFor(cell: BoardCell): FoldedCell {
    const key = cellKey(cell);
    const known = this.#cells.get(key);
    if (known !== undefined) return known;
    const made: FoldedCell = { cell, events: new Map(), state: undefined };
    this.#cells.set(key, made);
    return made;
  }
}

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
