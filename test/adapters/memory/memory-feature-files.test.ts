import { MemoryFeatureFiles } from '../../../src/adapters/memory/memory-feature-files.js';
import { featureFilesContract } from '../../contracts/feature-files.contract.js';

featureFilesContract({
  name: 'MemoryFeatureFiles',
  durable: false,
  setup: async () => {
    const subject = new MemoryFeatureFiles();
    return {
      subject,
      projectRoot: '/project',
      put: async (path, text) => subject.put('/project', path, text),
    };
  },
});
