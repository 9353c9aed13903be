import { MemoryMerges } from '../../src/adapters/memory/memory-merges.js';
import { MemoryRepository } from '../../src/adapters/memory/memory-repository.js';
import { GitMerges } from '../../src/adapters/work/git-merges.js';
import type { Merges, Repository } from '../../src/ports/work.js';

/** What merges in the same world as a repository does. */
export const mergesOf = (repository: Repository): Merges =>
  repository instanceof MemoryRepository
    ? new MemoryMerges(repository)
    : new GitMerges({ PATH: process.env['PATH'], GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' });
