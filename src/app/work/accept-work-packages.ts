import { acceptanceReasons } from '../../domain/work/acceptance.js';
import type { AcceptanceFacts } from '../../domain/work/acceptance.js';
import { namesOrCount } from '../../domain/work/commit-message.js';
import type { WorkPackage } from '../../domain/work/work-package.js';
import type { Checkout } from '../../ports/events.js';
import type { ResultOf } from '../documents/all.js';
import { chosenWorkPackages, loggedTasks, refuseFaults } from './feature-state.js';
import type { FeatureState, FiledWorkPackage } from './feature-state.js';
import { branchesOf, branchStandings, standingTargetOf } from './feature-branches.js';
import { findFeature } from './locate-feature.js';
import type { MergingPorts, PerformedWork } from './perform-work.js';
import { planTransitions } from './plan-transitions.js';
import { UseCase } from '../use-case.js';
import { workOnFeature, type FeatureInput } from './work-on-feature.js';

export interface AcceptInput extends FeatureInput {
  /** Empty or absent: every work package in `for_review`. */
  readonly workPackageIds?: readonly string[];
  /** Only reports; nothing is locked, written or emitted. */
  readonly check?: boolean;
  /** Who accepts; default `user`. */
  readonly agent?: string | undefined;
}

/** What was accepted, or with `isCheck` would be, and why the others were not. */
export type AcceptResult = ResultOf<'accept'>;

/** Accepts work packages one by one: those that meet every condition become `done`, the others are listed with reasons. */
export class AcceptWorkPackages extends UseCase<MergingPorts> {
  /** A refused work package is part of the result, not a failure; one that does not exist is `work-package-not-found`. */
  async run(input: AcceptInput, signal?: AbortSignal): Promise<PerformedWork<AcceptResult>> {
    const { agent, check } = input;
    if (check === true)
      return { result: await this.#judge(await findFeature(this.ports, input), input), outcomes: [] };
    return workOnFeature(this.ports, input, signal, async (draft) => {
      const result = await this.#judge(draft.state, input);
      const { accepted } = result;
      if (accepted.length === 0) return { result };
      const transition = { to: 'done', by: agent ?? 'user', note: 'Accepted' } as const;
      const transitions = accepted.map((workPackageId) => ({ workPackageId, ...transition }));
      const { isFeatureCompleted } = planTransitions(draft, transitions);
      return {
        result: { ...result, isFeatureCompleted },
        done: `accept ${namesOrCount(accepted, 'work packages')}`,
      };
    });
  }

  async #judge(state: FeatureState, { checkout, check, workPackageIds }: AcceptInput): Promise<AcceptResult> {
    const candidates = chosenWorkPackages(state, workPackageIds, ({ lane }) => lane === 'for_review');
    const open = candidates.filter(({ lane }) => lane !== 'done');
    const gathering = gatherAcceptance(this.ports, checkout, state, open);
    // Who depends on them has to be known before they may be done; it is read while git looks.
    const { faults } = state;
    const judged = (await gathering).map((facts) => ({
      ...{ workPackageId: facts.workPackageId, reasons: acceptanceReasons(facts) },
      isIdle: facts.branch?.standing === 'no-commits',
    }));
    const accepted = judged.filter(({ reasons }) => reasons.length === 0);
    if (accepted.length > 0) refuseFaults({ faults });
    return {
      feature: state.documents.slug,
      isCheck: check === true,
      accepted: accepted.map(({ workPackageId }) => workPackageId),
      refused: judged
        .filter(({ reasons }) => reasons.length > 0)
        .map(({ workPackageId, reasons }) => ({ workPackageId, reasons })),
      alreadyDone: candidates.filter(({ lane }) => lane === 'done').map(({ id }) => id),
      withoutCommits: accepted.filter(({ isIdle }) => isIdle).map(({ workPackageId }) => workPackageId),
      isFeatureCompleted: false,
    };
  }
}

type Ports = Pick<MergingPorts, 'repository' | 'merges'>;

/** What has to be known of each work package that asks to be accepted, looked at together where that is possible. */
const gatherAcceptance = async (
  ports: Ports,
  checkout: Checkout,
  state: FeatureState,
  asking: readonly FiledWorkPackage[],
): Promise<readonly AcceptanceFacts[]> => {
  const { documents } = state;
  const isUnderGit = checkout.commonDir !== undefined && asking.length > 0;
  // Three questions to git that do not depend on one another.
  const [dirtyPaths, standings, places] = isUnderGit
    ? await Promise.all([
        ports.repository.dirtyPaths(checkout.projectRoot),
        branchesOfEach(ports, checkout, state, asking),
        ports.merges.places(checkout),
      ])
    : [[]];
  const worktreeOf = async (id: string): Promise<AcceptanceFacts['worktree']> => {
    const { projectRoot } = checkout;
    const { directory = projectRoot, isPresent = false } = places?.get(branchesOf(documents).of(id)) ?? {};
    // The main checkout is looked at for all of them.
    if (!isPresent || directory === projectRoot) return undefined;
    // As seen from the project root, where it lies below it.
    const seen = directory.startsWith(`${projectRoot}/`)
      ? directory.slice(projectRoot.length + 1)
      : directory;
    return { directory: seen, dirtyPaths: await ports.repository.dirtyPaths(directory) };
  };
  const facts: AcceptanceFacts[] = [];
  for (const { id, lane, roster = [], document: file } of asking)
    facts.push({
      workPackageId: id,
      ...{ lane, roster, file, documents, dirtyPaths, directory: documents.directory },
      logged: loggedTasks(state, id),
      branch: standings?.get(id),
      worktree: await worktreeOf(id),
    });
  return facts;
};

/**
 * A work package that was never implemented in a branch of its own has nothing to merge. One of a group has, and when the
 * branch of the group is gone nobody can say that it is merged.
 */
const branchesOfEach = async (
  { repository, merges }: Ports,
  checkout: Checkout,
  { documents }: FeatureState,
  asking: readonly WorkPackage[],
): Promise<ReadonlyMap<string, NonNullable<AcceptanceFacts['branch']>>> => {
  const branches = branchesOf(documents);
  const having: WorkPackage[] = [];
  for (const each of asking) {
    const isThere = (await repository.branchTip(checkout, branches.of(each.id))) !== undefined;
    if (isThere || branches.group(each.id) !== undefined) having.push(each);
  }
  const found = new Map<string, NonNullable<AcceptanceFacts['branch']>>();
  if (having.length === 0) return found;
  const target = await standingTargetOf(repository, checkout, documents.meta);
  const standingOf = await branchStandings(merges, checkout, branches, having, target);
  for (const { id } of having) {
    const name = branches.of(id);
    const standing = standingOf(id);
    // What it was started from, such as the branch of a dependency, has to be merged all the same.
    const isStray = standing === 'no-commits' && !(await repository.isMerged(checkout, name, target));
    const group = branches.group(id)?.group;
    found.set(id, { name, target, standing: isStray ? 'unmerged' : standing, group });
  }
  return found;
};
