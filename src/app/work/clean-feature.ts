import { countsAsWork } from '../../domain/work/acceptance.js';
import type { BranchPlace } from '../../ports/work.js';
import type { MergingPorts } from './perform-work.js';
import type { Checkout, HeldRepository } from '../../ports/events.js';
import type { DataOf } from '../documents/all.js';
import type { FeatureState } from './feature-state.js';
import { branchesOf, branchStandings, standingTargetOf } from './feature-branches.js';
import { loadFeature, locateFeature, type FeatureRequest } from './locate-feature.js';
import { UseCase } from '../use-case.js';

/** `removed`: what can go, or has gone. */
export type CleanResult = Omit<DataOf<'feature clean'>, 'removable'>;
export type Leftover = CleanResult['removed'][number];
export type KeptLeftover = CleanResult['kept'][number];

/** Clears up behind work packages that are done. Nothing goes that holds work which is nowhere else. */
export class CleanFeature extends UseCase<Omit<MergingPorts, 'perform'>> {
  /** What would go and what would stay. Changes nothing. */
  async plan(request: FeatureRequest): Promise<CleanResult> {
    const { files, repository } = this.ports;
    return this.#judge(await locateFeature(files, repository, request), request.checkout);
  }

  /** Removes what can go, judged anew under the repository's lock. */
  async run(request: FeatureRequest, signal?: AbortSignal): Promise<CleanResult> {
    const { files, repository } = this.ports;
    const slug = await locateFeature(files, repository, request);
    return repository.exclusive(request.checkout, (held) => this.#remove(held, slug), signal);
  }

  async #remove(held: HeldRepository, slug: string): Promise<CleanResult> {
    const { repository } = this.ports;
    const { feature, removed: wanted, kept } = await this.#judge(slug, held.checkout);
    const removed: Leftover[] = [];
    const failed: KeptLeftover[] = [];
    for (const leftover of wanted) {
      // The branch of a work tree that had to stay stays with it.
      if (failed.some(({ workPackageId }) => workPackageId === leftover.workPackageId)) continue;
      const gone =
        leftover.kind === 'worktree'
          ? await repository.retireWorktree(held, leftover.name)
          : await repository.retireBranch(held, leftover.name);
      if (gone.ok) removed.push(leftover);
      else failed.push({ ...leftover, reason: `git keeps it: ${gone.error}` });
    }
    return { feature, removed, kept: [...kept, ...failed] };
  }

  async #judge(slug: string, checkout: Checkout): Promise<CleanResult> {
    const state = await loadFeature(this.ports.files, checkout.projectRoot, slug);
    const found = checkout.commonDir === undefined ? [] : await this.#leftovers(checkout, state);
    return {
      feature: slug,
      removed: found.flatMap(({ reason, ...leftover }) => (reason === undefined ? leftover : [])),
      kept: found.flatMap(({ reason, ...leftover }) => (reason === undefined ? [] : { ...leftover, reason })),
    };
  }

  async #leftovers(
    checkout: Checkout,
    { documents, workPackages }: FeatureState,
  ): Promise<readonly (Leftover & { readonly reason: string | undefined })[]> {
    const { repository, merges } = this.ports;
    const places = await merges.places(checkout);
    const target = await standingTargetOf(repository, checkout, documents.meta);
    const branches = branchesOf(documents);
    const done = workPackages.filter(({ lane }) => lane === 'done');
    const standingOf = await branchStandings(merges, checkout, branches, done, target);
    const unmerged = `is not merged into ${target}`;
    const found: (Leftover & { readonly reason: string | undefined })[] = [];
    for (const { id: workPackageId } of done) {
      const add = (kind: Leftover['kind'], name: string, reason: string | undefined): void =>
        void found.push({ workPackageId, kind, name, reason });
      const branch = branches.of(workPackageId);
      const group = branches.group(workPackageId);
      const shared = group === undefined ? undefined : `belongs to ${group.group} of lanes.json`;
      const ofBranch = shared ?? (standingOf(workPackageId) === 'unmerged' ? unmerged : undefined);
      const place = places.get(branch);
      const ofTree = place && (ofBranch ?? (await this.#whyStays(checkout, place)));
      if (place !== undefined && place.directory !== checkout.projectRoot)
        add('worktree', place.directory, ofTree);
      if (standingOf(workPackageId) !== 'missing')
        add('branch', branch, ofBranch ?? (ofTree === undefined ? undefined : 'is checked out there'));
      const helper = `${branch}-merge-base`;
      if ((await repository.branchTip(checkout, helper)) === undefined) continue;
      const isThere = await repository.isMerged(checkout, helper, target);
      add('branch', helper, places.has(helper) ? 'is checked out' : isThere ? undefined : unmerged);
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
    const [first, ...others] = (await this.ports.repository.dirtyPaths(directory)).filter(countsAsWork);
    if (first === undefined) return undefined;
    return `has what is not committed: ${first}${others.length === 0 ? '' : ` and ${others.length} more`}`;
  }
}
