import { SyncError } from '../../domain/errors.js';
import { err, ok, type Result } from '../../domain/result.js';
import type { GitRun } from './git-process.js';
import { reasonOf } from './git-reason.js';
import type { RepositoryGit } from './repository-git.js';

/** The tree of a merge of two commits, in the object store alone. The error lists the paths that conflict. */
export const mergeTrees = async (
  git: RepositoryGit,
  ours: string,
  theirs: string,
): Promise<Result<string, readonly string[]>> => {
  const run = await runMergeTree(git, ours, theirs);
  const [tree, ...conflicts] = run.stdout.split('\0').filter((part) => part !== '');
  if (run.code === 1 && tree !== undefined) return err([...new Set(conflicts)].sort());
  if (run.code !== 0 || tree === undefined) throw notMergeable(run.code, reasonOf(run));
  return ok(tree);
};

/** The tree of a merge that goes through; `undefined` for any other. */
export const cleanMergeOf = async (
  git: RepositoryGit,
  ours: string,
  theirs: string,
): Promise<string | undefined> => {
  const run = await runMergeTree(git, ours, theirs);
  return run.code === 0 ? run.stdout.split('\0')[0] : undefined;
};

/** A commit that no branch has yet. Each part of the message is a paragraph. */
export const makeCommit = async (
  git: RepositoryGit,
  tree: string,
  parents: readonly string[],
  message: readonly string[],
): Promise<string> => {
  const args = [
    'commit-tree',
    tree,
    ...parents.flatMap((parent) => ['-p', parent]),
    ...message.flatMap((paragraph) => ['-m', paragraph]),
  ];
  return (await git.demand(args, { writes: true })).trim();
};

export const isAncestor = async (git: RepositoryGit, ancestor: string, of: string): Promise<boolean> =>
  (await git.run(['merge-base', '--is-ancestor', ancestor, of])).code === 0;

export const treeOf = async (git: RepositoryGit, commit: string): Promise<string> =>
  (await git.demandFact([commit], ['rev-parse', `${commit}^{tree}`])).trim();

const runMergeTree = (git: RepositoryGit, ours: string, theirs: string): Promise<GitRun> =>
  git.fact(
    [ours, theirs],
    ['merge-tree', '--write-tree', '--name-only', '--no-messages', '-z', ours, theirs],
    { answers: [0, 1], writes: true, timeoutMs: MERGE_TIMEOUT_MS },
  );

/** Git before 2.38 does not know the option and prints how to use the command. */
const notMergeable = (code: number, reason: string): SyncError =>
  code === USAGE
    ? new SyncError('git-failed', 'This git cannot merge without a work tree.', {
        hint: 'Install git 2.38 or newer.',
      })
    : new SyncError('git-failed', `Git could not merge: ${reason}`);

const USAGE = 129;
const MERGE_TIMEOUT_MS = 300_000;
