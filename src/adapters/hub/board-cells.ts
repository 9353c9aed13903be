import { compareCausal } from '../../domain/events/causal-order.js';
import type { EnvelopeDocument } from '../../domain/events/envelope-document.js';
import { upcast } from '../../domain/events/upcast.js';
import { cellOf } from '../../domain/hub/board-event.js';
import type { BoardCell, BoardEvent } from '../../domain/hub/board-event.js';
import type { CellState } from '../../domain/hub/cell-state.js';
import { foldCell, isLate, refoldCell } from '../../domain/hub/fold-cell.js';
import type { IncomingEvent } from '../../ports/hub.js';
import { CellIndex } from './cell-index.js';
import { replaceCells } from './insert-rows.js';
import { PreparedQuery } from './prepared-query.js';
import type { Executor } from './prepared-query.js';
import type { BoardCellTable } from './schema.js';

/** A cell that events of this call change, as it was before. */
interface TouchedCell {
  readonly cell: BoardCell;
  readonly number: number;
  readonly state: CellState | undefined;
}

/** An event on its way into the table, with the cell of the board that it changes. */
export interface PlacedEvent {
  readonly incoming: IncomingEvent;
  readonly sequence: number;
  readonly touched: TouchedCell;
}

/** Finds the cell of each event. One that is not there yet gets the sequence number of its first event as its own. */
export const findCells = async (
  db: Executor,
  team: string,
  events: readonly { readonly incoming: IncomingEvent; readonly sequence: number }[],
): Promise<readonly PlacedEvent[]> => {
  const cells = new CellIndex<{ readonly cell: BoardCell; readonly fresh: number }>();
  const placed = events.map(({ incoming, sequence }) => {
    const cell = cellOf(incoming.event);
    return { incoming, sequence, wanted: cells.have(cell, () => ({ cell, fresh: sequence })) };
  });
  const touched = new Map<object, TouchedCell>();
  for (const wanted of cells.byFeature()) {
    const rows = await selectCells(
      db,
      team,
      wanted.map(({ cell }) => cell),
    );
    for (const each of wanted)
      touched.set(each, touch(each.cell, each.fresh, rows.get(each.cell.workPackage)));
  }
  return placed.map(({ incoming, sequence, wanted }) => ({
    incoming,
    sequence,
    touched: touched.get(wanted) ?? touch(wanted.cell, wanted.fresh, undefined),
  }));
};

/**
 * Folds events that were just inserted into their cells. A cell into whose past an event falls is folded anew from
 * its own events; the cost of everything else does not depend on what is stored.
 */
export const foldCells = async (
  db: Executor,
  team: string,
  placed: readonly PlacedEvent[],
): Promise<void> => {
  const groups = new Map<TouchedCell, PlacedEvent[]>();
  for (const each of placed) {
    const group = groups.get(each.touched);
    if (group === undefined) groups.set(each.touched, [each]);
    else group.push(each);
  }
  const rows: BoardCellTable[] = [];
  for (const [touched, events] of groups) {
    const state = await foldInto(
      db,
      team,
      touched,
      events.map(({ incoming }) => incoming.event),
    );
    rows.push({
      team,
      project_uuid: touched.cell.project,
      feature_slug: touched.cell.feature,
      work_package: touched.cell.workPackage,
      cell: touched.number,
      changed: events.at(-1)?.sequence ?? touched.number,
      state: JSON.stringify(state),
    });
  }
  await replaceCells(db, rows);
};

type CellRow = Pick<BoardCellTable, 'work_package' | 'cell' | 'state'>;

const touch = (cell: BoardCell, fresh: number, row: CellRow | undefined): TouchedCell =>
  row === undefined
    ? { cell, number: fresh, state: undefined }
    : { cell, number: Number(row.cell), state: JSON.parse(row.state) as CellState };

/** Above this many, reading a feature as a whole costs less than asking for its cells one by one. */
const CELLS_ONE_BY_ONE = 4;

/** The rows of cells of one feature, by work package; possibly more than were asked for. */
const selectCells = async (
  db: Executor,
  team: string,
  cells: readonly BoardCell[],
): Promise<ReadonlyMap<string, CellRow>> => {
  const rows: CellRow[] = [];
  const [first] = cells;
  if (first !== undefined && cells.length > CELLS_ONE_BY_ONE) {
    rows.push(...(await SELECT_FEATURE.run(db, [team, first.project, first.feature])));
  } else {
    for (const { project, feature, workPackage } of cells) {
      rows.push(...(await SELECT_CELL.run(db, [team, project, feature, workPackage])));
    }
  }
  return new Map(rows.map((row) => [row.work_package, row]));
};

const foldInto = async (
  db: Executor,
  team: string,
  { cell, number, state }: TouchedCell,
  arrived: readonly BoardEvent[],
): Promise<CellState | undefined> => {
  const ordered = [...arrived].sort(compareCausal);
  if (ordered[0] !== undefined && isLate(state, ordered[0])) {
    const rows = await SELECT_EVENTS.run(db, [team, number]);
    return refoldCell(
      cell,
      rows.map(({ event_id, document }) => readBoardEvent(event_id, document)),
    );
  }
  return ordered.reduce<CellState | undefined>((folded, event) => foldCell(folded, cell, event), state);
};

const SELECT_CELL = new PreparedQuery((db) =>
  db
    .selectFrom('board_cells')
    .select(['work_package', 'cell', 'state'])
    .where('team', '=', '')
    .where('project_uuid', '=', '')
    .where('feature_slug', '=', '')
    .where('work_package', '=', '')
    .compile(),
);

const SELECT_FEATURE = new PreparedQuery((db) =>
  db
    .selectFrom('board_cells')
    .select(['work_package', 'cell', 'state'])
    .where('team', '=', '')
    .where('project_uuid', '=', '')
    .where('feature_slug', '=', '')
    .compile(),
);

const SELECT_EVENTS = new PreparedQuery((db) =>
  db
    .selectFrom('events')
    .select(['event_id', 'document'])
    .where('team', '=', '')
    .where('cell', '=', 0)
    .compile(),
);

/** A stored document as the board reads it. It was judged before it was stored, so it is not judged again. */
const readBoardEvent = (eventId: string, document: string): BoardEvent => ({
  ...upcast(JSON.parse(document) as EnvelopeDocument),
  event_id: eventId,
});
