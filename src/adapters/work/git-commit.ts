import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { err, ok, type Result } from '../../domain/result.js';
import type { Checkout, Head } from '../../ports/events.js';
import { textIfPlain } from '../fs/repository-file.js';
import { attempt } from '../fs/storage-failure.js';
import { WRITING, type Git } from './git.js';
import { ownFolder, pathInTree, placeElsewhere } from './git-places.js';
import type { GitRun } from './git-process.js';
import { reasonOf } from './git-reason.js';

/**
 * Commits exactly these paths of a checkout as they are on disk. `--only` lets git build the commit from HEAD and these
 * files and keep whatever else stands in the user's index. Files that git does not know yet are made known first, and
 * unknown again when the commit is refused. A hook that reformats and refuses, so that one looks at what it did, is
 * given what it made of the files once more.
 */
export const commitPaths = async (
  git: Git,
  named: readonly string[],
  message: string,
): Promise<Result<string, string>> => {
  const { root } = git.checkout;
  const head = await git.head();
  const obstacle = commitObstacle(git.checkout, head, named);
  if (obstacle !== undefined) return err(obstacle);
  const paths = named.map((path) => pathInTree(root, path));
  const attempt = { git, paths, message, before: head.commit, written: textsOf(root, paths) };
  const first = await commitOnce(attempt);
  const present = textsOf(root, paths);
  const isAsWritten = paths.every((path) => present.get(path) === attempt.written.get(path));
  return first.ok || isAsWritten ? first : commitOnce({ ...attempt, written: present });
};

/** Why these paths cannot be committed, whatever is in them. */
export const commitObstacle = (
  { root }: Checkout,
  { branch }: Head,
  paths: readonly string[],
): string | undefined =>
  branch === undefined
    ? 'HEAD is detached, so the commit would belong to no branch'
    : paths.map((path) => placeElsewhere(root, path)).find((reason) => reason !== undefined);

/** Paths that git would commit, changed or not known yet: of these, or of the whole work tree. */
export const changedPaths = async (git: Git, paths: readonly string[] = []): Promise<readonly string[]> => {
  const inTree = paths.map((path) => literal(pathInTree(git.checkout.root, path)));
  const args = ['status', '--porcelain=v1', '-z', '--untracked-files=all', '--no-renames', '--', ...inTree];
  // `XY path` entries.
  return entriesOf(await git.demand(args)).map((entry) => entry.slice(3));
};

const entriesOf = (output: string): readonly string[] => output.split('\0').filter((entry) => entry !== '');

const LITERAL = ':(top,literal)';

/** A path that git takes as it is, whatever characters it has. */
const literal = (path: string): string => LITERAL + path;

interface Attempt {
  readonly git: Git;
  readonly paths: readonly string[];
  readonly message: string;
  /** HEAD before it; absent on a branch without a commit. */
  readonly before: string | undefined;
  /** What the files read like, to see whether a hook has changed them. */
  readonly written: ReadonlyMap<string, string | undefined>;
}

type CommitRun = GitRun & { readonly wasAlone: boolean };

const textsOf = (root: string, paths: readonly string[]): ReadonlyMap<string, string | undefined> =>
  new Map(paths.map((path) => [path, textIfPlain(join(root, path))]));

const commitOnce = async (attempt: Attempt): Promise<Result<string, string>> => {
  const { git, paths } = attempt;
  let run = await runCommit(attempt);
  // So git tells of each path that its index does not have.
  const isUnknown = (path: string) =>
    run.stderr.includes(`pathspec '${literal(path)}' did not match any file`);
  const unknown = run.code === 0 ? [] : paths.filter(isUnknown);
  if (unknown.length > 0) {
    const added = await git.run(['add', '--intent-to-add', '--', ...unknown.map(literal)], WRITING);
    run = added.code === 0 ? await runCommit(attempt) : { ...added, wasAlone: false };
  }
  const refusal = await refusalOf(attempt, run);
  if (refusal === undefined) {
    const { commit } = await git.head();
    return commit === undefined ? err('the branch has no commit yet') : ok(commit);
  }
  if (unknown.length > 0) await git.run(['update-index', '--force-remove', '--', ...unknown], WRITING);
  return err(refusal);
};

/**
 * Commits, and learns from git's own trace whether it did everything by itself: no hook, filter or other program was
 * started that could have had a hand in it. Where the hooks of a repository lie only git knows, and each question is
 * another start of it. A trace that is missing or has no end says nothing.
 */
const runCommit = async ({ git, paths, message }: Attempt): Promise<CommitRun> => {
  const trace = join(ownFolder(git.checkout.commonDir ?? git.checkout.root), 'trace');
  const args = ['commit', '--quiet', '--only', `--message=${message}`, '--', ...paths.map(literal)];
  removeTrace(trace);
  const run = await git.run([...QUIET, ...args], { ...WRITING, variables: { GIT_TRACE2_EVENT: trace } });
  const told = textIfPlain(trace) ?? '';
  removeTrace(trace);
  const wasAlone = /^\{"event":"atexit"/m.test(told) && !/"event":"(?:child_start|exec)"/.test(told);
  return { ...run, wasAlone };
};

/** Maintenance in the background would outlive the command and keep its pipes. */
export const QUIET = ['-c', 'gc.auto=0', '-c', 'maintenance.auto=false'];

/** What cannot be removed says nothing, or too much, of the next commit: both only cost a question. */
const removeTrace = (path: string): void => attempt(() => rmSync(path, { force: true }));

/**
 * Why there is no commit that holds the paths. What git did not make because another commit already holds the same is
 * not refused, and neither is what it made before it was stopped for taking too long.
 */
const refusalOf = async (attempt: Attempt, run: CommitRun): Promise<string | undefined> => {
  if (run.code === 0 && run.wasAlone) return undefined;
  const isHeld = run.code !== 0 && (await isInHead(attempt));
  if (run.code !== 0 && !isHeld) return reasonOf(run).replaceAll(LITERAL, '');
  // The commit is made: whatever goes wrong while the index follows must not turn it into a refusal.
  const missing = await settleIndex(attempt, isHeld).catch(() => []);
  return missing.length === 0 ? undefined : `a hook kept ${missing.join(', ')} out of the commit`;
};

/** Whether HEAD holds the paths as they are on disk. The index may not: a git that died had made the commit alone. */
const isInHead = async ({ git, paths }: Attempt): Promise<boolean> => {
  const compare = ['diff', '--quiet', '--no-ext-diff', '--no-textconv', 'HEAD', '--', ...paths.map(literal)];
  if ((await git.run(compare)).code !== 0) return false;
  const held = entriesOf(
    (await git.run(['ls-tree', '-r', '-z', '--name-only', 'HEAD', '--', ...paths])).stdout,
  );
  return paths.every((path) => held.includes(path));
};

/**
 * Brings the user's index, and our files, to what a commit of single paths holds. Hooks work on an index of its own for
 * that: what they reformat or add gets into the commit, while the user's index keeps what was there before, as if it
 * were to be taken back. Where the user has staged something else it stays. The answer: paths that the commit was made
 * for and does not hold. `isHeld`: HEAD has them all as they are on disk, since whenever.
 */
const settleIndex = async (
  { git, paths, before, written }: Attempt,
  isHeld: boolean,
): Promise<readonly string[]> => {
  const namesOf = async (command: string, ...args: readonly string[]): Promise<readonly string[]> =>
    entriesOf(await git.demand([command, '-z', '--name-only', ...args]));
  const differing = await namesOf('diff-index', '--cached', 'HEAD', '--');
  if (differing.length === 0) return [];
  const changed = new Set(
    await (before === undefined
      ? namesOf('ls-tree', '-r', 'HEAD')
      : namesOf('diff-tree', '-r', before, 'HEAD', '--')),
  );
  // Against the commit before, only what the user staged differs.
  const theirs = before === undefined ? [] : await namesOf('diff-index', '--cached', before, '--');
  const stale = differing.filter((path) =>
    paths.includes(path) ? isHeld || changed.has(path) : changed.has(path) && !theirs.includes(path),
  );
  if (stale.length > 0) {
    await git.run(['reset', '--quiet', 'HEAD', '--', ...stale.map(literal)], WRITING);
    // A hook that reformats in the index alone leaves our file as we wrote it: it follows the commit then.
    const unlike = await namesOf('diff-files', '--', ...paths.map(literal));
    const present = textsOf(git.checkout.root, unlike);
    const asWritten = unlike.filter((path) => present.get(path) === written.get(path));
    if (asWritten.length > 0)
      await git.run(['checkout', '--quiet', '--', ...asWritten.map(literal)], WRITING);
  }
  return paths.filter((path) => !isHeld && differing.includes(path) && !changed.has(path));
};
