import { MemoryMerges } from '../../../src/adapters/memory/memory-merges.js';
import { MemoryRepository } from '../../../src/adapters/memory/memory-repository.js';
import { MemoryWorkTree } from '../../../src/adapters/memory/memory-work-tree.js';
import { mergesContract } from '../../contracts/merges.contract.js';

mergesContract({
  name: 'MemoryMerges',
  setup: async () => {
    const root = '/project';
    const files = new MemoryWorkTree();
    const repository = new MemoryRepository({ root, files });
    files.write(root, 'a.txt', 'a\n');
    files.write(root, 'b.txt', 'b\n');
    await repository.commit({ checkout: { root, projectRoot: root } }, ['a.txt', 'b.txt'], 'first');
    return {
      subject: new MemoryMerges(repository),
      repository,
      root,
      write: (path, text) => files.write(root, path, text),
      read: (path) => files.text(root, path),
      commitOn: (branch, texts) => repository.commitOn(branch, texts),
      switchTo: (branch) => repository.switchTo(branch),
    };
  },
});
