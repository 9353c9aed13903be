import { MemoryStateFiles } from '../../../src/adapters/memory/memory-state-files.js';
import { stateFilesContract } from '../../contracts/state-files.contract.js';

stateFilesContract({
  name: 'memory',
  durable: false,
  setup: async () => {
    const subject = new MemoryStateFiles();
    subject.gone.add('/gone');
    return {
      subject,
      nowMs: 0,
      disorder: async () => {
        subject.found = { ...subject.found, loose: ['a'], stale: ['b'] };
        return { loose: 'a', stale: 'b' };
      },
      there: '/there',
      gone: '/gone',
    };
  },
});
