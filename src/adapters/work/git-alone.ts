import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { textIfPlain } from '../fs/repository-file.js';
import type { GitRun } from './git-process.js';
import { ownFolder } from './git-own-places.js';

/**
 * Runs a git and learns from its trace whether it did everything by itself: no hook, filter or other program was started
 * that could have had a hand in it. Where the hooks of a repository lie only git knows, and each question is another start
 * of it. A trace that is missing or has no end says nothing. `run` is given the variables that have git write one.
 */
export const runTraced = async (
  commonDir: string,
  run: (variables: Readonly<Record<string, string>>) => Promise<GitRun>,
): Promise<GitRun & { readonly wasAlone: boolean }> => {
  const trace = join(ownFolder(commonDir), 'trace');
  remove(trace);
  const ended = await run({ GIT_TRACE2_EVENT: trace });
  const told = textIfPlain(trace) ?? '';
  remove(trace);
  return { ...ended, wasAlone: ENDED.test(told) && !STARTED_ANOTHER.test(told) };
};

const ENDED = /^\{"event":"atexit"/m;
const STARTED_ANOTHER = /"event":"(?:child_start|exec)"/;

/** What cannot be removed says nothing, or too much, of the next commit: both only cost a question. */
const remove = (path: string): void => {
  try {
    rmSync(path, { force: true });
  } catch {
    // It stays.
  }
};
