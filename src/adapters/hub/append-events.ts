import { isSameEvent } from '../../domain/events/is-same-event.js';
import { isLamport } from '../../domain/events/lamport.js';
import type { AppendAnswer, IncomingEvent } from '../../ports/hub.js';
import { findCells, foldCells } from './board-cells.js';
import type { PlacedEvent } from './board-cells.js';
import { advanceNodes, insertEvents } from './insert-rows.js';
import { PreparedQuery } from './prepared-query.js';
import type { Executor } from './prepared-query.js';
import type { EventTable, NodeTable } from './schema.js';

/** Stores one call's events inside a transaction that the caller began, and answers each in the order given. */
export const appendEvents = async (
  db: Executor,
  team: string,
  events: readonly IncomingEvent[],
  receivedAtMs: number,
): Promise<readonly AppendAnswer[]> => {
  if (events.length === 0) return [];
  const firstById = new Map<string, IncomingEvent>();
  for (const event of events) if (!firstById.has(event.eventId)) firstById.set(event.eventId, event);

  const first = await advancePosition(db, team, firstById.size, highestLamport(events));
  const sequenced = [...firstById.values()].map((incoming, at) => ({ incoming, sequence: first + at }));
  const placed = await findCells(db, team, sequenced);
  const inserted = await insertEvents(
    db,
    placed.map((each) => eventRow(team, each, receivedAtMs)),
  );
  const sequences = new Set(inserted.map((row) => row.sequence));
  const stored = placed.filter((each) => sequences.has(each.sequence));
  await foldCells(db, team, stored);
  await advanceNodes(db, nodeRows(team, stored, receivedAtMs));
  return answersOf(db, team, events, new Map(stored.map((each) => [each.incoming, each.sequence])));
};

const answersOf = async (
  db: Executor,
  team: string,
  events: readonly IncomingEvent[],
  sequences: ReadonlyMap<IncomingEvent, number>,
): Promise<readonly AppendAnswer[]> => {
  const known = events.filter((event) => !sequences.has(event)).map((event) => event.eventId);
  const documents = await documentsOf(db, team, [...new Set(known)]);
  return events.map((event) => {
    const sequence = sequences.get(event);
    if (sequence !== undefined) return { answer: 'stored', sequence };
    const there = documents.get(event.eventId);
    return {
      answer: there !== undefined && isSameEvent(there, event.document) ? 'duplicate' : 'id-conflict',
    };
  });
};

const documentsOf = async (
  db: Executor,
  team: string,
  ids: readonly string[],
): Promise<ReadonlyMap<string, string>> => {
  if (ids.length === 0) return new Map();
  const rows = await db
    .selectFrom('events')
    .select(['event_id', 'document'])
    .where('team', '=', team)
    .where('event_id', 'in', ids)
    .execute();
  return new Map(rows.map((row) => [row.event_id, row.document]));
};

/** A timestamp beyond reason is stored with its event, but is not followed. */
const highestLamport = (events: readonly IncomingEvent[]): number =>
  events.reduce(
    (highest, { event }) =>
      isLamport(event.lamport_clock) ? Math.max(highest, event.lamport_clock) : highest,
    0,
  );

const eventRow = (
  team: string,
  { incoming, sequence, touched }: PlacedEvent,
  receivedAtMs: number,
): EventTable => ({
  team,
  sequence,
  event_id: incoming.eventId,
  event_type: incoming.event.event_type,
  project_uuid: touched.cell.project,
  feature_slug: touched.cell.feature,
  aggregate_id: incoming.event.aggregate_id,
  cell: touched.number,
  lamport: incoming.event.lamport_clock,
  node_id: incoming.event.node_id,
  occurred_at: incoming.event.timestamp,
  received_at_ms: receivedAtMs,
  known: incoming.known ? 1 : 0,
  document: incoming.document,
});

const nodeRows = (
  team: string,
  placed: readonly PlacedEvent[],
  receivedAtMs: number,
): readonly NodeTable[] => {
  const rows = new Map<string, NodeTable>();
  for (const {
    incoming: { event },
    touched: { cell },
  } of placed) {
    const key = `${cell.project}\n${event.node_id}`;
    const known = rows.get(key);
    const lamport = isLamport(event.lamport_clock) ? event.lamport_clock : 0;
    rows.set(key, {
      team,
      project_uuid: cell.project,
      node_id: event.node_id,
      project_slug: event.project_slug ?? known?.project_slug ?? null,
      events: (known?.events ?? 0) + 1,
      last_lamport: Math.max(known?.last_lamport ?? 0, lamport),
      last_received_at_ms: receivedAtMs,
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
