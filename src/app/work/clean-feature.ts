import { countsAsWork } from '../../domain/work/acceptance.js';
import type { BranchPlace } from '../../ports/work.js';
import type { MergingPorts } from './perform-work.js';
import type { Checkout, HeldRepository } from '../../ports/events.js';
import { branchStandings } from './branch-standing.js';
import type { FeatureState } from './feature-state.js';
import { standingTargetOf } from './feature-target.js';
import { branchesOf } from './group-branches.js';
import { loadFeature, locateFeature, type FeatureRequest } from './locate-feature.js';

/** What was made for the work on a work package and is not needed any more. */
export interface Leftover {
  readonly workPackageId: string;
  readonly kind: 'worktree' | 'branch';
  /** Absolute path of the work tree, or the name of the branch. */
  readonly name: string;
}

export interface KeptLeftover extends Leftover {
  /** As the end of a sentence: why it stays. */
  readonly reason: string;
}

export interface CleanResult {
  readonly feature: string;
  /** What can go, or has gone. */
  readonly removed: readonly Leftover[];
  readonly kept: readonly KeptLeftover[];
}

/** Clears up behind work packages that are done. Nothing goes that holds work which is nowhere else. */
export class CleanFeature {
  readonly #ports: Omit<MergingPorts, 'perform'>;

  constructor(ports: Omit<MergingPorts, 'perform'>) {
    this.#ports = ports;
  }

  /** What would go and what would stay. Changes nothing. */
  async plan(request: FeatureRequest): Promise<CleanResult> {
    const slug = await locateFeature(this.#ports.files, this.#ports.repository, request);
    return this.#judge(slug, request.checkout);
  }

  /** Removes what can go, judged anew under the repository's lock. */
  async run(request: FeatureRequest, signal?: AbortSignal): Promise<CleanResult> {
    const slug = await locateFeature(this.#ports.files, this.#ports.repository, request);
    return this.#ports.repository.exclusive(request.checkout, (held) => this.#remove(held, slug), signal);
  }

  async #remove(held: HeldRepository, slug: string): Promise<CleanResult> {
    const { feature, removed: wanted, kept } = await this.#judge(slug, held.checkout);
    const removed: Leftover[] = [];
    const failed: KeptLeftover[] = [];
    for (const leftover of wanted) {
      // The branch of a work tree that had to stay stays with it.
      if (failed.some(({ workPackageId }) => workPackageId === leftover.workPackageId)) continue;
      const gone =
        leftover.kind === 'worktree'
          ? await this.#ports.repository.retireWorktree(held, leftover.name)
          : await this.#ports.repository.retireBranch(held, leftover.name);
      if (gone.ok) removed.push(leftover);
      else failed.push({ ...leftover, reason: `git keeps it: ${gone.error}` });
    }
    return { feature, removed, kept: [...kept, ...failed] };
  }

  async #judge(slug: string, checkout: Checkout): Promise<CleanResult> {
    const state = await loadFeature(this.#ports.files, checkout.projectRoot, slug);
    const removed: Leftover[] = [];
    const kept: KeptLeftover[] = [];
    if (checkout.commonDir === undefined) return { feature: slug, removed, kept };
    const places = await this.#ports.merges.places(checkout);
    const target = await standingTargetOf(this.#ports.repository, checkout, state.documents.meta);
    for (const leftover of await this.#leftovers(checkout, state, target, places)) {
      if (leftover.reason === undefined) removed.push(leftover.of);
      else kept.push({ ...leftover.of, reason: leftover.reason });
    }
    return { feature: slug, removed, kept };
  }

  async #leftovers(
    checkout: Checkout,
    state: FeatureState,
    target: string,
    places: ReadonlyMap<string, BranchPlace>,
  ): Promise<readonly { readonly of: Leftover; readonly reason: string | undefined }[]> {
    const branches = branchesOf(state.documents);
    const done = state.workPackages.filter(({ workPackage }) => workPackage.lane === 'done');
    const standingOf = await branchStandings(this.#ports.merges, checkout, branches, done, target);
    const found: { of: Leftover; reason: string | undefined }[] = [];
    for (const { workPackage } of done) {
      const { id: workPackageId } = workPackage;
      const branch = branches.of(workPackageId);
      const helper = `${branch}-merge-base`;
      const group = branches.group(workPackageId);
      const isUnmerged =
        standingOf(workPackageId) === 'unmerged' ? `is not merged into ${target}` : undefined;
      const shared = group === undefined ? undefined : `belongs to ${group.group} of lanes.json`;
      const place = places.get(branch);
      const ofTree =
        place === undefined ? undefined : (shared ?? isUnmerged ?? (await this.#whyStays(checkout, place)));
      if (place !== undefined && place.directory !== checkout.projectRoot)
        found.push({ of: { workPackageId, kind: 'worktree', name: place.directory }, reason: ofTree });
      if (standingOf(workPackageId) !== 'missing') {
        const reason = shared ?? isUnmerged ?? (ofTree === undefined ? undefined : 'is checked out there');
        found.push({ of: { workPackageId, kind: 'branch', name: branch }, reason });
      }
      if ((await this.#ports.repository.branchTip(checkout, helper)) === undefined) continue;
      const isThere = await this.#ports.repository.isMerged(checkout, helper, target);
      const reason = places.has(helper)
        ? 'is checked out'
        : isThere
          ? undefined
          : `is not merged into ${target}`;
      found.push({ of: { workPackageId, kind: 'branch', name: helper }, reason });
    }
    return found;
  }

  async #whyStays(checkout: Checkout, place: BranchPlace): Promise<string | undefined> {
    const { directory } = place;
    if (directory === checkout.projectRoot) return 'is the main checkout';
    if (!directory.startsWith(`${checkout.projectRoot}/.worktrees/`)) return 'was not made by this program';
    if (directory === checkout.root) return 'is where you are; run the command from the main checkout';
    if (place.isLocked) return 'is locked';
    if (place.isRebased) return 'is being rebased';
    if (!place.isPresent) return 'is not where git remembers it';
    const [first, ...others] = (await this.#ports.repository.dirtyPaths(directory)).filter(countsAsWork);
    if (first === undefined) return undefined;
    return `has what is not committed: ${first}${others.length === 0 ? '' : ` and ${others.length} more`}`;
  }
}
