import { cleanMergeOf, treeOf } from './git-merge-tree.js';
import type { RepositoryGit } from './repository-git.js';

/**
 * Those of many tips of which `into` has everything: the commits; or, after a squash of ours, what its commit says; or,
 * after somebody else's squash, the content, which shows in a merge of the two that changes nothing. The first two are
 * asked for all tips at once.
 */
export const mergedTips = async (
  git: RepositoryGit,
  tips: readonly string[],
  into: string,
): Promise<ReadonlySet<string>> => {
  const contained = await containedTips(git, tips, [into]);
  const others = tips.filter((tip) => !contained.includes(tip));
  return new Set([...contained, ...(await squashedOf(git, others, into))]);
};

/** Those of which `into` has everything without being descended from them. */
export const squashedOf = async (
  git: RepositoryGit,
  tips: readonly string[],
  into: string,
): Promise<readonly string[]> => {
  if (tips.length === 0) return [];
  const squashed = await squashedTips(git, into, tips);
  const merged = new Set(await containedTips(git, tips, squashed));
  const unknown = tips.filter((tip) => !merged.has(tip));
  if (unknown.length === 0) return [...merged];
  const tree = await treeOf(git, into);
  for (let from = 0; from < unknown.length; from += AT_ONCE) {
    await Promise.all(
      unknown.slice(from, from + AT_ONCE).map(async (tip) => {
        if ((await cleanMergeOf(git, into, tip)) === tree) merged.add(tip);
      }),
    );
  }
  return [...merged];
};

/**
 * Those of many commits that one of others descends from, or is. A commit that is left over when all history of the
 * others is taken away is not among them.
 */
export const containedTips = async (
  git: RepositoryGit,
  commits: readonly string[],
  others: readonly string[],
): Promise<readonly string[]> => {
  if (others.length === 0) return [];
  const left = new Set<string>();
  for (let from = 0; from < commits.length; from += MANY) {
    const some = commits.slice(from, from + MANY);
    const args = ['rev-list', '--ignore-missing', ...some, '--not', ...others, '--'];
    for (const commit of (await git.demandFact([...some, ...others], args)).split('\n')) left.add(commit);
  }
  return commits.filter((commit) => !left.has(commit));
};

/**
 * A squashed branch is no ancestor of what has its work. Its commit says in a trailer which branch it came from and what
 * the tip was then, so that history itself is the evidence, in every clone, whatever is done to the same lines later.
 */
export const squashTrailer = (branch: string, tip: string): string => {
  const line = `${TRAILER}: ${branch} ${tip}`;
  // Longer lines are refused where commit messages are checked; git reads a folded trailer as one line.
  return line.length <= 100 ? line : `${TRAILER}: ${branch}\n ${tip}`;
};

/** Tips whose work `into` has by a squash since the last commit that it has in common with all of these. */
export const squashedTips = async (
  git: RepositoryGit,
  into: string,
  tips: readonly string[],
): Promise<readonly string[]> => {
  const format = `--format=%(trailers:key=${TRAILER},valueonly=true,unfold=true)`;
  const known = await commonBase(git, into, tips);
  const args = ['log', '--extended-regexp', `--grep=^${TRAILER}: `, format, into, '--not', ...known, '--'];
  const values = (await git.demandFact([into, ...known], args)).split(/\r?\n/);
  const found = values.flatMap((value) => /\s([0-9a-f]{40}|[0-9a-f]{64})$/.exec(value.trim())?.[1] ?? []);
  return [...new Set(found)];
};

/**
 * A commit that all of these descend from, so that no squash of theirs lies before it. Of too many for one command line,
 * and without anything in common, there is none.
 */
const commonBase = async (
  git: RepositoryGit,
  into: string,
  tips: readonly string[],
): Promise<readonly string[]> => {
  if (tips.length === 1) return tips;
  if (tips.length > MANY) return [];
  const args = ['merge-base', '--octopus', into, ...tips];
  const { code, stdout } = await git.fact([into, ...tips], args);
  return code === 0 ? [stdout.trim()] : [];
};

const TRAILER = 'Merged-Branch';

/** As many commits as every system takes on one command line. */
const MANY = 200;
const AT_ONCE = 4;
