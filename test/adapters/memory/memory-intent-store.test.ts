import { MemoryIntentStore } from '../../../src/adapters/memory/memory-intent-store.js';
import { intentStoreContract } from '../../contracts/intent-store.contract.js';

intentStoreContract({
  name: 'MemoryIntentStore',
  durable: false,
  setup: async () => ({
    subject: new MemoryIntentStore(),
    held: { checkout: { root: '/a', projectRoot: '/a' } },
    other: { checkout: { root: '/b', projectRoot: '/b' } },
  }),
});
