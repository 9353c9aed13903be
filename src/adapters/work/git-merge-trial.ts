import { SyncError } from '../../domain/errors.js';
import { err, ok, type Result } from '../../domain/result.js';
import type { MergeConflict, MergeRequest, TriedMerge } from '../../ports/work.js';
import type { Checkout } from '../../ports/events.js';
import { directoryOf, type Git } from './git-command.js';
import { isAncestor, makeCommit, mergeTrees, treeOf } from './git-merge-tree.js';
import { squashedTips, squashTrailer } from './git-squash-trace.js';

/**
 * Merges branch by branch in the object store. Two lines of commits are made: the real one, and a stand-in that has
 * every squashed tip for a parent. Git merges with the stand-in, and so takes the work that a branch was built upon for
 * what both sides have, although the real line has no trace of it that git would follow.
 */
export const tryMerge = async (
  git: Git,
  checkout: Checkout,
  request: MergeRequest,
): Promise<Result<TriedMerge, MergeConflict>> => {
  const from = await tipOf(git, checkout, request.into);
  const tips: string[] = [];
  for (const { branch } of request.branches) tips.push(await tipOf(git, checkout, branch));
  if (tips.length === 0) return ok({ from, to: from, commits: [] });
  let standIn = await withSquashed(git, checkout, from, tips);
  let before = await treeOf(git, checkout, from);
  let to = from;
  const commits: (string | undefined)[] = [];
  for (const [at, { branch, subject }] of request.branches.entries()) {
    const tip = tips[at] ?? from;
    const tree = await mergeTrees(git, checkout, standIn, tip);
    if (!tree.ok) return err({ branch, paths: tree.error });
    if (tree.value === before && (await isAncestor(git, checkout, tip, standIn))) {
      commits.push(undefined);
      continue;
    }
    before = tree.value;
    const isSquash = request.strategy === 'squash';
    const parents = isSquash ? [to] : [to, tip];
    const message = isSquash
      ? await squashMessage(git, checkout, { branch, subject, tip, standIn })
      : [subject];
    const isReal = standIn === to;
    to = await makeCommit(git, checkout, tree.value, parents, message);
    standIn =
      isReal && !isSquash
        ? to
        : await makeCommit(git, checkout, tree.value, [to, tip, standIn], ['stand-in']);
    commits.push(to);
  }
  return ok({ from, to, commits });
};

const tipOf = async (git: Git, checkout: Checkout, branch: string): Promise<string> => {
  const tip = await git.branchTip(checkout, branch);
  if (tip === undefined) throw new SyncError('git-failed', `There is no branch ${branch}.`);
  return tip;
};

/** The commit itself, or a stand-in that also descends from what was squashed into it and the tips are built upon. */
const withSquashed = async (
  git: Git,
  checkout: Checkout,
  commit: string,
  tips: readonly string[],
): Promise<string> => {
  const squashed: string[] = [];
  for (const tip of await squashedTips(git, checkout, commit, tips))
    for (const other of tips)
      if (!squashed.includes(tip) && (await isAncestor(git, checkout, tip, other))) squashed.push(tip);
  if (squashed.length === 0) return commit;
  return makeCommit(git, checkout, await treeOf(git, checkout, commit), [commit, ...squashed], ['stand-in']);
};

const squashMessage = async (
  git: Git,
  checkout: Checkout,
  { branch, subject, tip, standIn }: Record<'branch' | 'subject' | 'tip' | 'standIn', string>,
): Promise<readonly string[]> => {
  const args = [
    'log',
    '--no-merges',
    '--reverse',
    `--format=%w(${WIDTH},0,2)* %s`,
    `--max-count=${LISTED}`,
    tip,
    '--not',
    standIn,
    '--',
  ];
  const subjects = (await git.demand(directoryOf(checkout), args)).trim();
  return [subject, ...(subjects === '' ? [] : [subjects]), squashTrailer(branch, tip)];
};

const LISTED = 100;

/** Lines of a body may not be longer where commit messages are checked. */
const WIDTH = 100;
