import { isFollowed } from '../../domain/events/lamport.js';
import type { Adoption, CaptureLimits, ForeignEvent } from '../../ports/outbox.js';
import type { HeldLock } from '../fs/process-lock.js';
import { appendUnderLock, isSegmentFull, occupancy, type Occupancy } from './capture-section.js';
import { currentTail, type JournalTail, type JournalWriter } from './journal-writer.js';
import type { OutboxPaths, OutboxSurroundings } from './outbox-paths.js';
import { encodeRecord } from './record-format.js';
import { nextNumber, readSettledMark } from './settled-mark.js';
import { idsFrom } from './journal-reader.js';

/** What taking over events needs of its outbox. */
interface AdoptingOutbox {
  readonly paths: OutboxPaths;
  readonly surroundings: OutboxSurroundings;
  /** The capture lock. */
  lock(): Promise<HeldLock>;
  /** How much waits, exactly. */
  recount(): Promise<Occupancy>;
}

/** Takes events of another program over into a journal, as many portions as it takes, without holding captures up. */
export class ForeignEvents {
  readonly #outbox: AdoptingOutbox;
  /** Of what is there, so that a long import looks at each record once. */
  readonly #known: KnownIds;

  constructor(outbox: AdoptingOutbox) {
    this.#outbox = outbox;
    this.#known = new KnownIds(outbox.paths);
  }

  async adopt(events: readonly ForeignEvent[], limits: CaptureLimits): Promise<Adoption> {
    // The long look is done before anybody has to wait for the lock.
    const tail = currentTail(this.#outbox.paths.current);
    if (tail !== undefined) this.#known.look(tail);
    let sum: Adoption = { adopted: 0, known: 0, refused: 0 };
    for (let start = 0; start < events.length; start += ADOPTED_AT_ONCE) {
      const adoption = await this.#adoptPortion(events.slice(start, start + ADOPTED_AT_ONCE), limits);
      sum = {
        adopted: sum.adopted + adoption.adopted,
        known: sum.known + adoption.known,
        refused: sum.refused + adoption.refused,
      };
    }
    return sum;
  }

  async #adoptPortion(events: readonly ForeignEvent[], limits: CaptureLimits): Promise<Adoption> {
    for (let counted: Occupancy | undefined; ; counted = await this.#outbox.recount()) {
      const adoption = this.#append(events, limits, counted, await this.#outbox.lock());
      if (adoption !== 'looks-full') return adoption;
    }
  }

  #append(
    events: readonly ForeignEvent[],
    limits: CaptureLimits,
    counted: Occupancy | undefined,
    lock: HeldLock,
  ): Adoption | 'looks-full' {
    const { paths, surroundings } = this.#outbox;
    return appendUnderLock(paths, surroundings, lock, (writer) =>
      adoptEvents(paths, surroundings, writer, events, this.#known, (tail, count) => {
        const occupied = occupancy(tail, readSettledMark(paths.settled), counted);
        const room = Math.max(0, limits.maxWaiting - occupied);
        return room < count && counted === undefined ? 'looks-full' : room;
      }),
    );
  }
}

// Each portion holds the capture lock for one write.
const ADOPTED_AT_ONCE = 500;

/**
 * Appends events of another program whose ids are not in the journal yet, as far as there is room, and takes the clock
 * past them. Runs under the capture lock.
 */
const adoptEvents = (
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
  return events.map(({ lamport }) => (clock = isFollowed(lamport) ? Math.max(clock, lamport) : clock));
};

/** Ids of the events of a journal, kept up to date by looking at what came since the last look. */
class KnownIds {
  readonly #paths: OutboxPaths;
  #journal: string | undefined;
  #from = 0;
  #ids = new Set<string>();

  constructor(paths: OutboxPaths) {
    this.#paths = paths;
  }

  /** `tail`: where the journal ends, read before this look. Another journal has other events. */
  look({ journal, next }: Pick<JournalTail, 'journal' | 'next'>): void {
    if (journal !== this.#journal) {
      this.#ids = new Set();
      this.#from = 0;
      this.#journal = journal;
    }
    for (const id of idsFrom(this.#paths, this.#from)) this.#ids.add(id);
    this.#from = next;
  }

  has(eventId: string): boolean {
    return this.#ids.has(eventId);
  }
}
