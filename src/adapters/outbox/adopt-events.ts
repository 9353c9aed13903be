import { isLamport } from '../../domain/events/lamport.js';
import type { Adoption, ForeignEvent } from '../../ports/outbox.js';
import { isSegmentFull } from './append-under-lock.js';
import type { KnownIds } from './known-ids.js';
import type { JournalTail } from './journal-tail.js';
import type { JournalWriter } from './journal-writer.js';
import type { OutboxPaths } from './outbox-paths.js';
import type { OutboxSurroundings } from './outbox-surroundings.js';
import { encodeRecord } from './record-format.js';
import { nextNumber, readSettledMark } from './settled-mark.js';

/**
 * Appends events of another program whose ids are not in the journal yet, as far as there is room, and takes the clock
 * past them. Runs under the capture lock.
 */
export const adoptEvents = (
  paths: OutboxPaths,
  surroundings: OutboxSurroundings,
  writer: JournalWriter,
  events: readonly ForeignEvent[],
  known: KnownIds,
  roomFor: (tail: JournalTail, count: number) => number | 'looks-full',
): Adoption | 'looks-full' => {
  const { value, nodeId } = surroundings.clock.load();
  const opened = writer.open(value);
  const tail = { ...opened, next: nextNumber(opened, readSettledMark(paths.settled)) };
  known.look(opened);
  const met = new Set<string>();
  const fresh = events.filter(({ eventId }) => !known.has(eventId) && !met.has(eventId) && met.add(eventId));
  const room = roomFor(tail, fresh.length);
  if (room === 'looks-full') return room;
  const taken = fresh.slice(0, room);
  const adoption = {
    adopted: taken.length,
    known: events.length - fresh.length,
    refused: fresh.length - taken.length,
  };
  if (taken.length === 0) return adoption;
  const clocks = clocksAfter(taken, Math.max(value, tail.clock));
  surroundings.clock.store(clocks.at(-1) ?? value, nodeId);
  if (isSegmentFull(tail, surroundings)) writer.rotate(tail, value);
  const lines = taken.map(({ json, team, invalid }, index) =>
    encodeRecord({
      record: tail.next + index,
      clock: clocks[index] ?? value,
      team,
      json,
      ...(invalid === undefined ? {} : { invalid }),
    }),
  );
  writer.append(lines.join(''));
  return adoption;
};

/** The clock after each event: the highest so far. A timestamp that cannot be one leaves it where it is. */
const clocksAfter = (events: readonly ForeignEvent[], start: number): readonly number[] => {
  let clock = start;
  return events.map(({ lamport }) => (clock = isLamport(lamport) ? Math.max(clock, lamport) : clock));
};
