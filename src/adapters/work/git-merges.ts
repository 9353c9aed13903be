import type { Environment } from '../../domain/child-environment.js';
import { SyncError } from '../../domain/errors.js';
import { err, ok, type Result } from '../../domain/result.js';
import type { BranchStanding } from '../../domain/work/merge-selection.js';
import type { Checkout, HeldRepository } from '../../ports/events.js';
import type {
  BranchMove,
  BranchPlace,
  MergeConflict,
  MergeRequest,
  Merges,
  MoveObstacle,
  StandingQuestion,
  TriedMerge,
} from '../../ports/work.js';
import { Git, WRITING } from './git.js';
import { branchPlaces, moveBranch, placeToMove } from './git-branch-move.js';
import { BRANCHES } from './git-directory.js';
import { containedIn, runMergeTree, squashedTips, squashTrailer, standingsOf, treeOf } from './git-merged.js';
import { mainOf } from './git-places.js';
import { reasonOf } from './git-reason.js';

/** Merges with git, without a checkout and without any of its hooks. Needs git 2.38 or newer to merge. */
export class GitMerges implements Merges {
  readonly #git: Git;

  /** @param environment what git inherits */
  constructor(environment: Environment) {
    this.#git = new Git(environment);
  }

  async standings(
    checkout: Checkout,
    into: string,
    questions: readonly StandingQuestion[],
  ): Promise<ReadonlyMap<string, BranchStanding>> {
    return standingsOf(this.#at(checkout), into, questions);
  }

  async places(checkout: Checkout): Promise<ReadonlyMap<string, BranchPlace>> {
    const places = await branchPlaces(this.#at(checkout));
    return new Map(places.map(({ branch, ...place }) => [branch, place]));
  }

  /**
   * Two lines of commits are made: the real one, and a stand-in that has every squashed tip for a parent. Git merges with
   * the stand-in, and so takes the work that a branch was built upon for what both sides have, although the real line has
   * no trace of it that git would follow.
   */
  async tryMerge(
    checkout: Checkout,
    { into, branches, strategy }: MergeRequest,
  ): Promise<Result<TriedMerge, MergeConflict>> {
    const git = this.#at(checkout);
    const from = await tipOf(git, into);
    const steps = await Promise.all(
      branches.map(async (step) => ({ ...step, tip: await tipOf(git, step.branch) })),
    );
    if (steps.length === 0) return ok({ from, to: from, commits: [] });
    const tips = steps.map(({ tip }) => tip);
    let standIn = await withSquashed(git, from, tips);
    let before = await treeOf(git, from);
    let to = from;
    const commits: (string | undefined)[] = [];
    for (const { branch, subject, tip } of steps) {
      const tree = await mergeTrees(git, standIn, tip);
      if (!tree.ok) return err({ branch, paths: tree.error });
      if (tree.value === before && (await containedIn(git, [tip], [standIn])).has(tip)) {
        commits.push(undefined);
        continue;
      }
      before = tree.value;
      const isMerge = strategy === 'merge';
      const squashed = isMerge ? [] : [...(await subjectsOf(git, tip, standIn)), squashTrailer(branch, tip)];
      const isReal = isMerge && standIn === to;
      to = await makeCommit(git, before, isMerge ? [to, tip] : [to], [subject, ...squashed]);
      standIn = isReal ? to : await makeCommit(git, before, [to, tip, standIn], ['stand-in']);
      commits.push(to);
    }
    return ok({ from, to, commits });
  }

  async obstacle(checkout: Checkout, move: BranchMove): Promise<MoveObstacle | undefined> {
    const place = await placeToMove(this.#at(checkout), move);
    return place.ok ? undefined : place.error;
  }

  async moveBranch(held: HeldRepository, move: BranchMove): Promise<Result<undefined, MoveObstacle>> {
    return moveBranch(this.#at(held.checkout), move);
  }

  #at(checkout: Checkout): Git {
    return this.#git.in(mainOf(checkout));
  }
}

/** Makes `name` point at a merge of the tips, in the object store alone. The error lists the paths that conflict. */
export const mergeBranches = async (
  git: Git,
  name: string,
  branches: readonly string[],
): Promise<Result<string, readonly string[]>> => {
  const tips = new Map<string, string>();
  for (const branch of branches) tips.set(await tipOf(git, branch), branch);
  const standing = await git.branchTip(name);
  if (standing !== undefined) {
    // What was merged before, and perhaps built upon since, stays.
    if ((await containedIn(git, [...tips.keys()], [standing])).size === tips.size) return ok(standing);
    if ((await git.worktrees()).some(({ branch }) => branch === name))
      throw new SyncError('worktree-failed', `The branch ${name} is checked out, so it cannot be moved.`);
  }
  // One that another descends from is merged already.
  const heads = (await git.demandFact(['merge-base', '--independent', ...tips.keys()])).trim().split('\n');
  const [first = '', ...others] = [...tips.keys()].filter((tip) => heads.includes(tip));
  let merge = first;
  for (const tip of others) {
    const tree = await mergeTrees(git, merge, tip);
    if (!tree.ok) return tree;
    merge = await makeCommit(git, tree.value, [merge, tip], [`Merge ${tips.get(tip) ?? ''} into ${name}`]);
  }
  await git.demand(['update-ref', BRANCHES + name, merge, standing ?? ''], WRITING);
  return ok(merge);
};

const tipOf = async (git: Git, branch: string): Promise<string> => {
  const tip = await git.branchTip(branch);
  if (tip === undefined) throw new SyncError('git-failed', `There is no branch ${branch}.`);
  return tip;
};

/** The tree of a merge of two commits. The error lists the paths that conflict. */
const mergeTrees = async (
  git: Git,
  ours: string,
  theirs: string,
): Promise<Result<string, readonly string[]>> => {
  const run = await runMergeTree(git, ours, theirs);
  const [tree, ...conflicts] = run.stdout.split('\0').filter((part) => part !== '');
  if (run.code === 1 && tree !== undefined) return err([...new Set(conflicts)].sort());
  if (run.code === 0 && tree !== undefined) return ok(tree);
  // Git before 2.38 does not know the option and prints how to use the command.
  throw run.code === 129
    ? new SyncError('git-failed', 'This git cannot merge without a work tree.', {
        hint: 'Install git 2.38 or newer.',
      })
    : new SyncError('git-failed', `Git could not merge: ${reasonOf(run)}`);
};

/** A commit that no branch has yet. Each part of the message is a paragraph. */
const makeCommit = async (
  git: Git,
  tree: string,
  parents: readonly string[],
  message: readonly string[],
): Promise<string> => {
  const options = [
    ...parents.flatMap((parent) => ['-p', parent]),
    ...message.flatMap((text) => ['-m', text]),
  ];
  return (await git.demand(['commit-tree', tree, ...options], WRITING)).trim();
};

/** The commit itself, or a stand-in that also descends from what was squashed into it and the tips are built upon. */
const withSquashed = async (git: Git, commit: string, tips: readonly string[]): Promise<string> => {
  const squashed = await squashedTips(git, commit, tips);
  if (squashed.length === 0) return commit;
  const own = (await git.demandFact(['rev-list', ...tips, '--not', commit, '--'])).split('\n');
  const builtUpon = squashed.filter((tip) => own.includes(tip));
  if (builtUpon.length === 0) return commit;
  return makeCommit(git, await treeOf(git, commit), [commit, ...builtUpon], ['stand-in']);
};

/** The first lines of what is squashed, as one paragraph. */
const subjectsOf = async (git: Git, tip: string, into: string): Promise<readonly string[]> => {
  // Lines of a body may not be longer where commit messages are checked.
  const shape = ['--no-merges', '--reverse', '--format=%w(100,0,2)* %s', '--max-count=100'];
  const subjects = (await git.demand(['log', ...shape, tip, '--not', into, '--'])).trim();
  return subjects === '' ? [] : [subjects];
};
