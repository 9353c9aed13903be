import { messageOf } from '../../domain/errors.js';
import type { EventType, PayloadInput } from '../../domain/events/payloads.js';
import type { EventEnvelope } from '../../domain/events/envelope.js';
import type { Issue } from '../../domain/result.js';
import type { Checkout } from '../../ports/events.js';
import { UseCase } from '../use-case.js';
import type { EventEmitter } from './event-emitter.js';

/** What became of one emission. Only `refused` means that nothing was kept. */
export type EmissionOutcome =
  /** Durable, sealed, and delivered in its turn. */
  | { readonly outcome: 'captured'; readonly event: EventEnvelope }
  /** Durable; the next capture seals it, because another process held the outbox for too long. */
  | { readonly outcome: 'waiting'; readonly eventId: string }
  /** Kept, but the disk did not confirm it: a power cut can take it. Emitting it again would make two of it. */
  | { readonly outcome: 'unconfirmed'; readonly eventId: string; readonly reason: string }
  | { readonly outcome: 'refused'; readonly reason: string }
  /** Kept as a dead letter with these issues; it is never sent. */
  | { readonly outcome: 'invalid'; readonly issues: readonly Issue[] };

/** What an event belongs to. */
export interface EmissionLinks {
  /** ULID of the event or run that led to this event. */
  readonly causationId?: string;
  /** ULID that all events of one activity share; one of its own when absent. */
  readonly correlationId?: string | undefined;
}

/** Captures one event. */
export class EmitEvent extends UseCase<{ readonly emitter: Pick<EventEmitter, 'begin'> }> {
  /** Never throws and never touches the network. `undefined` as checkout: outside every project. */
  async run<T extends EventType>(
    checkout: Checkout | undefined,
    type: T,
    payload: PayloadInput<T>,
    { causationId, correlationId }: EmissionLinks = {},
  ): Promise<EmissionOutcome> {
    try {
      const emission = await this.ports.emitter.begin(checkout, correlationId);
      const fact = emission.fact(type, payload, causationId);
      const [captured] = await emission.capture([fact]);
      if (captured === undefined) return { outcome: 'refused', reason: 'nothing was captured' };
      if (captured.outcome === 'refused') return { outcome: 'refused', reason: captured.message };
      if (captured.outcome === 'unconfirmed')
        return { outcome: 'unconfirmed', eventId: captured.eventId, reason: captured.message };
      if (fact.issues !== undefined) return { outcome: 'invalid', issues: fact.issues };
      return captured.outcome === 'captured'
        ? { outcome: 'captured', event: captured.event }
        : { outcome: 'waiting', eventId: captured.eventId };
    } catch (error) {
      return { outcome: 'refused', reason: messageOf(error) };
    }
  }
}
