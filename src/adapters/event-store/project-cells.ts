import { cellKey, type BoardCell, type BoardEvent } from '../../domain/board/board-event.js';
import type { CellState } from '../../domain/board/cell-state.js';
import { foldCell, isLate, refoldCell } from '../../domain/board/fold-cell.js';
import { compareCausal } from '../../domain/time/causal-order.js';
import type { PlacedEvent } from './append-events.js';
import { replaceCells } from './insert-rows.js';
import { PreparedQuery, type Executor } from './prepared-query.js';
import { readBoardEvent } from './read-board-event.js';
import type { BoardCellTable } from './schema.js';

/**
 * Folds events that were just inserted into the cells that they change. A cell into whose past an event falls is
 * folded anew from its own events; the cost of everything else does not depend on what is stored.
 */
export const projectCells = async (
  db: Executor,
  team: string,
  placed: readonly PlacedEvent[],
): Promise<void> => {
  const rows: BoardCellTable[] = [];
  for (const { cell, events, changed } of groupByCell(placed)) {
    const state = await foldInto(db, team, cell, events);
    rows.push({
      team,
      project_uuid: cell.project,
      feature_slug: cell.feature,
      work_package: cell.workPackage,
      changed,
      state: JSON.stringify(state),
    });
  }
  await replaceCells(db, rows);
};

interface ChangedCell {
  readonly cell: BoardCell;
  readonly events: BoardEvent[];
  changed: number;
}

const groupByCell = (placed: readonly PlacedEvent[]): readonly ChangedCell[] => {
  const cells = new Map<string, ChangedCell>();
  for (const { cell, event, sequence } of placed) {
    const key = cellKey(cell);
    const known = cells.get(key);
    if (known === undefined) cells.set(key, { cell, events: [event], changed: sequence });
    else {
      known.events.push(event);
      known.changed = sequence;
    }
  }
  return [...cells.values()];
};

const foldInto = async (
  db: Executor,
  team: string,
  cell: BoardCell,
  arrived: readonly BoardEvent[],
): Promise<CellState | undefined> => {
  const key = [team, cell.project, cell.feature, cell.workPackage];
  const [row] = await SELECT_STATE.run(db, key);
  let state = row === undefined ? undefined : (JSON.parse(row.state) as CellState);
  const ordered = [...arrived].sort(compareCausal);
  if (ordered[0] !== undefined && isLate(state, ordered[0])) {
    const documents = await SELECT_EVENTS.run(db, key);
    return refoldCell(
      cell,
      documents.map(({ event_id, document }) => readBoardEvent(event_id, document)),
    );
  }
  for (const event of ordered) state = foldCell(state, cell, event);
  return state;
};

const SELECT_STATE = new PreparedQuery((db) =>
  db
    .selectFrom('board_cells')
    .select('state')
    .where('team', '=', '')
    .where('project_uuid', '=', '')
    .where('feature_slug', '=', '')
    .where('work_package', '=', '')
    .compile(),
);

const SELECT_EVENTS = new PreparedQuery((db) =>
  db
    .selectFrom('events')
    .select(['event_id', 'document'])
    .where('team', '=', '')
    .where('project_uuid', '=', '')
    .where('feature_slug', '=', '')
    .where('work_package', '=', '')
    .compile(),
);
