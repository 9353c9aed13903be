import { SyncError } from '../../domain/errors.js';
import { isLegalTransition, laneName } from '../../domain/events/lane.js';
import { isWorkPackageId } from '../../domain/ids.js';
import { workPackageBranch } from '../../domain/work/feature-slug.js';
import { workPackageIdOf } from '../../domain/work/work-package-id.js';
import { unreadyDependencies, type WorkPackage } from '../../domain/work/work-package.js';
import type { HeldRepository } from '../../ports/events.js';
import type { ResultOf } from '../documents/all.js';
import {
  findWorkPackage,
  refuseUninitialized,
  searchWorkPackage,
  type FeatureState,
} from './feature-state.js';
import { branchesOf, describeGroup, standingTargetOf } from './feature-branches.js';
import type { MergingPorts, PerformedWork, Undo } from './perform-work.js';
import { planTransitions } from './plan-transitions.js';
import { firstReady } from './read-work-ahead.js';
import { UseCase } from '../use-case.js';
import { workOnFeature, type FeatureInput } from './work-on-feature.js';

export interface ImplementInput extends FeatureInput {
  /** Default: the first that may begin, chosen under the lock under which it is begun, so that no two get the same. */
  readonly workPackageId?: string | undefined;
  /** Work package, or branch, to start from. */
  readonly base?: string | undefined;
  readonly agent?: string | undefined;
}

/** Where the work is done. `already-doing`: somebody began before; nothing was moved and nothing is emitted. */
export type ImplementResult = ResultOf<'implement'>;

/** Gives a work package a work tree on a branch of its own and takes it from `planned` to `doing`. */
export class ImplementWorkPackage extends UseCase<MergingPorts> {
  /**
   * Fails with `nothing-ready`, `dependency-not-ready`, `transition-illegal`, `worktree-failed`, `merge-conflict` and what the work
   * itself fails with. A work tree or branch that this run made is then gone again.
   */
  async run(input: ImplementInput, signal?: AbortSignal): Promise<PerformedWork<ImplementResult>> {
    if (input.checkout.commonDir === undefined) {
      const message = 'A work package is implemented in a git worktree, and here is no git.';
      throw new SyncError('not-a-repository', message, {
        hint: 'Run "git init" and commit once, then run the command again.',
      });
    }
    const { agent } = input;
    return workOnFeature(this.ports, input, signal, async (draft, held, undoing) => {
      const { state } = draft;
      const asked = input.workPackageId ?? (await firstReady(this.ports, held.checkout, state));
      const workPackage = findWorkPackage(state, asked);
      const { id, lane, detail, agent: inCharge } = workPackage;
      const isBegun = lane === 'doing';
      refuseGroups(state, workPackage);
      // What is blocked waits for a person.
      if (!isBegun || detail === 'blocked') refuseUnready(state, workPackage);
      const made = await this.#makeWorktree(held, state, workPackage, input.base, undoing);
      const whose = isBegun ? inCharge : (agent ?? inCharge);
      const result: ImplementResult = {
        feature: state.documents.slug,
        workPackageId: id,
        outcome: isBegun ? 'already-doing' : 'started',
        agent: whose,
        ...made,
      };
      if (isBegun) return { result };
      const note = 'Started implementation';
      planTransitions(draft, [{ workPackageId: id, to: 'doing', note, by: agent ?? 'user', agent }]);
      return { result, done: `start ${id}` };
    });
  }

  /** A branch that is there already needs no base. The work tree leaves out what is edited in the main checkout only. */
  async #makeWorktree(
    held: HeldRepository,
    state: FeatureState,
    workPackage: WorkPackage,
    asked: string | undefined,
    undoing: Undo[],
  ): Promise<Pick<ImplementResult, 'worktree' | 'worktreeWas' | 'branch' | 'base'>> {
    const { repository } = this.ports;
    const branch = workPackageBranch(state.documents.slug, workPackage.id);
    const isThere = (await repository.branchTip(held.checkout, branch)) !== undefined;
    const base = isThere ? undefined : await this.#chooseBase(held, state, workPackage, asked, undoing);
    const path = `${held.checkout.projectRoot}/.worktrees/${branch}`;
    // First of all, so that a work tree is never to be seen in the main checkout, also after a kill; but a refused command
    // must not hide from git what a user keeps there.
    undoing.push(await repository.exclude(held, '/.worktrees/'));
    const request = { path, branch, base: base ?? branch, leaveOut: ['kitty-specs'] };
    const was = await repository.addWorktree(held, request);
    if (was === 'made') undoing.push(() => repository.removeWorktree(held, request));
    return { worktree: path, worktreeWas: was, branch, base };
  }

  /**
   * Work starts from the target branch, unless dependencies wait for their merge: then from the one branch that has such
   * work, or from a merge of several. Fails with `worktree-failed` when a branch is missing, and with `merge-conflict`
   * when the dependencies do not merge cleanly.
   */
  async #chooseBase(
    held: HeldRepository,
    { documents: { slug, meta } }: FeatureState,
    { id, dependencies }: WorkPackage,
    asked: string | undefined,
    undoing: Undo[],
  ): Promise<string> {
    const { repository } = this.ports;
    const { checkout } = held;
    if (asked !== undefined) {
      // A work package means its branch; anything else is a branch itself.
      const named = workPackageIdOf(asked);
      const branch = isWorkPackageId(named) ? workPackageBranch(slug, named) : asked.trim();
      if ((await repository.branchTip(checkout, branch)) !== undefined) return branch;
      throw new SyncError('worktree-failed', `There is no branch ${branch} to start from.`, {
        hint: 'Name a work package that has been implemented, or leave --base out.',
      });
    }
    const target = await standingTargetOf(repository, checkout, meta);
    const branches = dependencies.map((each) => workPackageBranch(slug, each));
    const tips = await Promise.all(branches.map((branch) => repository.branchTip(checkout, branch)));
    const standing = branches.filter((_, at) => tips[at] !== undefined);
    const merged = await repository.mergedBranches(checkout, standing, target);
    const unmerged = standing.filter((branch) => !merged.has(branch));
    const [first = target, ...others] = unmerged;
    if (others.length === 0) return first;
    const base = `${workPackageBranch(slug, id)}-merge-base`;
    const made = await repository.makeMergeBranch(held, base, unmerged);
    if (!made.ok) {
      const message = `The branches ${unmerged.join(' and ')} do not merge cleanly: ${made.error.join(', ')}.`;
      throw new SyncError('merge-conflict', message, {
        hint: 'Merge the dependencies first, or name one of them with --base.',
      });
    }
    undoing.push(() => repository.removeMergeBranch(held, base));
    return base;
  }
}

/** Work on a branch that several work packages share is begun by whoever made the groups. */
const refuseGroups = ({ documents }: FeatureState, { id, dependencies }: WorkPackage): void => {
  const { group } = branchesOf(documents);
  const [sentence] = [id, ...dependencies].flatMap((each) => {
    const found = group(each);
    return found === undefined ? [] : [`${describeGroup(each, found)}.`];
  });
  if (sentence === undefined) return;
  throw new SyncError('worktree-failed', sentence, {
    hint: `Nothing has changed. Work on that branch, and say so with "spec-kitty agent tasks move-task ${id} --to doing"; or take the groups out of lanes.json.`,
  });
};

const refuseUnready = (state: FeatureState, workPackage: WorkPackage): void => {
  const { id, lane, contradicting, dependencies } = workPackage;
  refuseUninitialized([workPackage]);
  if (lane !== 'planned') {
    const copy =
      contradicting === undefined ? '' : ` Its file says ${contradicting}, but the status log counts.`;
    const force = isLegalTransition(workPackage, 'doing') ? '' : ' --force';
    throw new SyncError(
      'transition-illegal',
      `${id} is in ${laneName(workPackage)}, so there is nothing to begin.${copy}`,
      { hint: `To take it back into work, run "spec-kitty agent tasks move-task ${id} --to doing${force}".` },
    );
  }
  const needed = dependencies.flatMap((each) => searchWorkPackage(state, each) ?? []);
  const unready = unreadyDependencies(workPackage, needed);
  if (unready.length === 0) return;
  const named = unready.map((each) => `${each.id} (${each.lane ?? 'no such work package'})`).join(', ');
  throw new SyncError('dependency-not-ready', `${id} depends on ${named}.`, {
    hint: 'A dependency has to be in for_review or done. Implement it first, or correct the dependencies.',
  });
};
