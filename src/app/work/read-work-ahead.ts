import type { Checkout } from '../../ports/events.js';
import type { FeatureFiles, Merges, Repository } from '../../ports/work.js';
import { describeWorkPackageFault } from '../../domain/work/work-package.js';
import { workAhead, type WorkAhead } from '../../domain/work/work-ahead.js';
import { branchStandings } from './branch-standing.js';
import { frontMatterGraph, type FeatureState } from './feature-state.js';
import { standingTargetOf } from './feature-target.js';
import { branchesOf, describeGroup } from './group-branches.js';
import { findFeature, type FeatureRequest } from './locate-feature.js';

/** What there is to do in a feature. */
export interface FeatureAhead extends WorkAhead {
  readonly feature: string;
}

export interface AheadPorts {
  readonly repository: Pick<Repository, 'head' | 'branchTip'>;
  readonly merges: Pick<Merges, 'standings'>;
}

/** Says what may begin in a feature, in which order. Reads only: it needs no identity, takes no lock and emits nothing. */
export class ReadWorkAhead {
  readonly #ports: AheadPorts & { readonly files: FeatureFiles };

  constructor(ports: AheadPorts & { readonly files: FeatureFiles }) {
    this.#ports = ports;
  }

  /** Fails like every reader of a feature. */
  async run(request: FeatureRequest): Promise<FeatureAhead> {
    const state = await findFeature(this.#ports, request);
    return { feature: state.documents.slug, ...(await lookAhead(this.#ports, request.checkout, state)) };
  }
}

/** What there is to do, as the files of a feature say. Git is asked only about work that others wait for and that nobody has accepted. */
export const lookAhead = async (
  { repository, merges }: AheadPorts,
  checkout: Checkout,
  state: FeatureState,
): Promise<WorkAhead> => {
  const branches = branchesOf(state.documents);
  const all = state.workPackages.map(({ workPackage }) => workPackage);
  const needed = new Set(all.flatMap(({ lane, dependencies }) => (lane === 'planned' ? dependencies : [])));
  const asked = state.workPackages.filter(
    ({ workPackage: { id, lane } }) => lane === 'for_review' && needed.has(id),
  );
  const standingOf =
    asked.length === 0 || checkout.commonDir === undefined
      ? undefined
      : await branchStandings(
          merges,
          checkout,
          branches,
          asked,
          await standingTargetOf(repository, checkout, state.documents.meta),
        );
  const ahead = workAhead({
    workPackages: all,
    graph: frontMatterGraph(state),
    isMerged: (id) => standingOf?.(id) === 'merged',
    obstacle: (id) => {
      const group = branches.group(id);
      return group === undefined ? undefined : `${describeGroup(id, group)}.`;
    },
  });
  const unreadable = state.faults.map((fault) => ({ reason: `${describeWorkPackageFault(fault)}.` }));
  return { ...ahead, decisions: [...unreadable, ...ahead.decisions] };
};
