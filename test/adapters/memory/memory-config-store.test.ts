import { MemoryConfigStore } from '../../../src/adapters/memory/memory-stores.js';
import { configStoreContract } from '../../contracts/config-store.contract.js';

configStoreContract({
  name: 'MemoryConfigStore',
  durable: false,
  setup: async () => {
    const subject = new MemoryConfigStore();
    const projectRoot = '/project';
    return {
      subject,
      projectRoot,
      put: (document) => subject.put(projectRoot, document),
      putBroken: () => subject.putBroken(projectRoot, 'bad YAML', 2),
      makeReadOnly: () => subject.makeReadOnly(projectRoot),
    };
  },
});
