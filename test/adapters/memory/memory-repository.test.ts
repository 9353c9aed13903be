import { MemoryRepository } from '../../../src/adapters/memory/memory-repository.js';
import { MemoryWorkTree } from '../../../src/adapters/memory/memory-work-tree.js';
import { repositoryContract } from '../../contracts/repository.contract.js';

repositoryContract({
  name: 'MemoryRepository',
  setup: async () => {
    const root = '/project';
    const files = new MemoryWorkTree();
    const subject = new MemoryRepository({ root, files });
    files.write(root, 'a.txt', 'a\n');
    files.write(root, 'b.txt', 'b\n');
    await subject.commit({ checkout: { root, projectRoot: root } }, ['a.txt', 'b.txt'], 'first');
    return {
      subject,
      root,
      outside: '/elsewhere',
      write: (path, text) => files.write(root, path, text),
      commitOn: (branch, texts) => subject.commitOn(branch, texts),
      switchTo: (branch) => subject.switchTo(branch),
    };
  },
});
