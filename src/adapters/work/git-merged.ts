import type { Checkout } from '../../ports/events.js';
import type { Git } from './git-command.js';
import { demandFact } from './git-commit-facts.js';
import { cleanMergeOf, treeOf } from './git-merge-tree.js';
import { squashedTips } from './git-squash-trace.js';

/**
 * Those of many tips of which `into` has everything: the commits; or, after a squash of ours, what its commit says; or,
 * after somebody else's squash, the content, which shows in a merge of the two that changes nothing. The first two are
 * asked for all tips at once.
 */
export const mergedTips = async (
  git: Git,
  checkout: Checkout,
  tips: readonly string[],
  into: string,
): Promise<ReadonlySet<string>> => {
  const contained = await containedTips(git, checkout, tips, [into]);
  const others = tips.filter((tip) => !contained.includes(tip));
  return new Set([...contained, ...(await squashedOf(git, checkout, others, into))]);
};

/** Those of which `into` has everything without being descended from them. */
export const squashedOf = async (
  git: Git,
  checkout: Checkout,
  tips: readonly string[],
  into: string,
): Promise<readonly string[]> => {
  if (tips.length === 0) return [];
  const squashed = await squashedTips(git, checkout, into, tips);
  const merged = new Set(await containedTips(git, checkout, tips, squashed));
  const unknown = tips.filter((tip) => !merged.has(tip));
  if (unknown.length === 0) return [...merged];
  const tree = await treeOf(git, checkout, into);
  for (let from = 0; from < unknown.length; from += AT_ONCE) {
    await Promise.all(
      unknown.slice(from, from + AT_ONCE).map(async (tip) => {
        if ((await cleanMergeOf(git, checkout, into, tip)) === tree) merged.add(tip);
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
  git: Git,
  checkout: Checkout,
  commits: readonly string[],
  others: readonly string[],
): Promise<readonly string[]> => {
  if (others.length === 0) return [];
  const left = new Set<string>();
  for (let from = 0; from < commits.length; from += MANY) {
    const some = commits.slice(from, from + MANY);
    const args = ['rev-list', '--ignore-missing', ...some, '--not', ...others, '--'];
    for (const commit of (await demandFact(git, checkout, [...some, ...others], args)).split('\n'))
      left.add(commit);
  }
  return commits.filter((commit) => !left.has(commit));
};

/** As many commits as every system takes on one command line. */
const MANY = 200;
const AT_ONCE = 4;
