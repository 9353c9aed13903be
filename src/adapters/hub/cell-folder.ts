import { setImmediate, setTimeout } from 'node:timers/promises';
import { sql, type ExpressionBuilder } from 'kysely';
import type { EnvelopeDocument } from '../../domain/events/envelope.js';
import { MAX_FOLLOWED } from '../../domain/events/lamport.js';
import { upcast } from '../../domain/events/upcast.js';
import { cellKey, cellOf, type BoardCell } from '../../domain/hub/board-event.js';
import type { CellState } from '../../domain/hub/cell-state.js';
import { foldCell } from '../../domain/hub/fold-cell.js';
import { compareCells, inTransaction, type Executor, type HubDatabase } from './hub-database.js';
import { CELL_KEY, type CellKey, type CellRow, type HubTables } from './schema.js';

/**
 * Folds cells that are behind their events, outside of the transaction that stored these: a little at a time, when
 * nothing else is to be done, or when a reader waits for it. However many events came late, a cell steps back once, to
 * the checkpoint before the earliest of them. Several hubs may fold one cell: what they write is worked out from the
 * same rows, and a write counts only when no event came in between.
 * `onFailure` hears what broke in the background; the cells stay behind, and the next call tries again.
 */
export const cellFolder = (database: HubDatabase, onFailure: (error: unknown) => void) => {
  const teams = new Set<string>();
  const ending = new AbortController();
  const { signal } = ending;
  let storedAt = -Infinity;
  let working: Promise<void> | undefined;
  /** One slice at a time: readers and the work in the background take turns. */
  let turn: Promise<unknown> = Promise.resolve();

  /** Takes some of these cells a bounded step forward; whether they are complete then, only their rows can tell. */
  const advance = (cells: readonly CellKey[]): Promise<void> => {
    const slice = turn.then(async () => {
      await setImmediate();
      if (!signal.aborted) await foldSlice(database, cells);
    });
    turn = slice.catch(() => undefined);
    return slice;
  };

  /** Waits until nobody has stored anything for a moment, or until it has waited long enough after a slice that took so long. */
  const rest = async (tookMs: number): Promise<void> => {
    const quietMs = Math.max(QUIET_MS, tookMs * RESTS_PER_SLICE);
    for (const deadline = performance.now() + 2 * quietMs; !signal.aborted;) {
      const restMs = Math.min(storedAt + quietMs, deadline) - performance.now();
      if (restMs <= 0) return;
      await setTimeout(restMs, undefined, { signal, ref: false }).catch(() => undefined);
    }
  };

  const work = async (): Promise<void> => {
    for (const team of teams) {
      try {
        for (let tookMs = 0; ;) {
          if (signal.aborted) return;
          const cells = await database.reads
            .selectFrom('board_cells')
            .select(CELL_KEY)
            .where('team', '=', team)
            // Named in the statement, so that SQLite takes the index of those.
            .where('behind', '=', sql.lit(1))
            .limit(CELLS_AT_ONCE)
            .execute();
          if (cells.length === 0) break;
          await rest(tookMs);
          const begun = performance.now();
          await advance(cells);
          tookMs = performance.now() - begun;
        }
      } catch (error) {
        if (!signal.aborted) onFailure(error);
      }
      teams.delete(team);
    }
  };

  /** Folds the cells of a team that are behind, in the background, as soon as nobody is storing any more. */
  const wake = (team: string): void => {
    teams.add(team);
    storedAt = performance.now();
    if (!signal.aborted) working ??= work().finally(() => (working = undefined));
  };

  return {
    advance,
    wake,
    /** Folds what earlier processes left behind, in the background. */
    wakeAll: async (): Promise<void> => {
      const behind = database.reads.selectFrom('board_cells').select('team').where('behind', '=', 1);
      for (const { team } of await behind.distinct().execute()) wake(team);
    },
    /** Ends the work in the background. */
    close: async (): Promise<void> => {
      ending.abort();
      await working;
      await turn;
    },
  };
};

export type CellFolder = ReturnType<typeof cellFolder>;

/** What is folded while events still come in is folded again for the next of them. */
const QUIET_MS = 50;

/**
 * However long it stays busy, boards do not fall behind without end; but folding takes no more than a fifth of the time
 * then, on a slow machine as on a fast one.
 */
const RESTS_PER_SLICE = 2;

const CELLS_AT_ONCE = 32;

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
