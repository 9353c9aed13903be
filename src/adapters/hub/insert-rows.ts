import type { BoardCellTable, EventTable, NodeTable } from './schema.js';
import { PreparedQuery, type Executor } from './prepared-query.js';

/** Inserts events whose id the team does not have yet, and returns those that went in. Sequence numbers ascend. */
export const insertEvents = async (
  db: Executor,
  rows: readonly EventTable[],
): Promise<readonly EventTable[]> => {
  const inserted: EventTable[] = [];
  await inChunks(rows, async (chunk) => {
    const query = chunk.length === 1 ? INSERT_EVENT : INSERT_EVENTS;
    const count = await query.change(db, valuesOf(chunk, addEventValues));
    // Nearly always all or nothing went in, which the count tells without reading anything back.
    if (count === chunk.length) inserted.push(...chunk);
    else if (count > 0) inserted.push(...(await storedOf(db, chunk)));
  });
  return inserted;
};

const storedOf = async (db: Executor, chunk: readonly EventTable[]): Promise<readonly EventTable[]> => {
  const [first] = chunk;
  if (first === undefined) return [];
  const rows = await db
    .selectFrom('events')
    .select('sequence')
    .where('team', '=', first.team)
    .where('sequence', '>=', first.sequence)
    .where('sequence', '<=', chunk.at(-1)?.sequence ?? first.sequence)
    .execute();
  const stored = new Set(rows.map((row) => Number(row.sequence)));
  return chunk.filter((row) => stored.has(row.sequence));
};

/** Writes folded cells over what was there. */
export const replaceCells = async (db: Executor, rows: readonly BoardCellTable[]): Promise<void> => {
  await inChunks(rows, async (chunk) => {
    const query = chunk.length === 1 ? REPLACE_CELL : REPLACE_CELLS;
    await query.run(db, valuesOf(chunk, addCellValues));
  });
};

/** Adds to what is known of the machines that sent events. */
export const advanceNodes = async (db: Executor, rows: readonly NodeTable[]): Promise<void> => {
  for (const row of rows) {
    await ADVANCE_NODE.run(db, [
      row.team,
      row.project_uuid,
      row.node_id,
      row.project_slug,
      row.events,
      row.last_lamport,
      row.last_received_at_ms,
    ]);
  }
};

/** Rows of one statement: large enough to amortise the call, small enough for every database's limit of parameters. */
const CHUNK_ROWS = 50;

const inChunks = async <Row>(
  rows: readonly Row[],
  run: (chunk: readonly Row[]) => Promise<void>,
): Promise<void> => {
  let at = 0;
  for (; at + CHUNK_ROWS <= rows.length; at += CHUNK_ROWS) await run(rows.slice(at, at + CHUNK_ROWS));
  for (; at < rows.length; at++) await run(rows.slice(at, at + 1));
};

const valuesOf = <Row>(
  rows: readonly Row[],
  add: (row: Row, values: unknown[]) => void,
): readonly unknown[] => {
  const values: unknown[] = [];
  for (const row of rows) add(row, values);
  return values;
};

// The order of the columns is the order in which the values below are listed.
const addEventValues = (row: EventTable, values: unknown[]): void => {
  values.push(
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
  );
};

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

const insertEventsQuery = (count: number): PreparedQuery<unknown> =>
  new PreparedQuery((db) =>
    db
      .insertInto('events')
      .values(Array.from({ length: count }, () => EMPTY_EVENT))
      .onConflict((conflict) => conflict.columns(['team', 'event_id']).doNothing())
      .compile(),
  );

const INSERT_EVENT = insertEventsQuery(1);
const INSERT_EVENTS = insertEventsQuery(CHUNK_ROWS);

const addCellValues = (row: BoardCellTable, values: unknown[]): void => {
  values.push(
    row.team,
    row.project_uuid,
    row.feature_slug,
    row.work_package,
    row.cell,
    row.changed,
    row.state,
  );
};

const EMPTY_CELL: BoardCellTable = {
  team: '',
  project_uuid: '',
  feature_slug: '',
  work_package: '',
  cell: 0,
  changed: 0,
  state: '',
};

const replaceCellsQuery = (count: number): PreparedQuery<object> =>
  new PreparedQuery((db) =>
    db
      .insertInto('board_cells')
      .values(Array.from({ length: count }, () => EMPTY_CELL))
      .onConflict((conflict) =>
        conflict
          .columns(['team', 'project_uuid', 'feature_slug', 'work_package'])
          .doUpdateSet((row) => ({ changed: row.ref('excluded.changed'), state: row.ref('excluded.state') })),
      )
      .compile(),
  );

const REPLACE_CELL = replaceCellsQuery(1);
const REPLACE_CELLS = replaceCellsQuery(CHUNK_ROWS);

const EMPTY_NODE: NodeTable = {
  team: '',
  project_uuid: '',
  node_id: '',
  project_slug: null,
  events: 0,
  last_lamport: 0,
  last_received_at_ms: 0,
};

const ADVANCE_NODE = new PreparedQuery((db) =>
  db
    .insertInto('nodes')
    .values(EMPTY_NODE)
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
