import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Checkout } from '../../ports/events.js';
import { placeBelow } from '../fs/repository-file.js';

/** The lock of a repository; of a project without git, in the state root. */
export const repositoryLockPath = ({ commonDir, projectRoot }: Checkout, stateRoot: string): string => {
  if (commonDir !== undefined) return join(ownFolder(commonDir), 'lock');
  const hash = createHash('sha256').update(projectRoot, 'utf8').digest('hex').slice(0, HASH_LENGTH);
  return join(stateRoot, 'locks', `checkout-${hash}`);
};

/** Our folder in a git directory, which somebody else may have filled: one that leads out of it is refused. */
export const ownFolder = (commonDir: string): string => {
  placeBelow(commonDir, 'spec-kitty');
  return join(commonDir, 'spec-kitty');
};

/** Where a branch that is about to move is noted. */
export const moveNotePath = (commonDir: string): string => join(commonDir, 'spec-kitty', 'merge.json');

const HASH_LENGTH = 32;
