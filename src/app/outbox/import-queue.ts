import { adoptDocument } from '../../domain/events/adopt-document.js';
import type { ForeignQueue, QueuedRow, CaptureLimits, Outboxes } from '../../ports/outbox.js';
import { byProject } from './events-by-project.js';

export interface ImportReport {
  readonly rows: number;
  readonly adopted: number;
  /** Taken over before, or captured here. */
  readonly known: number;
  /** Adopted, but never sent: each has issues. */
  readonly invalid: number;
  /** No room in the outbox. */
  readonly refused: number;
  /** Rows that could not be kept at all, with the reason. */
  readonly unusable: readonly { readonly eventId: string; readonly reason: string }[];
}

interface ImportQueueNeeds {
  readonly foreignQueue: ForeignQueue;
  readonly outboxes: Outboxes;
  readonly limits: () => Promise<CaptureLimits>;
}

/** Takes over what an older client left in its queue. Reads that file only; safe to repeat. */
export class ImportQueue {
  readonly #needs: ImportQueueNeeds;

  constructor(needs: ImportQueueNeeds) {
    this.#needs = needs;
  }

  /** `place`: a queue file, or a directory whose queues are all taken over. Fails with `input-invalid` for another one. */
  async run(place: string): Promise<ImportReport> {
    const rows = await this.#rows(place);
    const limits = await this.#needs.limits();
    const read = rows.map(({ eventId, data }) => ({ eventId, event: adoptDocument(data) }));
    const events = read.flatMap(({ event }) => (event.ok ? [event.value] : []));
    const unusable = read.flatMap(({ eventId, event }) =>
      event.ok ? [] : [{ eventId, reason: event.error }],
    );
    let adopted = 0;
    let known = 0;
    let refused = 0;
    for (const [project, own] of byProject(events)) {
      const adoption = await this.#needs.outboxes.open(project).adopt(own, limits);
      adopted += adoption.adopted;
      known += adoption.known;
      refused += adoption.refused;
    }
    const invalid = events.filter((event) => event.invalid !== undefined).length;
    return { rows: rows.length, adopted, known, invalid, refused, unusable };
  }

  /** How many events the queues at a place hold that no journal of this machine has. */
  async left(place: string): Promise<number> {
    if ((await this.#needs.foreignQueue.files(place)).length === 0) return 0;
    const events = (await this.#rows(place)).flatMap(({ data }) => {
      const event = adoptDocument(data);
      return event.ok ? [event.value] : [];
    });
    let left = 0;
    for (const [project, own] of byProject(events)) {
      const ids = new Set(own.map(({ eventId }) => eventId));
      for await (const { eventId } of this.#needs.outboxes.open(project).records()) ids.delete(eventId);
      left += ids.size;
    }
    return left;
  }

  async #rows(place: string): Promise<readonly QueuedRow[]> {
    const files = await this.#needs.foreignQueue.files(place);
    // A place with nothing is asked for as well: it says what is wrong with it.
    const rows = await Promise.all(
      (files.length === 0 ? [place] : files).map((file) => this.#needs.foreignQueue.rows(file)),
    );
    return rows.flat();
  }
}
