import { join } from 'node:path';
import { err, ok } from '../../domain/result.js';
import type { Result } from '../../domain/result.js';
import type { Checkout, Head } from '../../ports/events.js';
import { readPlainFile } from '../fs/repository-file.js';
import { runTraced } from './git-alone.js';
import type { Git } from './git-command.js';
import { pathInTree, placeElsewhere } from './git-commit-place.js';
import { runPatiently } from './git-index-lock.js';
import { reasonOf } from './git-reason.js';

/**
 * Commits exactly these paths of the main checkout as they are on disk. `--only` lets git build the commit from HEAD
 * and these files and keep whatever else stands in the user's index. Files that git does not know yet are made known
 * first, and unknown again when the commit is refused. A hook that reformats and refuses, so that one looks at what it
 * did, is given what it made of the files once more.
 */
export const commitPaths = async (
  git: Git,
  main: Checkout,
  named: readonly string[],
  message: string,
): Promise<Result<string, string>> => {
  const before = await git.head(main);
  const obstacle = commitObstacle(main, before, named);
  if (obstacle !== undefined) return err(obstacle);
  const paths = named.map((path) => pathInTree(main.root, path));
  const written = contentsOf(main.root, paths);
  const attempt = { git, main, paths, message, before: before.commit };
  const first = await commitOnce(attempt, written);
  const present = contentsOf(main.root, paths);
  return first.ok || isSame(written, present) ? first : commitOnce(attempt, present);
};

/** Why these paths cannot be committed, whatever is in them. */
export const commitObstacle = (
  main: Checkout,
  { branch }: Head,
  paths: readonly string[],
): string | undefined =>
  branch === undefined
    ? 'HEAD is detached, so the commit would belong to no branch'
    : paths.map((path) => placeElsewhere(main.root, path)).find((reason) => reason !== undefined);

/** Paths of these, relative to the main checkout, that git would commit: changed, or not known yet. */
export const uncommittedPaths = async (
  git: Git,
  root: string,
  paths: readonly string[],
): Promise<readonly string[]> =>
  parseStatus(
    await git.demand(root, [...STATUS, '--', ...paths.map((path) => literal(pathInTree(root, path)))]),
  );

/** Paths that differ from HEAD in a work tree, untracked ones included. */
export const dirtyPaths = async (git: Git, directory: string): Promise<readonly string[]> =>
  parseStatus(await git.demand(directory, STATUS));

const STATUS = ['status', '--porcelain=v1', '-z', '--untracked-files=all', '--no-renames'];
const LITERAL = ':(top,literal)';

/** A path that git takes as it is, whatever characters it has. */
const literal = (path: string): string => LITERAL + path;

/** How git tells of each path that its index does not have. */
const notKnown = (path: string): string => `pathspec '${literal(path)}' did not match any file`;

const WRITING = { writes: true } as const;

/** Hooks may run a project's whole test suite. */
const COMMIT_TIMEOUT_MS = 300_000;

/** A commit that was tried, and whether nobody but git had a hand in it. */
type CommitRun = Awaited<ReturnType<typeof runTraced>>;

interface Attempt {
  readonly git: Git;
  readonly main: Checkout;
  readonly paths: readonly string[];
  readonly message: string;
  /** HEAD before it; absent on a branch without a commit. */
  readonly before: string | undefined;
}

const commitOnce = async (
  attempt: Attempt,
  written: ReadonlyMap<string, string>,
): Promise<Result<string, string>> => {
  const first = await commitOnly(attempt);
  const unknown = attempt.paths.filter((path) => first.stderr.includes(notKnown(path)));
  return unknown.length === 0 ? judge(attempt, first, written) : commitUnknown(attempt, unknown, written);
};

const commitOnly = async ({ git, main, paths, message }: Attempt): Promise<CommitRun> => {
  const args = ['commit', '--quiet', '--only', `--message=${message}`, '--', ...paths.map(literal)];
  // Maintenance in the background would outlive the command and keep its pipes.
  const quiet = ['-c', 'gc.auto=0', '-c', 'maintenance.auto=false'];
  return runTraced(main.commonDir ?? main.root, (variables) =>
    runPatiently(git, main.root, [...quiet, ...args], { timeoutMs: COMMIT_TIMEOUT_MS, variables }),
  );
};

const commitUnknown = async (
  attempt: Attempt,
  unknown: readonly string[],
  written: ReadonlyMap<string, string>,
): Promise<Result<string, string>> => {
  const { git, main } = attempt;
  const added = await git.run(main.root, ['add', '--intent-to-add', '--', ...unknown.map(literal)], WRITING);
  const run = added.code === 0 ? await commitOnly(attempt) : { ...added, wasAlone: false };
  const verdict = await judge(attempt, run, written);
  if (!verdict.ok) await git.run(main.root, ['update-index', '--force-remove', '--', ...unknown], WRITING);
  return verdict;
};

/**
 * What git did not make because another commit already holds the same is not refused, and neither is what it made
 * before it was stopped for taking too long.
 */
const judge = async (
  attempt: Attempt,
  run: CommitRun,
  written: ReadonlyMap<string, string>,
): Promise<Result<string, string>> => {
  const { git, main, paths } = attempt;
  if (run.code === 0) return committed(attempt, written, run.wasAlone);
  const status = await git.run(main.root, [...STATUS, '--', ...paths.map(literal)]);
  const isClean = status.code === 0 && status.stdout === '';
  const held = isClean
    ? await git.run(main.root, ['ls-tree', '-r', '-z', '--name-only', 'HEAD', '--', ...paths])
    : undefined;
  const names = held?.code === 0 ? held.stdout.split('\0') : [];
  return paths.every((path) => names.includes(path))
    ? committed(attempt, written, false)
    : err(reasonOf(run).replaceAll(LITERAL, ''));
};

const committed = async (
  { git, main, paths, before }: Attempt,
  written: ReadonlyMap<string, string>,
  wasAlone: boolean,
): Promise<Result<string, string>> => {
  // The commit is made: whatever goes wrong while the index follows must not turn it into a refusal.
  const missing = wasAlone ? [] : await settleIndex(git, main, paths, before, written).catch(() => []);
  if (missing.length > 0) return err(`a hook kept ${missing.join(', ')} out of the commit`);
  const read = await git.head(main).catch(() => undefined);
  if (read?.commit !== undefined) return ok(read.commit);
  const asked = await git.run(main.root, ['rev-parse', '-q', '--verify', 'HEAD^{commit}']);
  return asked.code === 0 ? ok(asked.stdout.trim()) : err('the branch has no commit yet');
};

/** `XY path` entries, each ended by a zero byte. */
const parseStatus = (output: string): readonly string[] =>
  output
    .split('\0')
    .filter((entry) => entry !== '')
    .map((entry) => entry.slice(3));

/** What files read like, to see whether a hook has changed them. */
const contentsOf = (root: string, paths: readonly string[]): ReadonlyMap<string, string> =>
  new Map(
    paths.map((path) => {
      try {
        return [path, readPlainFile(join(root, path)).toString('latin1')];
      } catch {
        return [path, ''];
      }
    }),
  );

const isSame = (one: ReadonlyMap<string, string>, other: ReadonlyMap<string, string>): boolean =>
  [...one].every(([path, content]) => other.get(path) === content);

/**
 * Brings the user's index, and our files, to what a commit of single paths holds. Hooks work on an index of its own for
 * that: what they reformat or add gets into the commit, while the user's index keeps what was there before, as if it
 * were to be taken back. Where the user has staged something else it stays. The answer: paths that the commit was made
 * for and does not hold.
 */
const settleIndex = async (
  git: Git,
  main: Checkout,
  paths: readonly string[],
  before: string | undefined,
  written: ReadonlyMap<string, string>,
): Promise<readonly string[]> => {
  const staged = await namesOf(git, main, ['diff-index', '--cached', 'HEAD', '--']);
  if (staged.length === 0) return [];
  const differing = new Set(staged);
  const changes =
    before === undefined ? ['ls-tree', '-r', 'HEAD'] : ['diff-tree', '-r', before, 'HEAD', '--'];
  const changed = new Set(await namesOf(git, main, changes));
  const missing = paths.filter((path) => differing.has(path) && !changed.has(path));
  // Against the commit before, only what the user staged differs.
  const theirs = new Set(
    before === undefined ? [] : await namesOf(git, main, ['diff-index', '--cached', before, '--']),
  );
  const stale = [...changed].filter(
    (path) => differing.has(path) && (paths.includes(path) || !theirs.has(path)),
  );
  if (stale.length > 0) {
    await git.run(main.root, ['reset', '--quiet', 'HEAD', '--', ...stale.map(literal)], WRITING);
    await updateFiles(git, main, paths, written);
  }
  return missing;
};

/** A hook that reformats in the index alone leaves our file as we wrote it: it follows the commit then. */
const updateFiles = async (
  git: Git,
  main: Checkout,
  paths: readonly string[],
  written: ReadonlyMap<string, string>,
): Promise<void> => {
  const unlike = await namesOf(git, main, ['diff-files', '--', ...paths.map(literal)]);
  const asWritten = unlike.filter((path) => isSame(contentsOf(main.root, [path]), written));
  if (asWritten.length === 0) return;
  await git.run(main.root, ['checkout', '--quiet', '--', ...asWritten.map(literal)], WRITING);
};

const namesOf = async (
  git: Git,
  { root }: Checkout,
  [command = '', ...args]: readonly string[],
): Promise<readonly string[]> =>
  (await git.demand(root, [command, '-z', '--name-only', ...args])).split('\0').filter((name) => name !== '');
