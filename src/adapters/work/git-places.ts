import { existsSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { SyncError } from '../../domain/errors.js';
import type { Checkout } from '../../ports/events.js';
import { textIfPlain } from '../fs/repository-file.js';
import { isBare, isSet, settingOf } from './git-config-file.js';
import { branchOfGitDir } from './git-refs.js';
import { linkedWorktrees } from './git-worktree-list.js';

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

/** Whether git leaves out files of the checkout that a project has its planning files in. */
export const isSparse = (projectRoot: string): boolean => {
  const { gitDir, commonDir } = locateCheckout(projectRoot) ?? {};
  return [gitDir, commonDir].some((place) => place !== undefined && isSet(place, 'core.sparsecheckout'));
};

const checkoutAt = (folder: string): Checkout | undefined => {
  const gitDir = gitDirAt(folder);
  if (gitDir === undefined) return undefined;
  const common = textIfPlain(join(gitDir, 'commondir'))?.trim();
  const commonDir = common === undefined ? gitDir : realPath(resolve(gitDir, common));
  if (commonDir === undefined) {
    throw new SyncError('not-a-repository', `The main repository of the worktree ${folder} is gone.`, {
      hint: 'Bring the main checkout back to its place, or run "git worktree repair" where it is now.',
    });
  }
  return commonDir === gitDir ? mainCheckoutAt(folder, gitDir) : linkedCheckout(folder, gitDir, commonDir);
};

/** The git directory of a folder that has one, or is a bare repository itself. */
const gitDirAt = (folder: string): string | undefined => {
  const marker = join(folder, '.git');
  if (isDirectory(marker)) {
    const gitDir = realPath(marker);
    // Git itself takes a directory without HEAD for no repository and looks further up.
    return gitDir !== undefined && existsSync(join(gitDir, 'HEAD')) ? gitDir : undefined;
  }
  const pointer = textIfPlain(marker);
  if (pointer === undefined) {
    const isGitDir = ['HEAD', 'objects', 'refs'].every((name) => existsSync(join(folder, name)));
    return isGitDir && isBare(folder) ? folder : undefined;
  }
  const target = /^gitdir: (.+)$/m.exec(pointer)?.[1]?.trim();
  const gitDir = target === undefined ? undefined : realPath(resolve(folder, target));
  if (gitDir !== undefined && existsSync(join(gitDir, 'HEAD'))) return gitDir;
  throw new SyncError(
    'not-a-repository',
    `${marker} leads to ${target ?? 'nothing'}, which is no git directory.`,
    { hint: `If a checkout was moved, run "git worktree repair ${shellWord(folder)}" in the main checkout.` },
  );
};

/** Where git says that the files of its main checkout are, which need not be where its directory is. */
const mainCheckoutAt = (folder: string, gitDir: string): Checkout => {
  if (!isBare(gitDir)) {
    const root = workTreeOf(gitDir) ?? folder;
    if (root !== folder && !existsSync(join(root, '.git'))) throw filesElsewhere(folder, root, gitDir);
    return { root, projectRoot: root, commonDir: gitDir, gitDir };
  }
  const main = mainOfBare(gitDir);
  if (main !== undefined) return linkedCheckout(main.root, main.gitDir, gitDir);
  throw new SyncError('not-a-repository', `${folder} is a bare repository, which has no files to work on.`, {
    hint: 'Go to one of its work trees ("git worktree list" names them), or make one with "git worktree add".',
  });
};

/** Who is called among the files has to find the same project. */
const filesElsewhere = (folder: string, root: string, gitDir: string): SyncError =>
  new SyncError('not-a-repository', `The files of the repository ${folder} are in ${root} (core.worktree).`, {
    hint: `Put a file .git with the line "gitdir: ${gitDir}" there, then run the command in that directory.`,
  });

const linkedCheckout = (root: string, gitDir: string, commonDir: string): Checkout => {
  const linked = { root, commonDir, gitDir };
  if (isBare(commonDir)) {
    const main = mainAbove(root, commonDir) ?? mainOfBare(commonDir);
    return { ...linked, projectRoot: main?.root ?? root, projectGitDir: main?.gitDir ?? gitDir };
  }
  const ordinary = basename(commonDir) === '.git' ? dirname(commonDir) : undefined;
  const main = workTreeOf(commonDir) ?? ordinary ?? mainAbove(root, commonDir)?.root;
  return main === undefined
    ? { ...linked, projectRoot: root, projectGitDir: gitDir }
    : { ...linked, projectRoot: main };
};

/** The checkout of the same repository in whose folders a work tree lies. */
const mainAbove = (
  root: string,
  commonDir: string,
): { readonly root: string; readonly gitDir: string } | undefined => {
  for (let folder = dirname(root); dirname(folder) !== folder; folder = dirname(folder)) {
    const target = /^gitdir: (.+)$/m.exec(textIfPlain(join(folder, '.git')) ?? '')?.[1]?.trim();
    const gitDir = target === undefined ? undefined : realPath(resolve(folder, target));
    if (gitDir === undefined || (gitDir === commonDir && isBare(commonDir))) continue;
    const common = textIfPlain(join(gitDir, 'commondir'))?.trim();
    if ((common === undefined ? gitDir : realPath(resolve(gitDir, common))) === commonDir)
      return mainAbove(folder, commonDir) ?? { root: folder, gitDir };
  }
  return undefined;
};

/**
 * A bare repository has no main checkout. Where the branch that its HEAD names is checked out stands for it, and the
 * only work tree does: all of them are one project with one identity.
 */
const mainOfBare = (commonDir: string): { readonly root: string; readonly gitDir: string } | undefined => {
  const present = linkedWorktrees(commonDir).filter(({ isPresent }) => isPresent);
  const head = branchOfGitDir(commonDir);
  const main =
    present.find(({ branch }) => branch === head) ?? (present.length === 1 ? present[0] : undefined);
  const path = main === undefined ? undefined : realPath(main.path);
  return main === undefined || path === undefined ? undefined : { root: path, gitDir: main.gitDir };
};

const workTreeOf = (commonDir: string): string | undefined => {
  const elsewhere = settingOf(commonDir, 'core.worktree');
  return elsewhere === undefined ? undefined : realPath(resolve(commonDir, elsewhere));
};

/** As a word that a shell takes as it is. */
const shellWord = (path: string): string =>
  /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;

const isDirectory = (path: string): boolean =>
  statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;

const realPath = (path: string): string | undefined => {
  try {
    return realpathSync.native(path);
  } catch {
    return undefined;
  }
};
