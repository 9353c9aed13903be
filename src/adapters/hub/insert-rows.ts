import { setImmediate } from 'node:timers/promises';
import { PreparedQuery, type Executor } from './prepared-query.js';
import type { BoardCellTable, EventTable, NodeTable } from './schema.js';

/** Inserts events of one team whose id it does not have yet, and returns those that went in. */
export const insertEvents = async (
  db: Executor,
  rows: readonly EventTable[],
): Promise<readonly EventTable[]> => {
  const inserted: EventTable[] = [];
  await INSERT_EVENTS.each(rows, async (chunk, query, values) => {
    const count = await query.change(db, values);
    // Nearly always all or nothing went in, which the count tells without reading anything back.
    if (count === chunk.length) inserted.push(...chunk);
    else if (count > 0) inserted.push(...(await storedOf(db, chunk)));
  });
  return inserted;
};

const storedOf = async (db: Executor, chunk: readonly EventTable[]): Promise<readonly EventTable[]> => {
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
  BoardCellTable,
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
  MARK_CELLS.each(rows, async (_chunk, query, values) => {
    await query.run(db, values);
  });

/** Adds to what is known of the machines that sent events. */
export const advanceNodes = (db: Executor, rows: readonly NodeTable[]): Promise<void> =>
  ADVANCE_NODES.each(rows, async (_chunk, query, values) => {
    await query.run(db, values);
  });

/**
 * One statement for many rows. Each number of rows is a text of its own that the database has to prepare, so only a few
 * are used: large enough to amortise the call, and small enough for every database's limit of parameters.
 */
class ManyRows<Row> {
  readonly #queries: ReadonlyMap<number, PreparedQuery<unknown>>;
  readonly #values: (row: Row) => readonly unknown[];

  constructor(build: (count: number) => PreparedQuery<unknown>, values: (row: Row) => readonly unknown[]) {
    this.#queries = new Map(CHUNKS.map((count) => [count, build(count)]));
    this.#values = values;
  }

  async each(
    rows: readonly Row[],
    run: (chunk: readonly Row[], query: PreparedQuery<unknown>, values: readonly unknown[]) => Promise<void>,
  ): Promise<void> {
    let at = 0;
    for (const [count, query] of this.#queries) {
      for (; at + count <= rows.length; at += count) {
        const chunk = rows.slice(at, at + count);
        await run(
          chunk,
          query,
          chunk.flatMap((row) => this.#values(row)),
        );
        // A transaction of many rows lets everybody else be answered in between.
        if (count === LARGEST_CHUNK) await setImmediate();
      }
    }
  }
}

const LARGEST_CHUNK = 128;

const CHUNKS = [LARGEST_CHUNK, 32, 8, 1];

const rowsOf = <Row>(count: number, row: Row): readonly Row[] => Array.from({ length: count }, () => row);

// The order of the columns is the order in which the values are listed.
const EMPTY_EVENT: EventTable = {
  team: '',
  sequence: 0,
  event_id: '',
  event_type: '',
  project_uuid: '',
  feature_slug: '',
  aggregate_id: '',
  cell: 0,
  lamport: 0,
  node_id: '',
  occurred_at: '',
  received_at_ms: 0,
  known: 0,
  document: '',
};

const INSERT_EVENTS = new ManyRows<EventTable>(
  (count) =>
    new PreparedQuery((db) =>
      db
        .insertInto('events')
        .values(rowsOf(count, EMPTY_EVENT))
        .onConflict((conflict) => conflict.columns(['team', 'event_id']).doNothing())
        .compile(),
    ),
  (row) => [
    row.team,
    row.sequence,
    row.event_id,
    row.event_type,
    row.project_uuid,
    row.feature_slug,
    row.aggregate_id,
    row.cell,
    row.lamport,
    row.node_id,
    row.occurred_at,
    row.received_at_ms,
    row.known,
    row.document,
  ],
);

const EMPTY_CELL: BoardCellTable = {
  team: '',
  project_uuid: '',
  feature_slug: '',
  work_package: '',
  cell: 0,
  changed: 0,
  late_lamport: 0,
  behind: 1,
  through: '',
  state: '',
};

const MARK_CELLS = new ManyRows<CellMark>(
  (count) =>
    new PreparedQuery((db) =>
      db
        .insertInto('board_cells')
        .values(rowsOf(count, EMPTY_CELL))
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
    ),
  (row) => [
    row.team,
    row.project_uuid,
    row.feature_slug,
    row.work_package,
    row.cell,
    row.changed,
    row.late_lamport,
    1,
    '',
    '',
  ],
);

const EMPTY_NODE: NodeTable = {
  team: '',
  project_uuid: '',
  node_id: '',
  project_slug: null,
  events: 0,
  last_lamport: 0,
  last_received_at_ms: 0,
};

const ADVANCE_NODES = new ManyRows<NodeTable>(
  (count) =>
    new PreparedQuery((db) =>
      db
        .insertInto('nodes')
        .values(rowsOf(count, EMPTY_NODE))
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
    ),
  (row) => [
    row.team,
    row.project_uuid,
    row.node_id,
    row.project_slug,
    row.events,
    row.last_lamport,
    row.last_received_at_ms,
  ],
);
