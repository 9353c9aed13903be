import { SyncError } from '../../domain/errors.js';
import { isLegalTransition, laneName } from '../../domain/events/lane.js';
import { isWorkPackageId } from '../../domain/ids.js';
import { workPackageBranch } from '../../domain/work/feature-slug.js';
import { workPackageIdOf } from '../../domain/work/work-package-id.js';
import { unreadyDependencies, chooseWorktreeBase } from '../../domain/work/worktree-base.js';
import type { HeldRepository } from '../../ports/events.js';
import type { Repository, WorktreeRequest } from '../../ports/work.js';
import type { Emission } from '../outbox/event-emitter.js';
import { findWorkPackage, refuseUninitialized, searchWorkPackage } from './feature-state.js';
import type { FeatureState, FiledWorkPackage } from './feature-state.js';
import { standingTargetOf } from './feature-target.js';
import { branchesOf, describeGroup } from './group-branches.js';
import type { WorkPorts } from './perform-work.js';
import { planTransitions } from './plan-transitions.js';
import { nothingToDo } from './work-plan.js';
import type { PerformedWork } from './work-plan.js';
import { workOnFeature, type FeatureInput, type FeaturePlan } from './work-on-feature.js';

export interface ImplementInput extends FeatureInput {
  readonly workPackageId: string;
  /** Work package, or branch, to start from. */
  readonly base?: string;
  /** Who implements. */
  readonly agent?: string;
}

export interface ImplementResult {
  readonly feature: string;
  readonly workPackageId: string;
  /** `already-doing`: somebody began before; nothing was moved and nothing is emitted. */
  readonly outcome: 'started' | 'already-doing';
  /** Who is in charge, as the front matter says. */
  readonly agent?: string;
  /** Absolute path of the work tree. */
  readonly worktree: string;
  readonly worktreeWas: 'made' | 'existing';
  readonly branch: string;
  /** What the branch was started from; absent when it was there already. */
  readonly base?: string;
}

/** Gives a work package a work tree on a branch of its own and takes it from `planned` to `doing`. */
export class ImplementWorkPackage {
  readonly #ports: WorkPorts;

  constructor(ports: WorkPorts) {
    this.#ports = ports;
  }

  /**
   * Fails with `dependency-not-ready`, `transition-illegal`, `worktree-failed`, `merge-conflict` and what the work
   * itself fails with. A work tree or branch that this run made is then gone again.
   */
  async run(input: ImplementInput, signal?: AbortSignal): Promise<PerformedWork<ImplementResult>> {
    const { workPackageId } = input;
    return this.take(input, async () => workPackageId, signal);
  }

  /** The same for the work package that is chosen under the lock. */
  async take(
    input: Choosing,
    choose: (state: FeatureState, held: HeldRepository) => Promise<string>,
    signal?: AbortSignal,
  ): Promise<PerformedWork<ImplementResult>> {
    if (input.checkout.commonDir === undefined) {
      throw new SyncError(
        'not-a-repository',
        'A work package is implemented in a git worktree, and here is no git.',
        {
          hint: 'Run "git init" and commit once, then run the command again.',
        },
      );
    }
    const { agent, workPackageId } = input;
    return workOnFeature(
      this.#ports,
      input,
      { agent, ...(workPackageId === undefined ? {} : { workPackageId }) },
      async (state, emission, held) =>
        this.#plan(emission, held, state, findWorkPackage(state, await choose(state, held)), input),
      signal,
    );
  }

  async #plan(
    emission: Emission,
    held: HeldRepository,
    state: FeatureState,
    filed: FiledWorkPackage,
    input: Choosing,
  ): Promise<FeaturePlan<ImplementResult>> {
    refuseGroups(state, filed);
    if (!isBegun(filed)) refuseUnready(state, filed);
    const made = await this.#makeWorktree(held, state, filed, input);
    try {
      return await this.#planTransition(emission, state, filed, input, made);
    } catch (error) {
      await made.undo();
      throw error;
    }
  }

  async #planTransition(
    emission: Emission,
    state: FeatureState,
    { workPackage }: FiledWorkPackage,
    input: Choosing,
    made: MadeWorktree,
  ): Promise<FeaturePlan<ImplementResult>> {
    const { id, lane, agent: inCharge } = workPackage;
    const slug = state.documents.slug;
    const agent = lane === 'doing' ? inCharge : (input.agent ?? inCharge);
    const result: ImplementResult = {
      feature: slug,
      workPackageId: id,
      outcome: lane === 'doing' ? 'already-doing' : 'started',
      ...(agent === undefined ? {} : { agent }),
      worktree: made.path,
      worktreeWas: made.was,
      branch: made.branch,
      ...(made.base === undefined ? {} : { base: made.base }),
    };
    if (lane === 'doing') return nothingToDo(result);
    const planned = await planTransitions(this.#ports.files, emission, state, [
      {
        workPackageId: id,
        to: 'doing',
        by: input.agent ?? 'user',
        note: 'Started implementation',
        ...(input.agent === undefined ? {} : { agent: input.agent }),
      },
    ]);
    return { ...planned, result, undo: made.undo, done: `start ${id}` };
  }

  /** A branch that is there already needs no base. The work tree leaves out what is edited in the main checkout only. */
  async #makeWorktree(
    held: HeldRepository,
    state: FeatureState,
    filed: FiledWorkPackage,
    input: Choosing,
  ): Promise<MadeWorktree> {
    const repository = this.#ports.repository;
    const branch = workPackageBranch(state.documents.slug, filed.workPackage.id);
    const isThere = (await repository.branchTip(held.checkout, branch)) !== undefined;
    const base = isThere ? undefined : await chooseBase(repository, held, state, filed, input.base);
    const path = `${held.checkout.projectRoot}/.worktrees/${branch}`;
    const request = { path, branch, base: base?.branch ?? branch, leaveOut: ['kitty-specs'] };
    let made: WorktreeRequest | undefined;
    let show = async (): Promise<void> => undefined;
    const undo = async (): Promise<void> => {
      await this.#undo(held, made, base);
      // A refused command must not hide from git what a user keeps there.
      await show();
    };
    try {
      // First of all, so that a work tree is never to be seen in the main checkout, also after a kill.
      show = await repository.exclude(held, '/.worktrees/');
      const was = await repository.addWorktree(held, request);
      made = was === 'made' ? request : undefined;
      return { path, branch, was, undo, ...(base === undefined ? {} : { base: base.branch }) };
    } catch (error) {
      await undo();
      throw error;
    }
  }

  async #undo(
    held: HeldRepository,
    made: WorktreeRequest | undefined,
    base: ChosenBase | undefined,
  ): Promise<void> {
    if (made !== undefined) await this.#ports.repository.removeWorktree(held, made);
    if (base?.mergeBranch !== undefined)
      await this.#ports.repository.removeMergeBranch(held, base.mergeBranch);
  }
}

type Choosing = Omit<ImplementInput, 'workPackageId'> & Partial<Pick<ImplementInput, 'workPackageId'>>;

interface MadeWorktree {
  readonly path: string;
  readonly branch: string;
  readonly was: 'made' | 'existing';
  readonly base?: string;
  readonly undo: () => Promise<void>;
}

/** Work on a branch that several work packages share is begun by whoever made the groups. */
const refuseGroups = (state: FeatureState, { workPackage: { id, dependencies } }: FiledWorkPackage): void => {
  const { group } = branchesOf(state.documents);
  const [first] = [id, ...dependencies].flatMap((each) => {
    const found = group(each);
    return found === undefined ? [] : [{ id: each, group: found }];
  });
  if (first === undefined) return;
  throw new SyncError('worktree-failed', `${describeGroup(first.id, first.group)}.`, {
    hint: `Nothing has changed. Work on that branch, and say so with "spec-kitty agent tasks move-task ${id} --to doing"; or take the groups out of lanes.json.`,
  });
};

/** Whether somebody has it, also without having begun. What is blocked waits for a person. */
const isBegun = ({ workPackage: { lane, detail } }: FiledWorkPackage): boolean =>
  lane === 'doing' && detail !== 'blocked';

const refuseUnready = (state: FeatureState, filed: FiledWorkPackage): void => {
  const { workPackage } = filed;
  const { id, lane, contradicting } = workPackage;
  refuseUninitialized({ workPackages: [filed] });
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
  const needed = workPackage.dependencies.flatMap(
    (each) => searchWorkPackage(state, each)?.workPackage ?? [],
  );
  const unready = unreadyDependencies(workPackage, needed);
  if (unready.length === 0) return;
  const named = unready.map((each) => `${each.id} (${each.lane ?? 'no such work package'})`).join(', ');
  throw new SyncError('dependency-not-ready', `${id} depends on ${named}.`, {
    hint: 'A dependency has to be in for_review or done. Implement it first, or correct the dependencies.',
  });
};

/** Where the branch of a work package starts. */
interface ChosenBase {
  readonly branch: string;
  /** The merge branch that was made for it, to be taken back when the rest fails. */
  readonly mergeBranch?: string;
}

/**
 * Chooses the base of a new branch, and makes the merge branch where several are needed. Fails with `worktree-failed`
 * when a branch is missing, and with `merge-conflict` when the dependencies do not merge cleanly.
 */
const chooseBase = async (
  repository: Repository,
  held: HeldRepository,
  state: FeatureState,
  filed: FiledWorkPackage,
  asked: string | undefined,
): Promise<ChosenBase> => {
  const { slug } = state.documents;
  if (asked !== undefined) return { branch: await askedBranch(repository, held, slug, asked) };
  const target = await standingTargetOf(repository, held.checkout, state.documents.meta);
  const branches = filed.workPackage.dependencies.map((id) => workPackageBranch(slug, id));
  const tips = await Promise.all(branches.map((branch) => repository.branchTip(held.checkout, branch)));
  const standing = branches.filter((_, at) => tips[at] !== undefined);
  const merged = await repository.mergedBranches(held.checkout, standing, target);
  const unmerged = standing.filter((branch) => !merged.has(branch));
  const base = chooseWorktreeBase(workPackageBranch(slug, filed.workPackage.id), target, unmerged);
  if (base.base === 'branch') return { branch: base.branch };
  const made = await repository.makeMergeBranch(held, base.branch, base.branches);
  if (made.ok) return { branch: base.branch, mergeBranch: base.branch };
  throw new SyncError(
    'merge-conflict',
    `The branches ${base.branches.join(' and ')} do not merge cleanly: ${made.error.join(', ')}.`,
    { hint: 'Merge the dependencies first, or name one of them with --base.' },
  );
};

/** A work package means its branch; anything else is a branch itself. */
const askedBranch = async (
  repository: Repository,
  { checkout }: HeldRepository,
  slug: string,
  asked: string,
): Promise<string> => {
  const id = workPackageIdOf(asked);
  const branch = isWorkPackageId(id) ? workPackageBranch(slug, id) : asked.trim();
  if ((await repository.branchTip(checkout, branch)) !== undefined) return branch;
  throw new SyncError('worktree-failed', `There is no branch ${branch} to start from.`, {
    hint: 'Name a work package that has been implemented, or leave --base out.',
  });
};
