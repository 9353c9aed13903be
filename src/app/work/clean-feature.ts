import type { BranchPlace } from '../../ports/work.js';
import type { MergingPorts } from './perform-work.js';
import type { Checkout, HeldRepository } from '../../ports/events.js';
import type { DataOf } from '../documents/all.js';
import { branchesOf, branchStandings, standingTargetOf } from './feature-branches.js';
import { loadFeature, locateFeature, type FeatureRequest } from './locate-feature.js';
import { dirtyWork } from './unfinished-work.js';
import { UseCase } from '../use-case.js';

/** `removed`: what can go, or has gone. */
export type CleanResult = Omit<DataOf<'feature clean'>, 'removable'>;
export type Leftover = CleanResult['removed'][number];
export type KeptLeftover = CleanResult['kept'][number];

/** With the reason why it stays, if it has to. */
type Judged = Leftover & { readonly reason: string | undefined };

/** Clears up behind work packages that are done. Nothing goes that holds work which is nowhere else. */
export class CleanFeature extends UseCase<Omit<MergingPorts, 'perform'>> {
  /** What would go and what would stay. Changes nothing. */
  async plan(request: FeatureRequest): Promise<CleanResult> {
    const { files, repository } = this.ports;
    const feature = await locateFeature(files, repository, request);
    return resultOf(feature, await this.#judge(request.checkout, feature));
  }

  /** Removes what can go, judged anew under the repository's lock. */
  async run(request: FeatureRequest, signal?: AbortSignal): Promise<CleanResult> {
    const { files, repository } = this.ports;
    const feature = await locateFeature(files, repository, request);
    return repository.exclusive(request.checkout, (held) => this.#remove(held, feature), signal);
  }

  async #remove(held: HeldRepository, feature: string): Promise<CleanResult> {
    const { repository } = this.ports;
    const found: Judged[] = [];
    const failed = new Set<string>();
    for (const leftover of await this.#judge(held.checkout, feature)) {
      const { workPackageId, kind, name, reason } = leftover;
      if (reason !== undefined) found.push(leftover);
      // The branch of a work tree that had to stay stays with it.
      else if (!failed.has(workPackageId)) {
        const gone =
          kind === 'worktree'
            ? await repository.retireWorktree(held, name)
            : await repository.retireBranch(held, name);
        if (!gone.ok) failed.add(workPackageId);
        found.push(gone.ok ? leftover : { ...leftover, reason: `git keeps it: ${gone.error}` });
      }
    }
    return resultOf(feature, found);
  }

  async #judge(checkout: Checkout, feature: string): Promise<readonly Judged[]> {
    const { files, repository, merges } = this.ports;
    const { documents, workPackages } = await loadFeature(files, checkout.projectRoot, feature);
    if (checkout.commonDir === undefined) return [];
    const places = await merges.places(checkout);
    const target = await standingTargetOf(repository, checkout, documents.meta);
    const branches = branchesOf(documents);
    const done = workPackages.filter(({ lane }) => lane === 'done');
    const standingOf = await branchStandings(merges, checkout, branches, done, target);
    const unmerged = `is not merged into ${target}`;
    const found: Judged[] = [];
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
    const dirty = await dirtyWork(this.ports.repository, directory);
    return dirty && `has what is not committed: ${dirty}`;
  }
}

const resultOf = (feature: string, found: readonly Judged[]): CleanResult => ({
  feature,
  removed: found.flatMap(({ reason, ...leftover }) => (reason === undefined ? leftover : [])),
  kept: found.flatMap(({ reason, ...leftover }) => (reason === undefined ? [] : { ...leftover, reason })),
});
