import { ControlledTime } from '../../../src/adapters/memory/controlled-time.js';
import { MemoryEventStore } from '../../../src/adapters/memory/memory-event-store.js';
import { eventStoreContract } from '../../contracts/event-store.contract.js';

eventStoreContract({
  name: 'memory',
  durable: false,
  setup: () => {
    const subject = new MemoryEventStore('hub', new ControlledTime());
    return Promise.resolve({ subject, dispose: () => subject.close() });
  },
});
