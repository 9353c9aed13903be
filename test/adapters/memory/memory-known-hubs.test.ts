import { MemoryKnownHubs } from '../../../src/adapters/memory/memory-stores.js';
import { knownHubsContract } from '../../contracts/known-hubs.contract.js';

knownHubsContract({
  name: 'memory',
  durable: false,
  setup: async () => ({ subject: new MemoryKnownHubs() }),
});
