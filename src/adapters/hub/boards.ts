import { setImmediate } from 'node:timers/promises';
import type { ExpressionBuilder, SelectQueryBuilder } from 'kysely';
import { parseJson } from '../../domain/document.js';
import type { EnvelopeDocument } from '../../domain/events/envelope.js';
import { MAX_FOLLOWED } from '../../domain/events/lamport.js';
import { upcast } from '../../domain/events/upcast.js';
import { cellKey, cellOf, type BoardCell } from '../../domain/hub/board-event.js';
import type { CellState, WorkPackageState } from '../../domain/hub/cell-state.js';
import { featureBoards } from '../../domain/hub/feature-boards.js';
import { foldCell } from '../../domain/hub/fold-cell.js';
import type { PlacedWorkPackage, TeamEvents } from '../../ports/hub.js';
import { compareCells, inTransaction, type Executor, type HubDatabase } from './hub-database.js';
import { CELL_KEY, type CellKey, type CellRow, type HubTables } from './schema.js';

export type Boards = (team: string) => Pick<TeamEvents, 'board' | 'recentWorkPackages'>;

/**
 * The boards of teams. Whoever stores an event only marks its cell as behind; a cell is folded when somebody reads it, a
 * little at a time, and what was folded stays. However many events came late, it steps back once, to the checkpoint before
 * the earliest of them. Several hubs may fold one cell: what they write is worked out from the same rows, and a write counts
 * only when no event came in between.
 */
export const openBoards = (database: HubDatabase): Boards => {
  const { reads } = database;
  /** One slice at a time, whoever waits for it, so that those who store have theirs in between. */
  let turn: Promise<unknown> = Promise.resolve();

  /** Takes some of these cells a bounded step forward; whether they are complete then, only their rows can tell. */
  const advance = (cells: readonly CellKey[]): Promise<void> => {
    const slice = turn.then(() => setImmediate()).then(() => foldSlice(database, cells));
    turn = slice.catch(() => undefined);
    return slice;
  };

  /**
   * Cells one after the other, each as it stood at some moment since the first look; `behind` are those that could not be
   * folded in the time that a reader waits. What a reader has seen is never taken back by a fold that was not done yet.
   */
  const cellsOf = async function* (
    waitsMs: number,
    select: (last: CellRow | undefined) => CellQuery,
  ): AsyncGenerator<CellRow> {
    const deadline = performance.now() + waitsMs;
    for (let last: CellRow | undefined; ;) {
      const seen = new Map<string, CellRow>();
      let rows: readonly CellRow[];
      for (;;) {
        rows = (await select(last).limit(CELLS_AT_ONCE).execute()).map((row) => {
          const key = JSON.stringify(Object.values(keyOf(row)));
          if (row.behind === 0) seen.set(key, row);
          return seen.get(key) ?? row;
        });
        const behind = rows.filter((row) => row.behind === 1);
        if (behind.length === 0 || performance.now() > deadline) break;
        await advance(behind);
      }
      yield* rows;
      last = rows.at(-1);
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
      const from = cursorOf(after);
      const cells: { readonly feature: string; readonly state: CellState }[] = [];
      let left = bytes;
      let last = from;
      const rows = cellsOf(READER_WAITS_MS, (row) => {
        const place = row === undefined ? from : placeOf(row);
        if (place === undefined) return own;
        return own.where((cell) =>
          cell(cell.refTuple('feature_slug', 'work_package'), '>', cell.tuple(...place)),
        );
      });
      for await (const row of rows) {
        if (row.behind === 1) return 'behind';
        left -= row.state.length;
        if (left < 0 && cells.length > 0) return { features: featureBoards(cells), next: cursorTo(last) };
        last = placeOf(row);
        if (row.state !== '')
          cells.push({ feature: row.feature_slug, state: JSON.parse(row.state) as CellState });
      }
      return { features: featureBoards(cells) };
    },

    recentWorkPackages: async (limit) => {
      const own = reads.selectFrom('board_cells').selectAll().where('team', '=', team);
      const latest = own.where('work_package', '<>', '').orderBy('changed', 'desc');
      const recent: PlacedWorkPackage[] = [];
      let left = SNAPSHOT_BYTES;
      const rows = cellsOf(SNAPSHOT_WAITS_MS, (last) =>
        last === undefined ? latest : latest.where('changed', '<', last.changed),
      );
      for await (const row of rows) {
        left -= row.state.length;
        if (left < 0 && recent.length > 0) break;
        if (row.behind === 1 || row.state === '') continue;
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

const placeOf = (row: CellRow): Place => [row.feature_slug, row.work_package];

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

/** How many events lie between two checkpoints; of a late event so many are folded again at least. */
const CHECKPOINT_EVENTS = 128;

const foldSlice = (database: HubDatabase, cells: readonly CellKey[]): Promise<void> =>
  inTransaction(database.writes, async (db) => {
    const budget = { events: SLICE_EVENTS, bytes: SLICE_BYTES };
    for (const key of [...cells].sort(compareCells)) {
      if (budget.events <= 0 || budget.bytes <= 0) break;
      const row = await db.selectFrom('board_cells').selectAll().where(isCell(key)).executeTakeFirst();
      if (row?.behind === 1) await foldRow(db, row, budget);
    }
  });

/** How far a fold has come: the causal position of the last event that was looked at, and what it made of the cell. */
interface Fold {
  readonly through: readonly [lamport: number, node: string, event: string] | undefined;
  readonly state: CellState | undefined;
}

const foldRow = async (
  db: Executor,
  row: CellRow,
  budget: { events: number; bytes: number },
): Promise<void> => {
  const from = await startOf(db, row);
  const { project_uuid: project, feature_slug: feature, work_package: workPackage } = row;
  const cell: BoardCell = { project, feature, workPackage };
  const next = eventsAfter(db, row, from);
  const sizes = await next
    .select((event) => event.fn<number>('octet_length', ['document']).as('bytes'))
    .limit(budget.events + 1)
    .execute();
  let count = 0;
  for (; count < Math.min(sizes.length, budget.events) && budget.bytes > 0; count++)
    budget.bytes -= sizes[count]?.bytes ?? 0;
  budget.events -= count;
  let { state, through } = from;
  const events = next.select(['lamport', 'node_id', 'event_id', 'document']).limit(count);
  for (const { lamport, node_id, event_id, document } of await events.execute()) {
    through = [lamport, node_id, event_id];
    // It was judged before it was stored, so it is not judged again.
    const event = { ...upcast(JSON.parse(document) as EnvelopeDocument), event_id };
    // Another cell may have the same number.
    if (cellKey(cellOf(event)) === cellKey(cell)) state = foldCell(state, cell, event);
  }
  const fold = { through: textOf(through), state: textOf(state) };
  const { numUpdatedRows: written } = await db
    .updateTable('board_cells')
    .set({ behind: count < sizes.length ? 1 : 0, late_lamport: null, ...fold })
    .where(isCell(row))
    .where('changed', '=', row.changed)
    .executeTakeFirst();
  // An event came in between, so that this fold may lack it: the cell is still behind.
  if (written === 0n || through === undefined) return;
  if (row.late_lamport !== null && row.through !== '') {
    const passed = db.deleteFrom('board_checkpoints').where(isCell(row));
    await passed.where('lamport', '>=', row.late_lamport).execute();
  }
  if (checkpoints(state) > checkpoints(from.state)) {
    await db
      .insertInto('board_checkpoints')
      .values({ ...keyOf(row), lamport: through[0], ...fold })
      .onConflict((conflict) => conflict.columns([...CELL_KEY, 'lamport']).doUpdateSet(fold))
      .execute();
  }
};

/** Where the fold goes on: at the end of what is folded, or at the last checkpoint before what came late. */
const startOf = async (db: Executor, row: CellRow): Promise<Fold> => {
  const here = readFold(row);
  const { late_lamport: late } = row;
  if (here.through === undefined || late === null || late > here.through[0]) return here;
  const checkpoint = await db
    .selectFrom('board_checkpoints')
    .select(['through', 'state'])
    .where(isCell(row))
    .where('lamport', '<', late)
    .orderBy('lamport', 'desc')
    .limit(1)
    .executeTakeFirst();
  return readFold(checkpoint ?? { through: '', state: '' });
};

/** The events of a cell that come next, in causal order. */
const eventsAfter = (db: Executor, row: CellRow, { through = [-1, '', ''] }: Fold) =>
  db
    .selectFrom('events')
    .where('team', '=', row.team)
    .where('cell', '=', row.cell)
    .where('lamport', '<=', MAX_FOLLOWED)
    .where((event) => event(event.refTuple('lamport', 'node_id', 'event_id'), '>', event.tuple(...through)))
    .orderBy('lamport')
    .orderBy('node_id')
    .orderBy('event_id');

const checkpoints = (state: CellState | undefined): number =>
  Math.floor((state?.events ?? 0) / CHECKPOINT_EVENTS);

const textOf = (part: unknown): string => (part === undefined ? '' : JSON.stringify(part));

const readFold = (row: { readonly through: string; readonly state: string }): Fold => ({
  through: row.through === '' ? undefined : (JSON.parse(row.through) as Fold['through']),
  state: row.state === '' ? undefined : (JSON.parse(row.state) as CellState),
});

const keyOf = (cell: CellKey): CellKey => {
  const { team, project_uuid, feature_slug, work_package } = cell;
  return { team, project_uuid, feature_slug, work_package };
};

const isCell = (key: CellKey) => (row: ExpressionBuilder<HubTables, 'board_cells' | 'board_checkpoints'>) =>
  row.and(keyOf(key));
