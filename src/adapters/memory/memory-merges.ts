import { SyncError } from '../../domain/errors.js';
import { err, ok, type Result } from '../../domain/result.js';
import type { BranchStanding } from '../../domain/work/merge-selection.js';
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
import type { Checkout, HeldRepository } from '../../ports/events.js';
import {
  isAncestor,
  isOnMainLine,
  makeCommit,
  mergeCommits,
  squashedInto,
  type MemoryCommit,
} from './memory-history.js';
import type { MemoryRepository } from './memory-repository.js';

/** Merges in a repository that lives in memory. */
export class MemoryMerges implements Merges {
  readonly #repository: MemoryRepository;
  /** Commits that no branch has yet, by their ids. */
  readonly #made = new Map<string, MemoryCommit>();

  constructor(repository: MemoryRepository) {
    this.#repository = repository;
  }

  async standings(
    checkout: Checkout,
    into: string,
    questions: readonly StandingQuestion[],
  ): Promise<ReadonlyMap<string, BranchStanding>> {
    const standings = new Map<string, BranchStanding>();
    for (const question of questions)
      standings.set(question.branch, await this.#standing(checkout, into, question));
    return standings;
  }

  async places(): Promise<ReadonlyMap<string, BranchPlace>> {
    return new Map(
      this.#repository
        .checkedOut()
        .map(([branch, directory]) => [
          branch,
          { directory, isPresent: true, isLocked: false, isRebased: false },
        ]),
    );
  }

  async tryMerge(
    _checkout: Checkout,
    { into, branches, strategy }: MergeRequest,
  ): Promise<Result<TriedMerge, MergeConflict>> {
    const from = this.#tip(into);
    let to = from;
    let standIn = makeCommit([from, ...squashedInto(from)], from.files, 'stand-in');
    const commits: (string | undefined)[] = [];
    for (const { branch, subject } of branches) {
      const tip = this.#tip(branch);
      const isThere = isAncestor(tip, standIn);
      const merged = isThere ? ok(standIn) : mergeCommits(standIn, tip, subject);
      if (!merged.ok) return err({ branch, paths: merged.error });
      commits.push(isThere ? undefined : (to = this.#commit(to, tip, merged.value, subject, strategy)).id);
      standIn = makeCommit([to, tip, standIn], merged.value.files, 'stand-in');
    }
    return ok({ from: from.id, to: to.id, commits });
  }

  async obstacle(_checkout: Checkout, { branch, from, to }: BranchMove): Promise<MoveObstacle | undefined> {
    const tip = this.#repository.tipOf(branch);
    if (tip?.id !== from) return { obstacle: 'moved' };
    const directory = this.#repository.rootOf(branch);
    if (directory === undefined) return undefined;
    const next = this.#known(to);
    const dirty = await this.#repository.dirtyPaths(directory);
    const paths = dirty.filter((path) => tip.files.get(path) !== next.files.get(path));
    return paths.length === 0 ? undefined : { obstacle: 'changes', directory, paths };
  }

  async moveBranch({ checkout }: HeldRepository, move: BranchMove): Promise<Result<undefined, MoveObstacle>> {
    const obstacle = await this.obstacle(checkout, move);
    if (obstacle !== undefined) return err(obstacle);
    this.#made.set(move.from, this.#tip(move.branch));
    this.#repository.moveTo(move.branch, this.#known(move.to));
    return ok(undefined);
  }

  async #standing(
    checkout: Checkout,
    into: string,
    { branch, startedFrom }: StandingQuestion,
  ): Promise<BranchStanding> {
    const tip = this.#repository.tipOf(branch);
    if (tip === undefined) return 'missing';
    const isStart = [into, ...startedFrom].some((each) => {
      const other = this.#repository.tipOf(each);
      return other !== undefined && isOnMainLine(tip, other);
    });
    if (isStart && !this.#repository.wasCommittedOn(branch, tip)) return 'no-commits';
    return (await this.#repository.isMerged(checkout, branch, into)) ? 'merged' : 'unmerged';
  }

  #commit(
    to: MemoryCommit,
    tip: MemoryCommit,
    { files }: MemoryCommit,
    subject: string,
    strategy: MergeRequest['strategy'],
  ): MemoryCommit {
    const commit =
      strategy === 'merge' ? makeCommit([to, tip], files, subject) : makeCommit([to], files, subject, [tip]);
    this.#made.set(commit.id, commit);
    return commit;
  }

  #tip(branch: string): MemoryCommit {
    const tip = this.#repository.tipOf(branch);
    if (tip === undefined) throw new SyncError('git-failed', `There is no branch ${branch}.`);
    return tip;
  }

  #known(id: string): MemoryCommit {
    const commit = this.#made.get(id) ?? this.#repository.commitOf(id);
    if (commit === undefined) throw new SyncError('git-failed', `There is no commit ${id}.`);
    return commit;
  }
}
