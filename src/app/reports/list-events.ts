import type { EnvelopeDocument } from '../../domain/events/envelope.js';
import { parseEnvelope } from '../../domain/events/parse-envelope.js';
import { upcast } from '../../domain/events/upcast.js';
import type { JournalRecord } from '../../ports/outbox.js';
import { isAbout, type EventScope, type EventsRequest, type ScopeEvents } from './event-scope.js';

export interface ListEventsInput extends EventsRequest {
  /** The newest so many. */
  readonly limit: number;
}

export interface EventList {
  /** What was asked for, as events name it. */
  readonly scope: EventScope;
  readonly events: readonly ListedEvent[];
}

export interface ListedEvent {
  readonly record: number;
  readonly event: EnvelopeDocument;
  /** Why the event can never be sent. */
  readonly invalid?: string;
}

/** The local journal of a project, oldest first. Reads only; a record without a readable event is left out. */
export class ListEvents {
  readonly #scope: Pick<ScopeEvents, 'run'>;

  constructor({ scopeEvents }: { readonly scopeEvents: Pick<ScopeEvents, 'run'> }) {
    this.#scope = scopeEvents;
  }

  /** Fails with `feature-not-found`, `feature-ambiguous`, and `input-invalid` for what is no work package. */
  async run(input: ListEventsInput): Promise<EventList> {
    const { scope, outbox } = await this.#scope.run(input);
    const newest: ListedEvent[] = [];
    for await (const record of outbox?.records() ?? []) {
      const listed = toListed(record);
      if (listed === undefined || !isAbout(listed.event.payload, scope)) continue;
      newest.push(listed);
      if (newest.length > input.limit) newest.shift();
    }
    return { scope, events: newest };
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
