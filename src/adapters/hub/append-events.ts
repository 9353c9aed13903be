import { setImmediate } from 'node:timers/promises';
import type { CompiledQuery, DialectAdapter } from 'kysely';
import { isSameEvent } from '../../domain/events/canonical-json.js';
import { isFollowed } from '../../domain/events/lamport.js';
import { cellKey, cellOf, type BoardCell } from '../../domain/hub/board-event.js';
import type { AppendAnswer, IncomingEvent } from '../../ports/hub.js';
import { inTransaction, type Executor, type HubDatabase, greater, lesser } from './hub-database.js';
import {
  byCell,
  cellNumber,
  type CellRow,
  type Column,
  type EventRow,
  type NodeRow,
  TABLES,
} from './schema.js';

/**
 * Stores one call's events in one transaction, and answers each in the order given. The transaction does what has to be
 * durable together, and reads nothing that grows: which number comes next, the events, which cells are behind them.
 * `last` is the highest sequence number that was given; `undefined` when nothing was stored.
 */
export const appendEvents = async (
  { reads, writes }: HubDatabase,
  team: string,
  events: readonly IncomingEvent[],
  receivedAtMs: number,
): Promise<{ readonly answers: readonly AppendAnswer[]; readonly last: number | undefined }> => {
  if (events.length === 0) return { answers: [], last: undefined };
  const firstById = new Map<string, IncomingEvent>();
  for (const event of events) if (!firstById.has(event.eventId)) firstById.set(event.eventId, event);
  const placed = placeEvents(team, [...firstById.values()], receivedAtMs);
  const stored = await inTransaction(writes, async (db) => {
    const first = await advancePosition(db, team, placed.length, highestLamport(events));
    for (const [at, { row }] of placed.entries()) row.sequence = first + at;
    // By cell, because each cell has a place of its own in the index that the events of a board are read by.
    const rows = placed.map(({ row }) => row).sort(byCell);
    const inserted = new Set((await INSERT_EVENTS(db, rows)).map(({ sequence }) => sequence));
    const fresh = placed.filter(({ row }) => inserted.has(row.sequence));
    await MARK_CELLS(db, cellMarks(fresh));
    await ADVANCE_NODES(db, nodeRows(fresh));
    return fresh;
  });
  const answers = new Map<IncomingEvent, AppendAnswer>();
  for (const { incoming, row } of stored) answers.set(incoming, { answer: 'stored', sequence: row.sequence });
  const known = events.filter((event) => !answers.has(event));
  for (const event of await repeatsOf(reads, team, known)) answers.set(event, { answer: 'duplicate' });
  return {
    answers: events.map((event) => answers.get(event) ?? { answer: 'id-conflict' }),
    last: stored.at(-1)?.row.sequence,
  };
};

/** An event with its row, which is numbered when it is stored, and the cell of the board that it changes. */
interface PlacedEvent {
  readonly incoming: IncomingEvent;
  /** The same object for all events of a cell. */
  readonly cell: BoardCell;
  readonly row: EventRow;
}

const placeEvents = (
  team: string,
  events: readonly IncomingEvent[],
  receivedAtMs: number,
): readonly PlacedEvent[] => {
  const cells = new Map<string, { readonly cell: BoardCell; readonly number: number }>();
  return events.map((incoming) => {
    const { eventId, document, event, known } = incoming;
    const own = cellOf(event);
    const key = cellKey(own);
    const place = cells.get(key) ?? { cell: own, number: cellNumber(own) };
    cells.set(key, place);
    const { cell, number } = place;
    const row = {
      team,
      sequence: 0,
      event_id: eventId,
      event_type: event.event_type,
      project_uuid: cell.project,
      feature_slug: cell.feature,
      aggregate_id: event.aggregate_id,
      cell: number,
      lamport: event.lamport_clock,
      node_id: event.node_id,
      occurred_at: event.timestamp,
      received_at_ms: receivedAtMs,
      known: known ? 1 : 0,
      document,
    };
    return { incoming, cell, row };
  });
};

/** Those of events whose id the team has that are the same as what it has. */
const repeatsOf = async (
  db: Executor,
  team: string,
  known: readonly IncomingEvent[],
): Promise<readonly IncomingEvent[]> => {
  const repeats: IncomingEvent[] = [];
  for (let at = 0; at < known.length; at += COMPARED_AT_ONCE) {
    const some = known.slice(at, at + COMPARED_AT_ONCE);
    const ids = [...new Set(some.map(({ eventId }) => eventId))];
    const events = db.selectFrom('events').select(['event_id', 'document']).where('team', '=', team);
    const rows = await events.where('event_id', 'in', ids).execute();
    const documents = new Map(rows.map((row) => [row.event_id, row.document]));
    for (const event of some) {
      const there = documents.get(event.eventId);
      if (there !== undefined && isSameEvent(there, event.document)) repeats.push(event);
    }
    await setImmediate();
  }
  return repeats;
};

/** Documents may be as large as a limit allows, and both of a pair are read when their texts differ. */
const COMPARED_AT_ONCE = 20;

/** A timestamp beyond reason is stored with its event, but is not followed. */
const followed = (lamport: number): number => (isFollowed(lamport) ? lamport : 0);

const highestLamport = (events: readonly IncomingEvent[]): number =>
  events.reduce((highest, { event }) => Math.max(highest, followed(event.lamport_clock)), 0);

/** That cells are behind their events; those that are not there yet are made. */
const cellMarks = (stored: readonly PlacedEvent[]): readonly CellRow[] => {
  const marks = new Map<BoardCell, CellRow>();
  for (const { cell, row } of stored) {
    if (!isFollowed(row.lamport)) continue;
    marks.set(cell, {
      team: row.team,
      project_uuid: row.project_uuid,
      feature_slug: row.feature_slug,
      work_package: cell.workPackage,
      cell: row.cell,
      changed: row.sequence,
      late_lamport: Math.min(row.lamport, marks.get(cell)?.late_lamport ?? row.lamport),
      behind: 1,
      through: '',
      state: '',
    });
  }
  return [...marks.values()].sort(byCell);
};

/** What is new of the machines that sent events. */
const nodeRows = (stored: readonly PlacedEvent[]): readonly NodeRow[] => {
  const rows = new Map<string, NodeRow>();
  for (const { incoming, row } of stored) {
    const key = `${row.project_uuid}\n${row.node_id}`;
    const known = rows.get(key);
    rows.set(key, {
      team: row.team,
      project_uuid: row.project_uuid,
      node_id: row.node_id,
      project_slug: incoming.event.project_slug ?? known?.project_slug ?? null,
      events: (known?.events ?? 0) + 1,
      last_lamport: Math.max(known?.last_lamport ?? 0, followed(row.lamport)),
      last_received_at_ms: row.received_at_ms,
    });
  }
  return [...rows.values()];
};

/**
 * Reserves `count` sequence numbers and returns the first of them. The row stays locked until the transaction ends,
 * so that the numbers of a team grow in the order of its commits, whatever the database and however many hubs.
 */
const advancePosition = async (
  db: Executor,
  team: string,
  count: number,
  lamport: number,
): Promise<number> => {
  const { sequence } = await db
    .insertInto('team_positions')
    .values({ team, sequence: count, lamport })
    .onConflict((conflict) =>
      conflict.column('team').doUpdateSet((row) => ({
        sequence: row('team_positions.sequence', '+', count),
        lamport: greater(row.ref('team_positions.lamport'), row.val(lamport)),
      })),
    )
    .returning('sequence')
    .executeTakeFirstOrThrow();
  return sequence - count + 1;
};

/**
 * One statement for many rows. Each number of rows is a text of its own that has to be compiled and prepared, so only a few
 * are used: large enough to amortise the call, and small enough for every database's limit of parameters. Each is compiled
 * once for a database, with stand-ins for its rows.
 */
const manyRows = <Row, Answer = never>(
  table: { readonly columns: Readonly<Record<string, Column>> },
  build: (db: Executor, rows: readonly Row[]) => CompiledQuery<Answer>,
) => {
  const compiled = new WeakMap<DialectAdapter, Map<number, CompiledQuery<Answer>>>();
  const columns = Object.keys(table.columns) as (keyof Row)[];
  const standIn = Object.fromEntries(columns.map((column) => [column, ''])) as Row;
  return async (db: Executor, rows: readonly Row[]): Promise<readonly Answer[]> => {
    const { adapter } = db.getExecutor();
    const queries = compiled.get(adapter) ?? new Map<number, CompiledQuery<Answer>>();
    compiled.set(adapter, queries);
    const answers: Answer[] = [];
    for (let at = 0, count = 0; at < rows.length; at += count) {
      count = CHUNKS.find((size) => at + size <= rows.length) ?? 1;
      const query = queries.get(count) ?? build(db, new Array<Row>(count).fill(standIn));
      queries.set(count, query);
      const parameters = rows.slice(at, at + count).flatMap((row) => columns.map((column) => row[column]));
      answers.push(...(await db.executeQuery<Answer>({ ...query, parameters })).rows);
      // A transaction of many rows lets everybody else be answered in between.
      if (count === CHUNKS[0]) await setImmediate();
    }
    return answers;
  };
};

const CHUNKS = [128, 32, 8, 1];

/** Leaves out events whose id the team has. */
const INSERT_EVENTS = manyRows<EventRow, Pick<EventRow, 'sequence'>>(TABLES.events, (db, rows) =>
  db
    .insertInto('events')
    .values(rows)
    .onConflict((conflict) => conflict.columns(['team', 'event_id']).doNothing())
    .returning('sequence')
    .compile(),
);

const MARK_CELLS = manyRows<CellRow>(TABLES.board_cells, (db, rows) =>
  db
    .insertInto('board_cells')
    .values(rows)
    .onConflict((conflict) =>
      conflict.columns(TABLES.board_cells.key).doUpdateSet((row) => ({
        changed: row.ref('excluded.changed'),
        behind: row.ref('excluded.behind'),
        late_lamport: lesser(row.ref('board_cells.late_lamport'), row.ref('excluded.late_lamport')),
      })),
    )
    .compile(),
);

const ADVANCE_NODES = manyRows<NodeRow>(TABLES.nodes, (db, rows) =>
  db
    .insertInto('nodes')
    .values(rows)
    .onConflict((conflict) =>
      conflict.columns(TABLES.nodes.key).doUpdateSet((row) => ({
        project_slug: row.fn.coalesce(row.ref('excluded.project_slug'), row.ref('nodes.project_slug')),
        events: row('nodes.events', '+', row.ref('excluded.events')),
        last_lamport: greater(row.ref('nodes.last_lamport'), row.ref('excluded.last_lamport')),
        last_received_at_ms: row.ref('excluded.last_received_at_ms'),
      })),
    )
    .compile(),
);
