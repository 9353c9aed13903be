import { adoptDocument, type AdoptableEvent } from '../../domain/events/adopt-document.js';
import type { EventPiece } from '../../domain/events/event-pieces.js';
import type { CaptureLimits, Outbox, Outboxes, ForeignQueue, QueuedRow } from '../../ports/outbox.js';
import { isUuidV4 } from '../../domain/ids.js';
import { err } from '../../domain/result.js';
import type { DataOf } from '../documents/all.js';
import { UseCase } from '../use-case.js';

/** What became of the events of a queue, or of a file. */
export type ImportReport = DataOf<'events import'>;
/** Of a file also what is wrong with the invalid ones, and whether it was read to its end. */
export interface FileImportReport extends ImportReport {
  readonly issues: NonNullable<ImportReport['issues']>;
  readonly unusable: readonly (ImportReport['unusable'][number] & { readonly line: number })[];
  readonly isComplete: boolean;
}

interface ImportEventsPorts {
  readonly outboxes: Outboxes;
  readonly limits: () => Promise<CaptureLimits>;
}

/**
 * Takes over events from a file, in portions, so that memory stays bounded. Each keeps its id, node, Lamport timestamp
 * and unknown keys; what is known already is skipped, so that it may be repeated at any time.
 */
export class ImportEvents extends UseCase<ImportEventsPorts> {
  /** `onPortion` hears what is durable by then, so that it is known also when a later portion fails. */
  async run(
    pieces: AsyncIterable<EventPiece>,
    onPortion: (report: FileImportReport) => void = () => undefined,
    signal?: AbortSignal,
  ): Promise<FileImportReport> {
    const limits = await this.ports.limits();
    const issues: FileImportReport['issues'][number][] = [];
    const unusable: FileImportReport['unusable'][number][] = [];
    const report = {
      ...{ rows: 0, adopted: 0, known: 0, invalid: 0, issues, refused: 0, unusable },
      isComplete: true,
    };
    // One outbox for the whole file: it remembers what it has looked at.
    const opened = new Map<string | undefined, Outbox>();
    let portion: AdoptableEvent[] = [];
    let characters = 0;
    const adopt = async (): Promise<void> => {
      for (const [project, own] of byProject(portion)) {
        const outbox = opened.get(project) ?? this.ports.outboxes.open(project);
        opened.set(project, outbox);
        const adoption = await outbox.adopt(own, limits);
        for (const count of ['adopted', 'known', 'refused'] as const) report[count] += adoption[count];
      }
      portion = [];
      characters = 0;
      onPortion(report);
    };
    for await (const piece of pieces) {
      const { line } = piece;
      const isEnd = 'fault' in piece && piece.isEnd === true;
      report.isComplete = !isEnd && signal?.aborted !== true;
      if (signal?.aborted === true) break;
      if (!isEnd) report.rows += 1;
      const event = 'fault' in piece ? err(piece.fault) : adoptDocument(piece.text);
      if (!event.ok) unusable.push({ line, reason: event.error });
      if (isEnd) break;
      if (!event.ok) continue;
      const { eventId, invalid, json } = event.value;
      if (invalid !== undefined) {
        report.invalid += 1;
        issues.push({ line, eventId, reason: invalid });
      }
      portion.push(event.value);
      characters += json.length;
      if (characters >= PORTION_CHARACTERS) await adopt();
    }
    await adopt();
    return report;
  }
}

/** Events without a usable project uuid are kept together; they are held until somebody looks. */
export const byProject = (
  events: readonly AdoptableEvent[],
): ReadonlyMap<string | undefined, readonly AdoptableEvent[]> => {
  const projects = new Map<string | undefined, AdoptableEvent[]>();
  for (const event of events) {
    const { projectUuid = '' } = event;
    const key = isUuidV4(projectUuid) ? projectUuid : undefined;
    const own = projects.get(key);
    if (own === undefined) projects.set(key, [event]);
    else own.push(event);
  }
  return projects;
};

/** So much of the file is in memory at once. */
const PORTION_CHARACTERS = 4 * 1024 * 1024;

interface ImportQueuePorts {
  readonly foreignQueue: ForeignQueue;
  readonly outboxes: Outboxes;
  readonly importEvents: Pick<ImportEvents, 'run'>;
}

/** Takes over what an older client left in its queue. Reads that file only; safe to repeat. */
export class ImportQueue extends UseCase<ImportQueuePorts> {
  /** `place`: a queue file, or a directory whose queues are all taken over. Fails with `input-invalid` for another one. */
  async run(place: string): Promise<ImportReport> {
    const queued = await this.#rows(place);
    const pieces = async function* (): AsyncGenerator<EventPiece> {
      for (const [line, { data }] of queued.entries()) yield { line, text: data };
    };
    const { rows, adopted, known, invalid, refused, unusable } = await this.ports.importEvents.run(pieces());
    const named = unusable.map(({ line, reason }) => ({ eventId: queued[line]?.eventId ?? '', reason }));
    return { rows, adopted, known, invalid, refused, unusable: named };
  }

  /** How many events the queues at a place hold that no journal of this machine has. */
  async left(place: string): Promise<number> {
    if ((await this.ports.foreignQueue.files(place)).length === 0) return 0;
    const events = (await this.#rows(place)).flatMap(({ data }) => {
      const event = adoptDocument(data);
      return event.ok ? [event.value] : [];
    });
    let left = 0;
    for (const [project, own] of byProject(events)) {
      const ids = new Set(own.map(({ eventId }) => eventId));
      for await (const { eventId } of this.ports.outboxes.open(project).records()) ids.delete(eventId);
      left += ids.size;
    }
    return left;
  }

  async #rows(place: string): Promise<readonly QueuedRow[]> {
    const files = await this.ports.foreignQueue.files(place);
    // A place with nothing is asked for as well: it says what is wrong with it.
    const rows = await Promise.all(
      (files.length === 0 ? [place] : files).map((file) => this.ports.foreignQueue.rows(file)),
    );
    return rows.flat();
  }
}
