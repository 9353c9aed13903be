import { createClientContainer as createWhole, override } from '../../src/app/compose/container.js';
import { TOKENS } from '../../src/app/compose/tokens.js';

/** In the place of the program's own function: the same container, but nothing is emitted. */
export const createClientContainer = (environment) =>
  createWhole(environment, [
    override(TOKENS.emitter, { begin: async () => EMISSION }),
    override(TOKENS.intents, { read: async () => 'none', write: async () => {}, clear: async () => {} }),
  ]);

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
