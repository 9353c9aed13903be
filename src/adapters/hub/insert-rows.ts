import { setImmediate } from 'node:timers/promises';
import type { CompiledQuery } from 'kysely';
import { PreparedQuery, type Executor } from './prepared-query.js';
import type { CellRow, EventRow, NodeRow } from './schema.js';

/** Inserts events of one team whose id it does not have yet, and returns those that went in. */
export const insertEvents = async (db: Executor, rows: readonly EventRow[]): Promise<readonly EventRow[]> => {
  const inserted: EventRow[] = [];
  await INSERT_EVENTS.run(db, rows, async (chunk, count) => {
    // Nearly always all or nothing went in, which the count tells without reading anything back.
    if (count === chunk.length) inserted.push(...chunk);
    else if (count > 0) inserted.push(...(await storedOf(db, chunk)));
  });
  return inserted;
};

const storedOf = async (db: Executor, chunk: readonly EventRow[]): Promise<readonly EventRow[]> => {
  const rows = await db
    .selectFrom('events')
    .select('sequence')
    .where('team', '=', chunk[0]?.team ?? '')
    .where(
      'sequence',
      'in',
      chunk.map(({ sequence }) => sequence),
    )
    .execute();
  const stored = new Set(rows.map((row) => Number(row.sequence)));
  return chunk.filter((row) => stored.has(row.sequence));
};

export type CellMark = Pick<
  CellRow,
  'team' | 'project_uuid' | 'feature_slug' | 'work_package' | 'cell' | 'changed' | 'late_lamport'
>;

/** The order in which cells are written by everybody: transactions that write several never wait for each other in a circle. */
export const compareCells = (one: CellKey, other: CellKey): number =>
  compareTexts(one.project_uuid, other.project_uuid) ||
  compareTexts(one.feature_slug, other.feature_slug) ||
  compareTexts(one.work_package, other.work_package);

type CellKey = Pick<CellMark, 'project_uuid' | 'feature_slug' | 'work_package'>;

const compareTexts = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);

/** Says of cells that they are behind their events; makes those that are not there yet. Reads nothing. */
export const markCells = (db: Executor, rows: readonly CellMark[]): Promise<void> =>
  MARK_CELLS.run(
    db,
    rows.map((row) => ({ ...row, behind: 1, through: '', state: '' })),
  );

/** Adds to what is known of the machines that sent events. */
export const advanceNodes = (db: Executor, rows: readonly NodeRow[]): Promise<void> =>
  ADVANCE_NODES.run(db, rows);

/**
 * One statement for many rows. Each number of rows is a text of its own that the database has to prepare, so only a few
 * are used: large enough to amortise the call, and small enough for every database's limit of parameters.
 */
class ManyRows<Row> {
  readonly #columns: readonly (keyof Row)[];
  readonly #queries: ReadonlyMap<number, PreparedQuery<unknown>>;

  /** `columns`: all that a row has, in the order in which the query names its values. `build` is given stand-ins of rows. */
  constructor(
    columns: readonly (keyof Row)[],
    build: (db: Executor, rows: readonly Row[]) => CompiledQuery<unknown>,
  ) {
    this.#columns = columns;
    const row = Object.fromEntries(columns.map((column) => [column, ''])) as Row;
    const rowsOf = (count: number) => Array.from({ length: count }, () => row);
    this.#queries = new Map(
      CHUNKS.map((count) => [count, new PreparedQuery((db) => build(db, rowsOf(count)))]),
    );
  }

  /** Runs the query for all rows, and says of each chunk of them how many it changed. */
  async run(
    db: Executor,
    rows: readonly Row[],
    changed: (chunk: readonly Row[], count: number) => void | Promise<void> = () => undefined,
  ): Promise<void> {
    let at = 0;
    for (const [count, query] of this.#queries) {
      for (; at + count <= rows.length; at += count) {
        const chunk = rows.slice(at, at + count);
        const values = chunk.flatMap((row) => this.#columns.map((column) => row[column]));
        await changed(chunk, await query.change(db, values));
        // A transaction of many rows lets everybody else be answered in between.
        if (count === LARGEST_CHUNK) await setImmediate();
      }
    }
  }
}

const LARGEST_CHUNK = 128;

const CHUNKS = [LARGEST_CHUNK, 32, 8, 1];

const INSERT_EVENTS = new ManyRows<EventRow>(
  [
    ...(['team', 'sequence', 'event_id', 'event_type', 'project_uuid', 'feature_slug'] as const),
    ...(['aggregate_id', 'cell', 'lamport', 'node_id', 'occurred_at', 'received_at_ms'] as const),
    ...(['known', 'document'] as const),
  ],
  (db, rows) =>
    db
      .insertInto('events')
      .values(rows)
      .onConflict((conflict) => conflict.columns(['team', 'event_id']).doNothing())
      .compile(),
);

const MARK_CELLS = new ManyRows<CellRow>(
  [
    ...(['team', 'project_uuid', 'feature_slug', 'work_package', 'cell', 'changed'] as const),
    ...(['late_lamport', 'behind', 'through', 'state'] as const),
  ],
  (db, rows) =>
    db
      .insertInto('board_cells')
      .values(rows)
      .onConflict((conflict) =>
        conflict.columns(['team', 'project_uuid', 'feature_slug', 'work_package']).doUpdateSet((row) => ({
          changed: row.ref('excluded.changed'),
          behind: row.ref('excluded.behind'),
          late_lamport: row
            .case()
            .when('board_cells.late_lamport', '<', row.ref('excluded.late_lamport'))
            .then(row.ref('board_cells.late_lamport'))
            .else(row.ref('excluded.late_lamport'))
            .end(),
        })),
      )
      .compile(),
);

const ADVANCE_NODES = new ManyRows<NodeRow>(
  [
    ...(['team', 'project_uuid', 'node_id', 'project_slug', 'events'] as const),
    ...(['last_lamport', 'last_received_at_ms'] as const),
  ],
  (db, rows) =>
    db
      .insertInto('nodes')
      .values(rows)
      .onConflict((conflict) =>
        conflict.columns(['team', 'project_uuid', 'node_id']).doUpdateSet((row) => ({
          project_slug: row.fn.coalesce(row.ref('excluded.project_slug'), row.ref('nodes.project_slug')),
          events: row('nodes.events', '+', row.ref('excluded.events')),
          last_lamport: row
            .case()
            .when('excluded.last_lamport', '>', row.ref('nodes.last_lamport'))
            .then(row.ref('excluded.last_lamport'))
            .else(row.ref('nodes.last_lamport'))
            .end(),
          last_received_at_ms: row.ref('excluded.last_received_at_ms'),
        })),
      )
      .compile(),
);
