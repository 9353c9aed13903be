import { readdirSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { isTemporaryOf } from './atomic-write.js';

/**
 * Removes the temporary files that writers of this file left beside it when they died. For the holder of the lock under
 * which the file is written: nobody else's can then be among them. Without the directory there are none.
 */
export const removeTemporaries = (path: string): void => {
  const [folder, base] = [dirname(path), basename(path)];
  for (const name of namesIn(folder)) {
    if (isTemporaryOf(name, base)) rmSync(join(folder, name), { force: true });
  }
};

const namesIn = (folder: string): readonly string[] => {
  try {
    return readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
};
