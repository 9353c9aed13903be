import { createHash } from 'node:crypto';
import { existsSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { SyncError } from '../../domain/errors.js';
import type { Checkout } from '../../ports/events.js';
import { isInside, placeBelow, textIfPlain } from '../fs/repository-file.js';
import { attempt } from '../fs/storage-failure.js';
import { branchOfGitDir, isBare, isSet, linkedWorktrees, settingOf } from './git-directory.js';

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

/** Whether git leaves out files of the checkout at a place. */
export const isSparse = (root: string): boolean => {
  const { gitDir, commonDir } = locateCheckout(root) ?? {};
  return [gitDir, commonDir].some((place) => place !== undefined && isSet(place, 'core.sparsecheckout'));
};

/** The main checkout, whichever worktree a command was called in: it outlives them all, and has the project's files. */
export const mainOf = ({ projectRoot, commonDir, projectGitDir }: Checkout): Checkout => ({
  root: projectRoot,
  projectRoot,
  ...(commonDir !== undefined && { commonDir, gitDir: projectGitDir ?? commonDir }),
  ...(projectGitDir !== undefined && { projectGitDir }),
});

/** The lock of a repository; of a project without git, in the state root. */
export const repositoryLockPath = ({ commonDir, projectRoot }: Checkout, stateRoot: string): string => {
  if (commonDir !== undefined) return join(ownFolder(commonDir), 'lock');
  const hash = createHash('sha256').update(projectRoot, 'utf8').digest('hex').slice(0, 32);
  return join(stateRoot, 'locks', `checkout-${hash}`);
};

/** Our folder in a git directory, which somebody else may have filled: one that leads out of it is refused. */
export const ownFolder = (commonDir: string): string => {
  placeBelow(commonDir, 'spec-kitty');
  return join(commonDir, 'spec-kitty');
};

/** Where a branch that is about to move is noted; without git there is none. */
export const moveNotePath = ({ commonDir, projectRoot }: Checkout): string =>
  join(commonDir ?? projectRoot, 'spec-kitty', 'merge.json');

/**
 * The path under which a repository's commits hold a file of the project: where links inside the repository lead. A file
 * that is not there yet lies where its folder does.
 */
export const pathInTree = (root: string, path: string): string => {
  const realRoot = realPlace(root);
  const place = realPlace(join(root, ...path.split('/')));
  return isInside(realRoot, place) ? inTree(realRoot, place) : path;
};

/** Why no commit of this repository can hold a path: another repository does. `undefined` when one can. */
export const placeElsewhere = (root: string, path: string): string | undefined => {
  const realRoot = realPlace(root);
  const place = realPlace(join(root, ...path.split('/')));
  if (!isInside(realRoot, place)) return `${path} lies outside of this repository`;
  for (
    let folder = dirname(place);
    folder !== realRoot && isInside(realRoot, folder);
    folder = dirname(folder)
  ) {
    if (existsSync(join(folder, '.git')))
      return `${path} lies in another repository, ${inTree(realRoot, folder)}, so no commit here can hold it`;
  }
  return undefined;
};

const inTree = (root: string, place: string): string => relative(root, place).split(sep).join('/');

/** The real path; of what is gone or not there yet, its place under the part that is there. */
export const realPlace = (path: string): string =>
  realPath(path) ?? (dirname(path) === path ? path : join(realPlace(dirname(path)), basename(path)));

/** The git directory that the file `.git` of a work tree names, whether it is there or not. */
export const pointedGitDir = (folder: string): string | undefined => {
  const target = /^gitdir: (.+)$/m.exec(textIfPlain(join(folder, '.git')) ?? '')?.[1]?.trim();
  return target === undefined ? undefined : resolve(folder, target);
};

/** The directory that a git directory shares with others of its repository; `undefined` when that is gone. */
const commonDirOf = (gitDir: string): string | undefined => {
  const common = textIfPlain(join(gitDir, 'commondir'))?.trim();
  return common === undefined ? gitDir : realPath(resolve(gitDir, common));
};

const checkoutAt = (folder: string): Checkout | undefined => {
  const gitDir = gitDirAt(folder);
  if (gitDir === undefined) return undefined;
  const commonDir = commonDirOf(gitDir);
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
  if (textIfPlain(marker) === undefined) {
    const isGitDir = ['HEAD', 'objects', 'refs'].every((name) => existsSync(join(folder, name)));
    return isGitDir && isBare(folder) ? folder : undefined;
  }
  const pointed = pointedGitDir(folder);
  const gitDir = pointed === undefined ? undefined : realPath(pointed);
  if (gitDir !== undefined && existsSync(join(gitDir, 'HEAD'))) return gitDir;
  throw new SyncError(
    'not-a-repository',
    `${marker} leads to ${pointed ?? 'nothing'}, which is no git directory.`,
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
  const main = mainFor(root, commonDir) ?? { root, gitDir };
  const stood = main.gitDir === commonDir ? {} : { projectGitDir: main.gitDir };
  return { root, projectRoot: main.root, commonDir, gitDir, ...stood };
};

/** A work tree with its own git directory. */
type Place = Readonly<Record<'root' | 'gitDir', string>>;

/** The main checkout of a repository that a work tree belongs to; where there is none, the work tree that stands for it. */
const mainFor = (root: string, commonDir: string): Place | undefined => {
  if (isBare(commonDir)) return mainAbove(root, commonDir) ?? mainOfBare(commonDir);
  const ordinary = basename(commonDir) === '.git' ? dirname(commonDir) : undefined;
  const main = workTreeOf(commonDir) ?? ordinary;
  return main === undefined ? mainAbove(root, commonDir) : { root: main, gitDir: commonDir };
};

/** The checkout of the same repository in whose folders a work tree lies. */
const mainAbove = (root: string, commonDir: string): Place | undefined => {
  for (let folder = dirname(root); dirname(folder) !== folder; folder = dirname(folder)) {
    const gitDir = realPath(pointedGitDir(folder) ?? '');
    if (gitDir === undefined || (gitDir === commonDir && isBare(commonDir))) continue;
    if (commonDirOf(gitDir) === commonDir) return mainAbove(folder, commonDir) ?? { root: folder, gitDir };
  }
  return undefined;
};

/**
 * A bare repository has no main checkout. Where the branch that its HEAD names is checked out stands for it, and the
 * only work tree does: all of them are one project with one identity.
 */
const mainOfBare = (commonDir: string): Place | undefined => {
  const present = linkedWorktrees(commonDir).filter(({ isPresent }) => isPresent);
  const head = branchOfGitDir(commonDir);
  const [only, another] = present;
  const main =
    present.find(({ gitDir }) => branchOfGitDir(gitDir) === head) ??
    (another === undefined ? only : undefined);
  const root = realPath(main?.path ?? '');
  return main === undefined || root === undefined ? undefined : { root, gitDir: main.gitDir };
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

const realPath = (path: string): string | undefined => attempt(() => realpathSync.native(path));
