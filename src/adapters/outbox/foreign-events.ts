import { isFollowed } from '../../domain/events/lamport.js';
import type { Adoption, ForeignEvent } from '../../ports/outbox.js';
import { currentTail } from './journal-end.js';
import { idsFrom } from './journal-reader.js';
import type { Visit } from './journal-writer.js';
import type { OutboxPaths } from './outbox-paths.js';

/** Takes events of another program over into a journal, as many portions as it takes, without holding captures up. */
export class ForeignEvents {
  readonly #paths: OutboxPaths;
  readonly #known = new Set<string>();
  /** Which part of which journal the known ids are of: a long import looks at each record once. */
  #looked = { journal: '', next: 0 };

  constructor(paths: OutboxPaths) {
    this.#paths = paths;
  }

  /** `visit`: the frame of everything that is appended to the journal. */
  async adopt(
    events: readonly ForeignEvent[],
    visit: (work: Visit<Adoption>) => Promise<Adoption>,
  ): Promise<Adoption> {
    // The long look is done before anybody has to wait for the lock.
    const tail = currentTail(this.#paths.current);
    if (tail !== undefined) this.#look(tail);
    const sum = { adopted: 0, known: 0, refused: 0 };
    for (let start = 0; start < events.length; start += ADOPTED_AT_ONCE) {
      const portion = events.slice(start, start + ADOPTED_AT_ONCE);
      const adoption = await visit((...visited) => this.#adoptPortion(portion, ...visited));
      for (const count of ['adopted', 'known', 'refused'] as const) sum[count] += adoption[count];
    }
    return sum;
  }

  #adoptPortion(
    events: readonly ForeignEvent[],
    ...[writer, end, room, isExact]: Parameters<Visit<Adoption>>
  ): Adoption | 'looks-full' {
    this.#look(end);
    const met = new Set<string>();
    const fresh = events.filter(
      ({ eventId }) => !this.#known.has(eventId) && !met.has(eventId) && met.add(eventId),
    );
    if (fresh.length > room && !isExact) return 'looks-full';
    const taken = fresh.slice(0, room);
    // The clock after each event is the highest so far. A timestamp that cannot be one leaves it where it is.
    let { clock } = end;
    writer.append(
      taken.map(({ json, team, lamport, invalid }) => {
        if (isFollowed(lamport)) clock = Math.max(clock, lamport);
        return { clock, team, json, ...(invalid === undefined ? {} : { invalid }) };
      }),
    );
    for (const { eventId } of taken) this.#known.add(eventId);
    this.#looked.next += taken.length;
    return {
      adopted: taken.length,
      known: events.length - fresh.length,
      refused: fresh.length - taken.length,
    };
  }

  /** Looks at what others appended since the last look. Another journal has other events. */
  #look({ journal, next }: { readonly journal: string; readonly next: number }): void {
    if (journal !== this.#looked.journal) {
      this.#known.clear();
      this.#looked.next = 0;
    }
    if (this.#looked.next === next) return;
    for (const id of idsFrom(this.#paths, this.#looked.next)) this.#known.add(id);
    this.#looked = { journal, next };
  }
}

// Each portion holds the capture lock for one write.
const ADOPTED_AT_ONCE = 500;
