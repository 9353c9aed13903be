import { toCloudEvent } from '../../domain/events/cloud-event.js';
import type { EnvelopeDocument } from '../../domain/events/envelope.js';
import { parseEnvelope } from '../../domain/events/parse-envelope.js';
import { upcast } from '../../domain/events/upcast.js';
import type { JournalRecord, Outbox } from '../../ports/outbox.js';
import { eventOf } from '../delivery/due-records.js';
import { isAbout, type EventScope, type EventsRequest, type ScopeEvents } from './event-scope.js';
import { UseCase } from '../use-case.js';

export interface ListEventsInput extends EventsRequest {
  /** The newest so many. */
  readonly limit: number;
}

export interface EventList {
  /** What was asked for, as events name it. */
  readonly scope: EventScope;
  readonly events: readonly EnvelopeDocument[];
}

interface JournalPorts {
  readonly scopeEvents: Pick<ScopeEvents, 'run'>;
}

/** The local journal of a project, oldest first. Reads only; a record without a readable event is left out. */
export class ListEvents extends UseCase<JournalPorts> {
  /** Fails with `feature-not-found`, `feature-ambiguous`, and `input-invalid` for what is no work package. */
  async run(input: ListEventsInput): Promise<EventList> {
    const { scope, outbox } = await this.ports.scopeEvents.run(input);
    const events: EnvelopeDocument[] = [];
    for await (const { json } of outbox?.records() ?? []) {
      const read = parseEnvelope(JSON.parse(json ?? 'null'), 'foreign');
      if (!read.ok) continue;
      const event = upcast(read.value);
      if (!isAbout(event.payload, scope)) continue;
      events.push(event);
      if (events.length > input.limit) events.shift();
    }
    return { scope, events };
  }
}

export type ExportFormat = 'ndjson' | 'cloudevents';

export interface ExportInput extends EventsRequest {
  readonly format: ExportFormat;
  /** The newest so many; absent: all. */
  readonly limit?: number | undefined;
}

export interface ExportReport {
  /** What was asked for, as events name it. */
  readonly scope: EventScope;
  readonly events: number;
  /** Records of which only the number is left. They are in no export. */
  readonly damaged: number;
}

/**
 * Writes the journal of a project, oldest first, one JSON document on each line: the events as they were captured, or as
 * CloudEvents. Reads only, in bounded memory.
 */
export class ExportEvents extends UseCase<JournalPorts> {
  /** Fails as `ListEvents` does, and with what `write` fails with. */
  async run(
    input: ExportInput,
    write: (line: string) => Promise<void> | void,
    signal?: AbortSignal,
  ): Promise<ExportReport> {
    const { scope, outbox } = await this.ports.scopeEvents.run(input);
    let events = 0;
    let damaged = 0;
    if (outbox === undefined) return { scope, events, damaged };
    let toPass = input.limit === undefined ? 0 : (await this.#count(outbox, scope)) - input.limit;
    for await (const record of outbox.records()) {
      if (signal?.aborted === true) break;
      if (record.json === undefined) damaged += 1;
      else if (isWanted(record, scope) && toPass-- <= 0) {
        await write(lineOf(record.eventId, record.json, input.format));
        events += 1;
      }
    }
    return { scope, events, damaged };
  }

  async #count(outbox: Outbox, scope: EventScope): Promise<number> {
    let count = 0;
    for await (const record of outbox.records()) if (isWanted(record, scope)) count += 1;
    return count;
  }
}

const isWanted = (record: JournalRecord, scope: EventScope): boolean => {
  if (record.json === undefined) return false;
  // Everything is wanted without a look at it.
  const isAll = scope.feature === undefined && scope.workPackage === undefined;
  return isAll || isAbout(eventOf(record)['payload'], scope);
};

const lineOf = (eventId: string, json: string, format: ExportFormat): string =>
  format === 'ndjson'
    ? json
    : JSON.stringify(toCloudEvent(eventId, JSON.parse(json) as Record<string, unknown>));
