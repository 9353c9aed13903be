import type { Result } from '../../domain/result.js';
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
import { findObstacle, moveBranch } from './git-branch-move.js';
import { checkedOut, rebased } from './git-branch-place.js';
import { Git } from './git-command.js';
import { tryMerge } from './git-merge-trial.js';
import type { Environment } from './git-process.js';
import { standingsOf } from './git-standing.js';

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
    return standingsOf(this.#git, checkout, into, questions);
  }

  async places(checkout: Checkout): Promise<ReadonlyMap<string, BranchPlace>> {
    const places = [...(await checkedOut(this.#git, checkout)), ...rebased(checkout)];
    return new Map(places.map(({ branch, ...place }) => [branch, place]));
  }

  async tryMerge(checkout: Checkout, request: MergeRequest): Promise<Result<TriedMerge, MergeConflict>> {
    return tryMerge(this.#git, checkout, request);
  }

  async obstacle(checkout: Checkout, move: BranchMove): Promise<MoveObstacle | undefined> {
    return findObstacle(this.#git, checkout, move);
  }

  async moveBranch(held: HeldRepository, move: BranchMove): Promise<Result<undefined, MoveObstacle>> {
    return moveBranch(this.#git, held.checkout, move);
  }
}
