import { existsSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { SyncError } from '../../domain/errors.js';
import type { Checkout } from '../../ports/workspace.js';
import { textIfPlain } from '../fs/repository-file.js';
import { readGitConfig } from './git-config-file.js';

/**
 * The checkout that a directory lies in. Inside a repository `.git` decides, however near a `.kittify` is; outside,
 * the nearest `.kittify` does. A `.git` that leads nowhere is an error: the repository above it is another one.
 */
export const locateCheckout = (directory: string): Checkout | undefined => {
  const start = realPath(resolve(directory));
  if (start === undefined) return undefined;
  let project: string | undefined;
  for (let folder = start; ; folder = dirname(folder)) {
    const checkout = checkoutAt(folder);
    if (checkout !== undefined) return checkout;
    if (project === undefined && isDirectory(join(folder, '.kittify'))) project = folder;
    if (dirname(folder) === folder) break;
  }
  return project === undefined ? undefined : { root: project, projectRoot: project };
};

const checkoutAt = (folder: string): Checkout | undefined => {
  const marker = join(folder, '.git');
  if (isDirectory(marker)) {
    const gitDir = realPath(marker);
    // Git itself takes a directory without HEAD for no repository and looks further up.
    if (gitDir === undefined || !existsSync(join(gitDir, 'HEAD'))) return undefined;
    return { root: folder, projectRoot: folder, commonDir: gitDir, gitDir };
  }
  const pointer = textIfPlain(marker);
  if (pointer === undefined) return undefined;
  const target = /^gitdir: (.+)$/m.exec(pointer)?.[1]?.trim();
  const gitDir = target === undefined ? undefined : realPath(resolve(folder, target));
  if (gitDir === undefined || !existsSync(join(gitDir, 'HEAD'))) {
    throw new SyncError(
      'not-a-repository',
      `${marker} leads to ${target ?? 'nothing'}, which is no git directory.`,
      {
        hint: 'If the main checkout was moved, run "git worktree repair" in it.',
      },
    );
  }
  const common = textIfPlain(join(gitDir, 'commondir'))?.trim();
  const commonDir = common === undefined ? gitDir : realPath(resolve(gitDir, common));
  if (commonDir === undefined) {
    throw new SyncError('not-a-repository', `The main repository of the worktree ${folder} is gone.`, {
      hint: 'Bring the main checkout back to its place, or run "git worktree repair" where it is now.',
    });
  }
  return {
    root: folder,
    projectRoot: commonDir === gitDir ? folder : mainRootOf(commonDir, folder),
    commonDir,
    gitDir,
  };
};

/** A bare repository has no main checkout: each of its worktrees is then a project root for itself. */
const mainRootOf = (commonDir: string, worktree: string): string => {
  const settings = [
    ...readGitConfig(join(commonDir, 'config')),
    ...readGitConfig(join(commonDir, 'config.worktree')),
  ];
  const value = (name: string): string | undefined =>
    settings.findLast((setting) => setting.name === name)?.value;
  const elsewhere = value('core.worktree');
  if (elsewhere !== undefined) return realPath(resolve(commonDir, elsewhere)) ?? worktree;
  return basename(commonDir) === '.git' && value('core.bare') !== 'true' ? dirname(commonDir) : worktree;
};

const isDirectory = (path: string): boolean =>
  statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;

const realPath = (path: string): string | undefined => {
  try {
    return realpathSync.native(path);
  } catch {
    return undefined;
  }
};
