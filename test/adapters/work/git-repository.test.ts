import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { GitRepository } from '../../../src/adapters/work/git-repository.js';
import { repositoryContract } from '../../contracts/repository.contract.js';
import { scratchGit } from '../../support/scratch-git.js';

repositoryContract({
  name: 'GitRepository',
  setup: async () => {
    const scratch = scratchGit({ 'a.txt': 'a\n', 'b.txt': 'b\n' });
    const outside = join(scratch.place, 'outside');
    mkdirSync(outside);
    return {
      subject: new GitRepository({ stateRoot: scratch.stateRoot, environment: scratch.environment }),
      root: scratch.root,
      outside,
      write: scratch.write,
      commitOn: scratch.commitOn,
      switchTo: (branch) =>
        void scratch.git('checkout', '--quiet', ...(branch === undefined ? ['--detach'] : [branch])),
      dispose: scratch.remove,
    };
  },
});
