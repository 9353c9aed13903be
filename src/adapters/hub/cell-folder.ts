import { setImmediate, setTimeout } from 'node:timers/promises';
import { sql } from 'kysely';
import type { EnvelopeDocument } from '../../domain/events/envelope.js';
import { MAX_FOLLOWED } from '../../domain/events/lamport.js';
import { upcast } from '../../domain/events/upcast.js';
import { cellKey, cellOf, type BoardCell, type BoardEvent } from '../../domain/hub/board-event.js';
import type { CellState } from '../../domain/hub/cell-state.js';
import { foldCell } from '../../domain/hub/fold-cell.js';
import { inTransaction, type HubDatabase } from './hub-database.js';
import { compareCells } from './insert-rows.js';
import { PreparedQuery, type Executor } from './prepared-query.js';
import type { CellRow } from './schema.js';

/**
 * Folds cells that are behind their events, outside of the transaction that stored these: a little at a time, when
 * nothing else is to be done, or when a reader waits for it. However many events came late, a cell steps back once, to
 * the checkpoint before the earliest of them. Several hubs may fold one cell: what they write is worked out from the
 * same rows, and a write counts only when no event came in between.
 */
export class CellFolder {
  readonly #database: HubDatabase;
  readonly #onFailure: (error: unknown) => void;
  readonly #teams = new Set<string>();
  #closed = false;
  #storedAt = -Infinity;
  readonly #ending = new AbortController();
  #working: Promise<void> | undefined;
  /** One slice at a time: readers and the work in the background take turns. */
  #turn: Promise<unknown> = Promise.resolve();

  /** `onFailure` hears what broke in the background; the cells stay behind, and the next call tries again. */
  constructor(database: HubDatabase, onFailure: (error: unknown) => void) {
    this.#database = database;
    this.#onFailure = onFailure;
  }

  /** Folds the cells of a team that are behind, in the background, as soon as nobody is storing any more. */
  wake(team: string): void {
    this.#teams.add(team);
    this.#storedAt = performance.now();
    if (!this.#closed) this.#working ??= this.#work().finally(() => (this.#working = undefined));
  }

  /** Folds what earlier processes left behind, in the background. */
  async wakeAll(): Promise<void> {
    const rows = await this.#database.reads
      .selectFrom('board_cells')
      .select('team')
      .distinct()
      .where('behind', '=', 1)
      .execute();
    for (const { team } of rows) this.wake(team);
  }

  /** Takes some of these cells a bounded step forward; whether they are complete then, only their rows can tell. */
  advance(cells: readonly CellKey[]): Promise<void> {
    const slice = this.#turn.then(async () => {
      await setImmediate();
      if (!this.#closed) await foldSlice(this.#database, cells);
    });
    this.#turn = slice.catch(() => undefined);
    return slice;
  }

  /** Ends the work in the background. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#ending.abort();
    await this.#working;
    await this.#turn;
  }

  /** Waits until nobody has stored anything for a moment, or until it has waited long enough after a slice that took so long. */
  async #rest(tookMs: number): Promise<void> {
    const quietMs = Math.max(QUIET_MS, tookMs * RESTS_PER_SLICE);
    for (const deadline = performance.now() + 2 * quietMs; !this.#closed;) {
      const now = performance.now();
      const restMs = Math.min(this.#storedAt + quietMs, deadline) - now;
      if (restMs <= 0) return;
      await setTimeout(restMs, undefined, { signal: this.#ending.signal, ref: false }).catch(() => undefined);
    }
  }

  async #work(): Promise<void> {
    for (const team of this.#teams) {
      try {
        for (let tookMs = 0; ;) {
          if (this.#closed) return;
          const cells = await SELECT_BEHIND.run(this.#database.reads, [team, CELLS_AT_ONCE]);
          if (cells.length === 0) break;
          await this.#rest(tookMs);
          const begun = performance.now();
          await this.advance(cells);
          tookMs = performance.now() - begun;
        }
      } catch (error) {
        if (!this.#closed) this.#onFailure(error);
      }
      this.#teams.delete(team);
    }
  }
}

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
      const [row] = await SELECT_CELL.run(db, keyOf(key));
      if (row?.behind === 1) await writeFolded(db, await foldRow(db, row, budget));
    }
  });

interface FoldedCell {
  readonly row: CellRow;
  readonly through: Through | undefined;
  readonly state: CellState | undefined;
  readonly behind: boolean;
  readonly checkpoint: boolean;
}

/** Causal position of an event: Lamport timestamp, node, event. */
type Through = readonly [lamport: number, node: string, event: string];

const foldRow = async (
  db: Executor,
  row: CellRow,
  budget: { events: number; bytes: number },
): Promise<FoldedCell> => {
  const from = await startOf(db, row);
  const cell: BoardCell = {
    project: row.project_uuid,
    feature: row.feature_slug,
    workPackage: row.work_package,
  };
  const key = cellKey(cell);
  const [lamport, node, event] = from.through ?? [-1, '', ''];
  const place = [row.team, row.cell, MAX_FOLLOWED, lamport, node, event] as const;
  const sizes = await SELECT_SIZES.run(db, [...place, budget.events + 1]);
  let count = 0;
  for (; count < Math.min(sizes.length, budget.events) && budget.bytes > 0; count++)
    budget.bytes -= Number(sizes[count]?.bytes);
  budget.events -= count;
  let { state, through } = from;
  for (const each of await SELECT_EVENTS.run(db, [...place, count])) {
    through = [Number(each.lamport), each.node_id, each.event_id];
    const folding = readBoardEvent(each.event_id, each.document);
    // Another cell may have the same number.
    if (cellKey(cellOf(folding)) === key) state = foldCell(state, cell, folding);
  }
  const before = Math.floor((from.state?.events ?? 0) / CHECKPOINT_EVENTS);
  const checkpoint = Math.floor((state?.events ?? 0) / CHECKPOINT_EVENTS) > before;
  return { row, through, state, behind: count < sizes.length, checkpoint };
};

/** Where the fold goes on: at the end of what is folded, or at the last checkpoint before what came late. */
const startOf = async (
  db: Executor,
  row: CellRow,
): Promise<{ readonly through: Through | undefined; readonly state: CellState | undefined }> => {
  const here = readFold(row);
  if (here.through === undefined || row.late_lamport === null || Number(row.late_lamport) > here.through[0])
    return here;
  const [checkpoint] = await SELECT_CHECKPOINT.run(db, [...keyOf(row), row.late_lamport]);
  return readFold(checkpoint ?? { through: '', state: '' });
};

const writeFolded = async (
  db: Executor,
  { row, through, state, behind, checkpoint }: FoldedCell,
): Promise<void> => {
  const fold = {
    through: through === undefined ? '' : JSON.stringify(through),
    state: state === undefined ? '' : JSON.stringify(state),
  };
  const written = await UPDATE_CELL.change(db, [
    behind ? 1 : 0,
    fold.through,
    fold.state,
    ...keyOf(row),
    row.changed,
  ]);
  // An event came in between, so that this fold may lack it: the cell is still behind.
  if (written === 0 || through === undefined) return;
  if (row.late_lamport !== null && row.through !== '')
    await DELETE_CHECKPOINTS.run(db, [...keyOf(row), row.late_lamport]);
  if (checkpoint) await KEEP_CHECKPOINT.run(db, [...keyOf(row), through[0], fold.through, fold.state]);
};

const readFold = (row: { readonly through: string; readonly state: string }) => ({
  through: row.through === '' ? undefined : (JSON.parse(row.through) as Through),
  state: row.state === '' ? undefined : (JSON.parse(row.state) as CellState),
});

export type CellKey = Pick<CellRow, 'team' | 'project_uuid' | 'feature_slug' | 'work_package'>;

const keyOf = (row: CellKey): readonly [string, string, string, string] => [
  row.team,
  row.project_uuid,
  row.feature_slug,
  row.work_package,
];

/** A stored document as the board reads it. It was judged before it was stored, so it is not judged again. */
const readBoardEvent = (eventId: string, document: string): BoardEvent => ({
  ...upcast(JSON.parse(document) as EnvelopeDocument),
  event_id: eventId,
});

/** Stands in for the key of a cell, in the order of {@link keyOf}. */
const NO_CELL: CellKey = { team: '', project_uuid: '', feature_slug: '', work_package: '' };

const SELECT_BEHIND = new PreparedQuery((db) =>
  db
    .selectFrom('board_cells')
    .select(['team', 'project_uuid', 'feature_slug', 'work_package'])
    .where('team', '=', '')
    .where('behind', '=', sql.lit(1))
    .limit(1)
    .compile(),
);

const SELECT_CELL = new PreparedQuery((db) =>
  db
    .selectFrom('board_cells')
    .selectAll()
    .where((row) => row.and(NO_CELL))
    .compile(),
);

/** Events of a cell after a causal position, in causal order. */
const eventsAfter = (db: Executor) =>
  db
    .selectFrom('events')
    .where('team', '=', '')
    .where('cell', '=', 0)
    .where('lamport', '<=', 0)
    .where((row) => row(row.refTuple('lamport', 'node_id', 'event_id'), '>', row.tuple(0, '', '')))
    .orderBy('lamport')
    .orderBy('node_id')
    .orderBy('event_id')
    .limit(1);

const SELECT_SIZES = new PreparedQuery((db) =>
  eventsAfter(db)
    .select((row) => row.fn<number>('octet_length', ['document']).as('bytes'))
    .compile(),
);

const SELECT_EVENTS = new PreparedQuery((db) =>
  eventsAfter(db).select(['lamport', 'node_id', 'event_id', 'document']).compile(),
);

const SELECT_CHECKPOINT = new PreparedQuery((db) =>
  db
    .selectFrom('board_checkpoints')
    .select(['through', 'state'])
    .where((row) => row.and(NO_CELL))
    .where('lamport', '<', 0)
    .orderBy('lamport', 'desc')
    .limit(sql.lit(1))
    .compile(),
);

const DELETE_CHECKPOINTS = new PreparedQuery((db) =>
  db
    .deleteFrom('board_checkpoints')
    .where((row) => row.and(NO_CELL))
    .where('lamport', '>=', 0)
    .compile(),
);

const KEEP_CHECKPOINT = new PreparedQuery((db) =>
  db
    .insertInto('board_checkpoints')
    .values({ ...NO_CELL, lamport: 0, through: '', state: '' })
    .onConflict((conflict) =>
      conflict
        .columns(['team', 'project_uuid', 'feature_slug', 'work_package', 'lamport'])
        .doUpdateSet((row) => ({ through: row.ref('excluded.through'), state: row.ref('excluded.state') })),
    )
    .compile(),
);

const UPDATE_CELL = new PreparedQuery((db) =>
  db
    .updateTable('board_cells')
    .set({ behind: 0, late_lamport: sql.lit(null), through: '', state: '' })
    .where((row) => row.and(NO_CELL))
    .where('changed', '=', 0)
    .compile(),
);
