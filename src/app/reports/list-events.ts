import type { EnvelopeDocument } from '../../domain/events/envelope.js';
import { parseEnvelope } from '../../domain/events/parse-envelope.js';
import { upcast } from '../../domain/events/upcast.js';
import type { JournalRecord, Outbox } from '../../ports/outbox.js';
import { isAbout, type EventScope } from './event-scope.js';

export interface ListEventsInput extends EventScope {
  /** The newest so many. */
  readonly limit: number;
}

export interface ListedEvent {
  readonly record: number;
  readonly event: EnvelopeDocument;
  /** Why the event can never be sent. */
  readonly invalid?: string;
}

/** The local journal of a project, oldest first. Reads only; a record without a readable event is left out. */
export class ListEvents {
  async run(outbox: Outbox, input: ListEventsInput): Promise<readonly ListedEvent[]> {
    const newest: ListedEvent[] = [];
    for await (const record of outbox.records()) {
      const listed = toListed(record);
      if (listed === undefined || !isAbout(listed.event.payload, input)) continue;
      newest.push(listed);
      if (newest.length > input.limit) newest.shift();
    }
    return newest;
  }
}

const toListed = (record: JournalRecord): ListedEvent | undefined => {
  if (record.json === undefined) return undefined;
  const parsed = parseEnvelope(JSON.parse(record.json), 'foreign');
  if (!parsed.ok) return undefined;
  const { invalid } = record;
  return {
    record: record.record,
    event: upcast(parsed.value),
    ...(invalid === undefined ? {} : { invalid }),
  };
};
