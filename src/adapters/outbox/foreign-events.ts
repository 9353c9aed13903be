import type { Adoption, CaptureLimits, ForeignEvent } from '../../ports/outbox.js';
import type { HeldLock } from '../fs/process-lock.js';
import { adoptEvents } from './adopt-events.js';
import { appendUnderLock } from './append-under-lock.js';
import { occupancy, type Occupancy } from './capture-section.js';
import { currentTail } from './journal-tail.js';
import { KnownIds } from './known-ids.js';
import type { OutboxPaths } from './outbox-paths.js';
import type { OutboxSurroundings } from './outbox-surroundings.js';
import { readSettledMark } from './settled-mark.js';

/** What taking over events needs of its outbox. */
export interface AdoptingOutbox {
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
