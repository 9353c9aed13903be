import { MemoryLamportStore } from '../../../src/adapters/memory/memory-outbox.js';
import { lamportStoreContract } from '../../contracts/lamport-store.contract.js';

lamportStoreContract({
  name: 'The clock in memory',
  durable: false,
  setup: async () => ({ subject: new MemoryLamportStore() }),
});
