import { existsSync, readdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Checkout } from '../../ports/events.js';
import { textIfPlain } from '../fs/repository-file.js';
import { isBare } from './git-config-file.js';
import { branchOfGitDir } from './git-refs.js';

/** A linked worktree as git's files record it. */
export interface LinkedWorktree {
  /** Where it was made, or last moved to. */
  readonly path: string;
  /** Its own git directory. */
  readonly gitDir: string;
  readonly branch: string | undefined;
  /** Its directory is there. */
  readonly isPresent: boolean;
  /** Why it is locked; absent when it is not. */
  readonly lock?: string;
}

/** The linked worktrees of a repository, and the main checkout as the first where it has one. */
export const listWorktrees = (checkout: Checkout): readonly LinkedWorktree[] => {
  const { commonDir } = checkout;
  if (commonDir === undefined) return [];
  if (isBare(commonDir)) return linkedWorktrees(commonDir);
  const main = {
    path: mainPathOf(checkout, commonDir),
    gitDir: commonDir,
    branch: branchOfGitDir(commonDir),
    isPresent: true,
  };
  return [main, ...linkedWorktrees(commonDir)];
};

/** Where the main checkout of a repository is that has one; its git directory stands for one that nothing leads to. */
export const mainPathOf = ({ projectRoot, projectGitDir }: Checkout, listed: string): string =>
  projectGitDir === undefined ? projectRoot : listed;

export const linkedWorktrees = (commonDir: string): readonly LinkedWorktree[] =>
  entries(join(commonDir, 'worktrees')).flatMap((gitDir) => linkedWorktree(gitDir) ?? []);

const linkedWorktree = (gitDir: string): LinkedWorktree | undefined => {
  const recorded = textIfPlain(join(gitDir, 'gitdir'))?.trim();
  if (recorded === undefined) return undefined;
  const pointer = resolve(gitDir, recorded);
  const lock = textIfPlain(join(gitDir, 'locked'))?.trim();
  return {
    path: dirname(pointer),
    gitDir,
    branch: branchOfGitDir(gitDir),
    isPresent: existsSync(pointer),
    ...(lock === undefined ? {} : { lock: lock === '' ? 'no reason given' : lock }),
  };
};

const entries = (directory: string): readonly string[] => {
  try {
    return readdirSync(directory).map((name) => join(directory, name));
  } catch {
    return [];
  }
};
