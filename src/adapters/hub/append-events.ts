import { setImmediate } from 'node:timers/promises';
import { isSameEvent } from '../../domain/events/is-same-event.js';
import { isFollowed } from '../../domain/events/lamport.js';
import { cellKey, cellOf } from '../../domain/hub/board-event.js';
import type { BoardCell } from '../../domain/hub/board-event.js';
import type { AppendAnswer, IncomingEvent } from '../../ports/hub.js';
import { cellNumber } from './schema.js';
import { inTransaction, type HubDatabase } from './hub-database.js';
import { advanceNodes, compareCells, insertEvents, markCells } from './insert-rows.js';
import type { CellMark } from './insert-rows.js';
import { PreparedQuery } from './prepared-query.js';
import type { Executor } from './prepared-query.js';
import type { EventRow, NodeRow } from './schema.js';

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
    const rows = placed.map((each, at) => eventRow(team, each, first + at, receivedAtMs));
    // By cell, because each cell has a place of its own in the index that the events of a board are read by.
    const inserted = await insertEvents(
      db,
      [...rows].sort((a, b) => a.cell - b.cell),
    );
    const fresh = inserted
      .map((row) => ({ ...placed[row.sequence - first], row }) as StoredEvent)
      .sort((a, b) => a.row.sequence - b.row.sequence);
    await markCells(db, cellMarks(fresh));
    await advanceNodes(db, nodeRows(fresh));
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

const answersOf = async (
  db: Executor,
  team: string,
  events: readonly IncomingEvent[],
  sequences: ReadonlyMap<IncomingEvent, number>,
): Promise<readonly AppendAnswer[]> => {
  const same = new Map<IncomingEvent, boolean>();
  const known = events.filter((event) => !sequences.has(event));
  for (let at = 0; at < known.length; at += COMPARED_AT_ONCE) {
    const some = known.slice(at, at + COMPARED_AT_ONCE);
    const documents = await documentsOf(db, team, [...new Set(some.map(({ eventId }) => eventId))]);
    for (const event of some) {
      const there = documents.get(event.eventId);
      same.set(event, there !== undefined && isSameEvent(there, event.document));
    }
    await setImmediate();
  }
  return events.map((event) => {
    const sequence = sequences.get(event);
    if (sequence !== undefined) return { answer: 'stored', sequence };
    return { answer: same.get(event) === true ? 'duplicate' : 'id-conflict' };
  });
};

/** Documents may be as large as a limit allows, and both of a pair are read when their texts differ. */
const COMPARED_AT_ONCE = 20;

const documentsOf = async (
  db: Executor,
  team: string,
  ids: readonly string[],
): Promise<ReadonlyMap<string, string>> => {
  const rows = await db
    .selectFrom('events')
    .select(['event_id', 'document'])
    .where('team', '=', team)
    .where('event_id', 'in', ids)
    .execute();
  return new Map(rows.map((row) => [row.event_id, row.document]));
};

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

const cellMarks = (stored: readonly StoredEvent[]): readonly CellMark[] => {
  const marks = new Map<object, CellMark>();
  for (const { place, row } of stored) {
    if (!isFollowed(row.lamport)) continue;
    const { cell, number } = place;
    marks.set(place, {
      team: row.team,
      project_uuid: cell.project,
      feature_slug: cell.feature,
      work_package: cell.workPackage,
      cell: number,
      changed: row.sequence,
      late_lamport: Math.min(row.lamport, marks.get(place)?.late_lamport ?? row.lamport),
    });
  }
  return [...marks.values()].sort(compareCells);
};

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
  const [row] = await ADVANCE_POSITION.run(db, [team, count, lamport]);
  return Number(row?.sequence) - count + 1;
};

const ADVANCE_POSITION = new PreparedQuery((db) =>
  db
    .insertInto('team_positions')
    .values({ team: '', sequence: 0, lamport: 0 })
    .onConflict((conflict) =>
      conflict.column('team').doUpdateSet((row) => ({
        sequence: row('team_positions.sequence', '+', row.ref('excluded.sequence')),
        lamport: row
          .case()
          .when('excluded.lamport', '>', row.ref('team_positions.lamport'))
          .then(row.ref('excluded.lamport'))
          .else(row.ref('team_positions.lamport'))
          .end(),
      })),
    )
    .returning('sequence')
    .compile(),
);
