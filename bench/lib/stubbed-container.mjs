import { openProcessClient as openWhole } from '../../src/app/compose/container.js';

/** In the place of the program's own function: the same client, but nothing is emitted. */
export const openProcessClient = (surroundings) =>
  openWhole(surroundings, {
    emitter: { begin: async () => EMISSION },
    intents: { read: async () => 'none', write: async () => {}, clear: async () => {} },
  });

const EMISSION = {
  correlationId: '',
  identity: undefined,
  account: undefined,
  isShared: false,
  limits: { maxWaiting: 1 },
  outbox: { project: undefined, nextRecord: async () => 1 },
  fact: (eventType, aggregateId, payload) => ({
    event: {
      event_id: '',
      event_type: eventType,
      aggregate_id: aggregateId,
      payload,
      timestamp: new Date().toISOString(),
    },
  }),
  hasRoomFor: async () => true,
  capture: async () => [],
};
