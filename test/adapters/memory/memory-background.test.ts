import { MemoryBackgroundPost, MemoryDoorbell } from '../../support/memory-background.js';
import { backgroundPostContract } from '../../contracts/background-post.contract.js';
import { doorbellContract } from '../../contracts/doorbell.contract.js';

backgroundPostContract({
  name: 'The place in memory',
  setup: async () => {
    const subject = new MemoryBackgroundPost();
    return { subject, other: subject, remove: () => subject.remove() };
  },
});

doorbellContract({
  name: 'The doorbell in memory',
  setup: async () => {
    const subject = new MemoryDoorbell();
    return { subject, capture: async () => subject.ring() };
  },
});
