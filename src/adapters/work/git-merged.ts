import type { Checkout } from '../../ports/events.js';
import { directoryOf, type Git } from './git-command.js';
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
  const merged = new Set<string>();
  const rest = (): readonly string[] => tips.filter((tip) => !merged.has(tip));
  for (const tip of await contained(git, checkout, tips, [into])) merged.add(tip);
  if (rest().length === 0) return merged;
  const squashed = await squashedTips(git, checkout, into, rest());
  for (const tip of await contained(git, checkout, rest(), squashed)) merged.add(tip);
  const unknown = rest();
  if (unknown.length === 0) return merged;
  const tree = await treeOf(git, checkout, into);
  for (let from = 0; from < unknown.length; from += AT_ONCE) {
    await Promise.all(
      unknown.slice(from, from + AT_ONCE).map(async (tip) => {
        if ((await cleanMergeOf(git, checkout, into, tip)) === tree) merged.add(tip);
      }),
    );
  }
  return merged;
};

/**
 * Those of many commits that one of others descends from, or is. A commit that is left over when all history of the
 * others is taken away is not among them.
 */
const contained = async (
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
    for (const commit of (await git.demand(directoryOf(checkout), args)).split('\n')) left.add(commit);
  }
  return commits.filter((commit) => !left.has(commit));
};

/** As many commits as every system takes on one command line. */
const MANY = 200;
const AT_ONCE = 4;
