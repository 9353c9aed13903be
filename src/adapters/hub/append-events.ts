import { setImmediate } from 'node:timers/promises';
import type { CompiledQuery, DialectAdapter } from 'kysely';
import { isSameEvent } from '../../domain/events/canonical-json.js';
import { isFollowed } from '../../domain/events/lamport.js';
import { cellKey, cellOf, type BoardCell } from '../../domain/hub/board-event.js';
import type { AppendAnswer, IncomingEvent } from '../../ports/hub.js';
import { compareCells, inTransaction, type Executor, type HubDatabase } from './hub-database.js';
import {
  CELL_KEY,
  cellNumber,
  type CellRow,
  type Column,
  type EventRow,
  FOLD_COLUMNS,
  INITIAL_TABLES,
  type NodeRow,
} from './schema.js';

interface Appended {
  readonly answers: readonly AppendAnswer[];
  /** The highest sequence number that was given; `undefined` when nothing was stored. */
  readonly last: number | undefined;
}

/**
 * Stores one call's events in one transaction, and answers each in the order given. The transaction does what has to be
 * durable together, and reads nothing that grows: which number comes next, the events, which cells are behind them.
 */
export const appendEvents = async (
  { reads, writes }: HubDatabase,
  team: string,
  events: readonly IncomingEvent[],
  receivedAtMs: number,
): Promise<Appended> => {
  if (events.length === 0) return { answers: [], last: undefined };
  const firstById = new Map<string, IncomingEvent>();
  for (const event of events) if (!firstById.has(event.eventId)) firstById.set(event.eventId, event);
  const placed = placeEvents([...firstById.values()]);
  const stored = await inTransaction(writes, async (db) => {
    const first = await advancePosition(db, team, placed.length, highestLamport(events));
    const numbered = placed.map((each, at) => ({
      ...each,
      row: eventRow(team, each, first + at, receivedAtMs),
    }));
    // By cell, because each cell has a place of its own in the index that the events of a board are read by.
    const rows = numbered.map(({ row }) => row).sort((a, b) => a.cell - b.cell);
    const isAllNew = (await INSERT_EVENTS(db, rows)) === rows.length;
    const fresh = isAllNew ? numbered : await insertedOf(db, team, first, numbered);
    await MARK_CELLS(db, cellMarks(fresh));
    await ADVANCE_NODES(db, nodeRows(fresh));
    return fresh;
  });
  const sequences = new Map(stored.map(({ incoming, row }) => [incoming, row.sequence]));
  return { answers: await answersOf(reads, team, events, sequences), last: stored.at(-1)?.row.sequence };
};

/** An event with the cell of the board that it changes; events of one cell share the object. */
interface PlacedEvent {
  readonly incoming: IncomingEvent;
  readonly place: { readonly cell: BoardCell; readonly number: number };
}

interface StoredEvent extends PlacedEvent {
  readonly row: EventRow;
}

const placeEvents = (events: readonly IncomingEvent[]): readonly PlacedEvent[] => {
  const places = new Map<string, PlacedEvent['place']>();
  return events.map((incoming) => {
    const cell = cellOf(incoming.event);
    const key = cellKey(cell);
    const place = places.get(key) ?? { cell, number: cellNumber(cell) };
    places.set(key, place);
    return { incoming, place };
  });
};

/** Those of a call that went in, where the team had some already. */
const insertedOf = async (
  db: Executor,
  team: string,
  first: number,
  numbered: readonly StoredEvent[],
): Promise<readonly StoredEvent[]> => {
  const rows = await db
    .selectFrom('events')
    .select('sequence')
    .where('team', '=', team)
    .where('sequence', '>=', first)
    .execute();
  const inserted = new Set(rows.map(({ sequence }) => sequence));
  return numbered.filter(({ row }) => inserted.has(row.sequence));
};

const answersOf = async (
  db: Executor,
  team: string,
  events: readonly IncomingEvent[],
  sequences: ReadonlyMap<IncomingEvent, number>,
): Promise<readonly AppendAnswer[]> => {
  const same = new Set<IncomingEvent>();
  const known = events.filter((event) => !sequences.has(event));
  for (let at = 0; at < known.length; at += COMPARED_AT_ONCE) {
    const some = known.slice(at, at + COMPARED_AT_ONCE);
    const ids = [...new Set(some.map(({ eventId }) => eventId))];
    const rows = await db
      .selectFrom('events')
      .select(['event_id', 'document'])
      .where('team', '=', team)
      .where('event_id', 'in', ids)
      .execute();
    const documents = new Map(rows.map((row) => [row.event_id, row.document]));
    for (const event of some) {
      const there = documents.get(event.eventId);
      if (there !== undefined && isSameEvent(there, event.document)) same.add(event);
    }
    await setImmediate();
  }
  return events.map((event) => {
    const sequence = sequences.get(event);
    if (sequence !== undefined) return { answer: 'stored', sequence };
    return { answer: same.has(event) ? 'duplicate' : 'id-conflict' };
  });
};

/** Documents may be as large as a limit allows, and both of a pair are read when their texts differ. */
const COMPARED_AT_ONCE = 20;

/** A timestamp beyond reason is stored with its event, but is not followed. */
const followed = (lamport: number): number => (isFollowed(lamport) ? lamport : 0);

const highestLamport = (events: readonly IncomingEvent[]): number =>
  events.reduce((highest, { event }) => Math.max(highest, followed(event.lamport_clock)), 0);

const eventRow = (
  team: string,
  { incoming, place }: PlacedEvent,
  sequence: number,
  receivedAtMs: number,
): EventRow => ({
  team,
  sequence,
  event_id: incoming.eventId,
  event_type: incoming.event.event_type,
  project_uuid: place.cell.project,
  feature_slug: place.cell.feature,
  aggregate_id: incoming.event.aggregate_id,
  cell: place.number,
  lamport: incoming.event.lamport_clock,
  node_id: incoming.event.node_id,
  occurred_at: incoming.event.timestamp,
  received_at_ms: receivedAtMs,
  known: incoming.known ? 1 : 0,
  document: incoming.document,
});

/** That cells are behind their events; those that are not there yet are made. */
const cellMarks = (stored: readonly StoredEvent[]): readonly CellRow[] => {
  const marks = new Map<object, CellRow>();
  for (const { place, row } of stored) {
    if (!isFollowed(row.lamport)) continue;
    marks.set(place, {
      team: row.team,
      project_uuid: row.project_uuid,
      feature_slug: row.feature_slug,
      work_package: place.cell.workPackage,
      cell: row.cell,
      changed: row.sequence,
      late_lamport: Math.min(row.lamport, marks.get(place)?.late_lamport ?? row.lamport),
      behind: 1,
      through: '',
      state: '',
    });
  }
  return [...marks.values()].sort(compareCells);
};

/** What is new of the machines that sent events. */
const nodeRows = (stored: readonly StoredEvent[]): readonly NodeRow[] => {
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
        lamport: row
          .case()
          .when('team_positions.lamport', '<', lamport)
          .then(lamport)
          .else(row.ref('team_positions.lamport'))
          .end(),
      })),
    )
    .returning('sequence')
    .executeTakeFirstOrThrow();
  return sequence - count + 1;
};

/**
 * One statement for many rows, and how many went in or were changed: rows that answer would take longer than they are
 * worth. Each number of rows is a text of its own that has to be compiled and prepared, so only a
 * few are used: large enough to amortise the call, and small enough for every database's limit of parameters. Each is
 * compiled once for a database, with stand-ins for its rows.
 */
const manyRows = <Row>(
  table: { readonly columns: Readonly<Record<string, Column>> },
  build: (db: Executor, rows: readonly Row[]) => CompiledQuery,
) => {
  const compiled = new WeakMap<DialectAdapter, Map<number, CompiledQuery>>();
  const columns = Object.keys(table.columns) as (keyof Row)[];
  const standIn = Object.fromEntries(columns.map((column) => [column, ''])) as Row;
  return async (db: Executor, rows: readonly Row[]): Promise<number> => {
    const { adapter } = db.getExecutor();
    const queries = compiled.get(adapter) ?? new Map<number, CompiledQuery>();
    compiled.set(adapter, queries);
    let changed = 0;
    for (let at = 0, count = 0; at < rows.length; at += count) {
      count = CHUNKS.find((size) => at + size <= rows.length) ?? 1;
      const query = queries.get(count) ?? build(db, new Array<Row>(count).fill(standIn));
      queries.set(count, query);
      const parameters = rows.slice(at, at + count).flatMap((row) => columns.map((column) => row[column]));
      changed += Number((await db.executeQuery({ ...query, parameters })).numAffectedRows ?? 0);
      // A transaction of many rows lets everybody else be answered in between.
      if (count === CHUNKS[0]) await setImmediate();
    }
    return changed;
  };
};

const CHUNKS = [128, 32, 8, 1];

/** Leaves out events whose id the team has. */
const INSERT_EVENTS = manyRows<EventRow>(INITIAL_TABLES.events, (db, rows) =>
  db
    .insertInto('events')
    .values(rows)
    .onConflict((conflict) => conflict.columns(['team', 'event_id']).doNothing())
    .compile(),
);

const MARK_CELLS = manyRows<CellRow>(
  { columns: { ...INITIAL_TABLES.board_cells.columns, ...FOLD_COLUMNS } },
  (db, rows) =>
    db
      .insertInto('board_cells')
      .values(rows)
      .onConflict((conflict) =>
        conflict.columns(CELL_KEY).doUpdateSet((row) => ({
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

const ADVANCE_NODES = manyRows<NodeRow>(INITIAL_TABLES.nodes, (db, rows) =>
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
