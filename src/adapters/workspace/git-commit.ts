import { err, ok, type Result } from '../../domain/result.js';
import type { Checkout } from '../../ports/workspace.js';
import type { Git } from './git-command.js';
import { runPatiently } from './git-index-lock.js';
import type { GitRun } from './git-process.js';
import { reasonOf } from './git-reason.js';

/**
 * Commits exactly these paths of the main checkout as they are on disk. `--only` lets git build the commit from HEAD
 * and these files and keep whatever else stands in the user's index. Files that git does not know yet are made known
 * first, and unknown again when the commit is refused.
 */
export const commitPaths = async (
  git: Git,
  main: Checkout,
  paths: readonly string[],
  message: string,
): Promise<Result<string, string>> => {
  const before = await git.head(main);
  if (before.branch === undefined) return err('HEAD is detached, so the commit would belong to no branch');
  const first = await commitOnly(git, main, paths, message);
  if (first.code === 0) return committed(git, main);
  if (UNKNOWN_PATH.test(first.stderr)) return commitUnknown(git, main, paths, message);
  return judge(git, main, paths, first);
};

/** Paths of these, relative to the main checkout, that git would commit: changed, or not known yet. */
export const uncommittedPaths = async (
  git: Git,
  root: string,
  paths: readonly string[],
): Promise<readonly string[]> =>
  parseStatus(await git.demand(root, [...STATUS, '--', ...paths.map(literal)]));

/** Paths that differ from HEAD in a work tree, untracked ones included. */
export const dirtyPaths = async (git: Git, directory: string): Promise<readonly string[]> =>
  parseStatus(await git.demand(directory, STATUS));

const STATUS = ['status', '--porcelain=v1', '-z', '--untracked-files=all', '--no-renames'];
const UNKNOWN_PATH = /did not match any file/;
const LITERAL = ':(top,literal)';

/** Hooks may run a project's whole test suite. */
const COMMIT_TIMEOUT_MS = 300_000;

const commitOnly = async (
  git: Git,
  main: Checkout,
  paths: readonly string[],
  message: string,
): Promise<GitRun> => {
  const args = ['commit', '--quiet', '--only', `--message=${message}`, '--', ...paths.map(literal)];
  // Maintenance in the background would outlive the command and keep its pipes.
  const quiet = ['-c', 'gc.auto=0', '-c', 'maintenance.auto=false'];
  return runPatiently(git, main.root, [...quiet, ...args], { timeoutMs: COMMIT_TIMEOUT_MS });
};

const commitUnknown = async (
  git: Git,
  main: Checkout,
  paths: readonly string[],
  message: string,
): Promise<Result<string, string>> => {
  const known = await git.demand(main.root, ['ls-files', '-z', '--', ...paths.map(literal)]);
  const unknown = paths.filter((path) => !known.split('\0').includes(path));
  const added = await git.run(main.root, ['add', '--intent-to-add', '--', ...unknown.map(literal)], {
    writes: true,
  });
  const run = added.code === 0 ? await commitOnly(git, main, paths, message) : added;
  if (run.code === 0) return committed(git, main);
  const verdict = await judge(git, main, paths, run);
  if (!verdict.ok)
    await git.run(main.root, ['update-index', '--force-remove', '--', ...unknown], { writes: true });
  return verdict;
};

/**
 * What git did not make because another commit already holds the same is not refused, and neither is what it made
 * before it was stopped for taking too long.
 */
const judge = async (
  git: Git,
  main: Checkout,
  paths: readonly string[],
  run: GitRun,
): Promise<Result<string, string>> => {
  const status = await git.run(main.root, [...STATUS, '--', ...paths.map(literal)]);
  return status.code === 0 &&
    status.stdout === '' &&
    !UNKNOWN_PATH.test(run.stderr) &&
    !IGNORED.test(run.stderr)
    ? committed(git, main)
    : err(reasonOf(run).replaceAll(LITERAL, ''));
};

const IGNORED = /ignored by one of your \.gitignore files/;

const committed = async (git: Git, main: Checkout): Promise<Result<string, string>> => {
  // The commit is made: files of git's that cannot be read now must not turn it into a refusal.
  const read = await git.head(main).catch(() => undefined);
  if (read?.commit !== undefined) return ok(read.commit);
  const asked = await git.run(main.root, ['rev-parse', '-q', '--verify', 'HEAD^{commit}']);
  return asked.code === 0 ? ok(asked.stdout.trim()) : err('the branch has no commit yet');
};

/** A path that git takes as it is, whatever characters it has. */
const literal = (path: string): string => LITERAL + path;

/** `XY path` entries, each ended by a zero byte. */
const parseStatus = (output: string): readonly string[] =>
  output
    .split('\0')
    .filter((entry) => entry !== '')
    .map((entry) => entry.slice(3));
