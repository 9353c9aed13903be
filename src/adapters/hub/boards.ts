import { setImmediate } from 'node:timers/promises';
import type { SelectQueryBuilder } from 'kysely';
import { parseJson } from '../../domain/document.js';
import type { EnvelopeDocument } from '../../domain/events/envelope.js';
import { MAX_FOLLOWED } from '../../domain/events/lamport.js';
import { upcast } from '../../domain/events/upcast.js';
import { cellKey, cellOf, type BoardCell } from '../../domain/hub/board-event.js';
import type { CellState, WorkPackageState } from '../../domain/hub/cell-state.js';
import { featureBoards } from '../../domain/hub/feature-boards.js';
import { foldCell } from '../../domain/hub/fold-cell.js';
import type { PlacedWorkPackage, TeamEvents } from '../../ports/hub.js';
import { inTransaction, type Executor, type HubDatabase, rowsOf } from './hub-database.js';
import { byCell, type CellRow, type HubTables } from './schema.js';

export type Boards = (team: string) => Pick<TeamEvents, 'board' | 'recentWorkPackages'>;

/**
 * The boards of teams. Whoever stores an event only marks its cell as behind; a cell is folded when somebody reads it, a
 * little at a time, and what was folded stays. However many events came late, it is folded anew once. Several hubs may fold
 * one cell: what they write is worked out from the same rows, and a write counts only when no event came in between.
 */
export const openBoards = (database: HubDatabase): Boards => {
  const { reads } = database;
  /** One slice at a time, whoever waits for it, so that those who store have theirs in between. */
  let turn: Promise<unknown> = Promise.resolve();

  /** These cells after a bounded step forward; those that are still behind then need another one. */
  const advance = (cells: readonly CellRow[]): Promise<readonly CellRow[]> => {
    const slice = turn.then(() => setImmediate()).then(() => foldSlice(database, cells));
    turn = slice.catch(() => undefined);
    return slice;
  };

  /**
   * Cells one after the other, each as it stood at some moment since the first look; `behind` are those that could not be
   * folded in the time that a reader waits. What a reader has seen is never taken back by a fold that was not done yet.
   * `select` is those that come after the last one that was taken.
   */
  const cellsOf = async function* (waitsMs: number, select: () => CellQuery): AsyncGenerator<CellRow> {
    const deadline = performance.now() + waitsMs;
    for (;;) {
      let rows: readonly CellRow[] = await select().limit(CELLS_AT_ONCE).execute();
      while (rows.some(isBehind) && performance.now() <= deadline) rows = await advance(rows);
      yield* rows;
      if (rows.length < CELLS_AT_ONCE) return;
      await setImmediate();
    }
  };

  return (team) => ({
    board: async ({ project, feature, after, bytes = PAGE_BYTES }) => {
      const asked = { team, project_uuid: project, ...(feature !== undefined && { feature_slug: feature }) };
      const all = reads.selectFrom('board_cells').selectAll();
      const own = all
        .where((row) => row.and(asked))
        .orderBy('feature_slug')
        .orderBy('work_package');
      const cells: { readonly feature: string; readonly state: CellState }[] = [];
      let left = bytes;
      let last = cursorOf(after);
      const rows = cellsOf(READER_WAITS_MS, () => {
        if (last === undefined) return own;
        const place = last;
        return own.where((row) =>
          row(row.refTuple('feature_slug', 'work_package'), '>', row.tuple(...place)),
        );
      });
      for await (const row of rows) {
        if (isBehind(row)) return 'behind';
        left -= row.state.length;
        if (left < 0 && cells.length > 0) return { features: featureBoards(cells), next: cursorTo(last) };
        last = [row.feature_slug, row.work_package];
        if (row.state !== '')
          cells.push({ feature: row.feature_slug, state: JSON.parse(row.state) as CellState });
      }
      return { features: featureBoards(cells) };
    },

    recentWorkPackages: async (limit) => {
      const own = reads.selectFrom('board_cells').selectAll().where('team', '=', team);
      const latest = own.where('work_package', '<>', '').orderBy('changed', 'desc');
      let before = Number.MAX_SAFE_INTEGER;
      const recent: PlacedWorkPackage[] = [];
      let left = SNAPSHOT_BYTES;
      const rows = cellsOf(SNAPSHOT_WAITS_MS, () => latest.where('changed', '<', before));
      for await (const row of rows) {
        // What changed meanwhile is told as it stands now, in the place that it had.
        before = Math.min(before, row.changed);
        left -= row.state.length;
        if (left < 0 && recent.length > 0) break;
        if (isBehind(row) || row.state === '') continue;
        const state = JSON.parse(row.state) as WorkPackageState;
        recent.push({ projectUuid: row.project_uuid, featureSlug: row.feature_slug, state });
        if (recent.length === limit) break;
      }
      return recent;
    },
  });
};

type CellQuery = SelectQueryBuilder<HubTables, 'board_cells', CellRow>;

const CELLS_AT_ONCE = 64;

/** Well below what a client takes in one answer. */
const PAGE_BYTES = 4 * 1024 * 1024;

const SNAPSHOT_BYTES = 1024 * 1024;

const READER_WAITS_MS = 5000;

/** A session begins with what is folded rather than late; what is left out is told by the board. */
const SNAPSHOT_WAITS_MS = 1000;

type Place = readonly [feature: string, workPackage: string];

/** A cursor names the last cell of the page before. */
const cursorTo = (last: Place | undefined): string =>
  Buffer.from(JSON.stringify(last ?? null)).toString('base64url');

/** What is no cursor of ours begins at the beginning. */
const cursorOf = (after = ''): Place | undefined => {
  const last = parseJson(Buffer.from(after, 'base64url').toString());
  if (!Array.isArray(last) || last.length !== 2) return undefined;
  return last.every((part) => typeof part === 'string') ? (last as unknown as Place) : undefined;
};

/** What a slice reads at most: some milliseconds of work. */
const SLICE_EVENTS = 500;
const SLICE_BYTES = 512 * 1024;

const foldSlice = (database: HubDatabase, cells: readonly CellRow[]): Promise<readonly CellRow[]> =>
  inTransaction(database.writes, async (db) => {
    const budget = { events: SLICE_EVENTS, bytes: SLICE_BYTES };
    const present = new Map<CellRow, CellRow>();
    for (const cell of cells.filter(isBehind).sort(byCell)) {
      if (budget.events <= 0 || budget.bytes <= 0) break;
      const row = (await rowsOf(db, 'board_cells').find(keyOf(cell))) ?? cell;
      present.set(cell, isBehind(row) ? await foldRow(db, row, budget) : row);
    }
    return cells.map((cell) => present.get(cell) ?? cell);
  });

/** Takes a cell on from the last event that was looked at; when something came late, from the first one. */
const foldRow = async (
  db: Executor,
  row: CellRow,
  budget: { events: number; bytes: number },
): Promise<CellRow> => {
  const { late_lamport: late, project_uuid: project, feature_slug: feature, work_package: workPackage } = row;
  const cell: BoardCell = { project, feature, workPackage };
  let through = row.through === '' ? BEFORE_ALL : (JSON.parse(row.through) as Position);
  let state = row.state === '' ? undefined : (JSON.parse(row.state) as CellState);
  if (late !== null && late <= through[0]) [through, state] = [BEFORE_ALL, undefined];
  const next = eventsAfter(db, row, through);
  const sizes = await next
    .select((event) => event.fn<number>('octet_length', ['document']).as('bytes'))
    .limit(budget.events + 1)
    .execute();
  let count = 0;
  for (; count < Math.min(sizes.length, budget.events) && budget.bytes > 0; count++)
    budget.bytes -= sizes[count]?.bytes ?? 0;
  budget.events -= count;
  const events = next.select(['lamport', 'node_id', 'event_id', 'document']).limit(count);
  for (const { lamport, node_id, event_id, document } of await events.execute()) {
    through = [lamport, node_id, event_id];
    // It was judged before it was stored, so it is not judged again.
    const event = { ...upcast(JSON.parse(document) as EnvelopeDocument), event_id };
    // Another cell may have the same number.
    if (cellKey(cellOf(event)) === cellKey(cell)) state = foldCell(state, cell, event);
  }
  const folded = {
    ...{ behind: count < sizes.length ? 1 : 0, late_lamport: null, through: JSON.stringify(through) },
    state: state === undefined ? '' : JSON.stringify(state),
  };
  // Where an event came in between, this fold may lack it: in the table the cell is still behind.
  await rowsOf(db, 'board_cells').change({ ...keyOf(row), changed: row.changed }, folded);
  return { ...row, ...folded };
};

type Position = readonly [lamport: number, node: string, event: string];

const BEFORE_ALL: Position = [-1, '', ''];

/** The events of a cell that come next, in causal order. */
const eventsAfter = (db: Executor, row: CellRow, through: Position) =>
  db
    .selectFrom('events')
    .where('team', '=', row.team)
    .where('cell', '=', row.cell)
    .where('lamport', '<=', MAX_FOLLOWED)
    .where((event) => event(event.refTuple('lamport', 'node_id', 'event_id'), '>', event.tuple(...through)))
    .orderBy('lamport')
    .orderBy('node_id')
    .orderBy('event_id');

const isBehind = ({ behind }: CellRow): boolean => behind === 1;

const keyOf = ({ team, project_uuid, feature_slug, work_package }: CellRow) => ({
  ...{ team, project_uuid, feature_slug, work_package },
});
