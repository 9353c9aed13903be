import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { GitMerges } from '../../../src/adapters/workspace/git-merges.js';
import { GitRepository } from '../../../src/adapters/workspace/git-repository.js';
import { mergesContract } from '../../contracts/merges.contract.js';
import { scratchGit } from '../../support/scratch-git.js';

mergesContract({
  name: 'GitMerges',
  setup: async () => {
    const scratch = scratchGit();
    scratch.write('a.txt', 'a\n');
    scratch.write('b.txt', 'b\n');
    scratch.write('.gitignore', '.worktrees/\n');
    scratch.commitAll('first');
    const { root, stateRoot, environment } = scratch;
    return {
      subject: new GitMerges(environment),
      repository: new GitRepository({ stateRoot, environment }),
      root,
      write: scratch.write,
      read: (path) => (existsSync(join(root, path)) ? readFileSync(join(root, path), 'utf8') : undefined),
      commitOn: scratch.commitOn,
      switchTo: (branch) =>
        void scratch.git('checkout', '--quiet', ...(branch === undefined ? ['--detach'] : [branch])),
      dispose: scratch.remove,
    };
  },
});
