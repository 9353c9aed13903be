import { existsSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { Git } from './git-command.js';
import type { GitOptions, GitRun } from './git-process.js';

/**
 * Runs a git that writes, and once more for as long as another git has the index: the user's own works there for a
 * moment, and so does one whose caller died. What git ended with last is returned, a lock that stays included.
 */
export const runPatiently = async (
  git: Git,
  directory: string,
  args: readonly string[],
  options: Pick<GitOptions, 'timeoutMs' | 'variables'>,
): Promise<GitRun> => {
  for (let deadline: number | undefined; ;) {
    const run = await git.run(directory, args, { ...options, writes: true });
    const lock = lockOf(run);
    if (run.code === 0 || lock === undefined) return run;
    deadline ??= performance.now() + LOCK_WAIT_MS;
    if (performance.now() > deadline) return run;
    while (existsSync(lock) && performance.now() < deadline) await delay(LOCK_PAUSE_MS);
  }
};

/** The lock file that kept a git from working; `undefined` when it failed for another reason. */
export const lockOf = ({ stderr }: GitRun): string | undefined => LOCKED.exec(stderr)?.[1];

const LOCK_WAIT_MS = 2_000;
const LOCK_PAUSE_MS = 20;
const LOCKED = /Unable to create '([^']+\.lock)': File exists/;
