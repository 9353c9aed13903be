import { MemoryOrchestrationStore } from '../../../src/adapters/memory/memory-orchestration-store.js';
import { orchestrationStoreContract } from '../../contracts/orchestration-store.contract.js';

orchestrationStoreContract({
  name: 'MemoryOrchestrationStore',
  durable: false,
  setup: async () => ({
    subject: new MemoryOrchestrationStore(),
    checkout: { root: '/a', projectRoot: '/a', commonDir: '/a/.git' },
    other: { root: '/b', projectRoot: '/b', commonDir: '/b/.git' },
  }),
});
