import type { EventEnvelope } from '../../src/domain/events/envelope.js';
import type { Outboxes } from '../../src/ports/outbox.js';
import { PROJECT } from './workflow-world.js';

/** The captured events of the test project, in the order of their capture. */
export const capturedEvents = async (world: {
  readonly outboxes: Outboxes;
}): Promise<readonly EventEnvelope[]> => {
  const events: EventEnvelope[] = [];
  for await (const { json } of world.outboxes.open(PROJECT).records()) {
    if (json !== undefined) events.push(JSON.parse(json) as EventEnvelope);
  }
  return events;
};

/** The same in short: type and aggregate. */
export const capturedTypes = async (world: { readonly outboxes: Outboxes }): Promise<readonly string[]> =>
  (await capturedEvents(world)).map(({ event_type, aggregate_id }) => `${event_type} ${aggregate_id}`);
