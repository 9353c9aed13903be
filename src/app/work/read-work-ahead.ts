import { SyncError } from '../../domain/errors.js';
import { describeIds } from '../../domain/work/work-package-id.js';
import type { Checkout } from '../../ports/events.js';
import type { FeatureFiles, Merges, Repository } from '../../ports/work.js';
import { describeWorkPackageFault } from '../../domain/work/work-package.js';
import { workAhead, type WorkAhead } from '../../domain/work/work-ahead.js';
import { frontMatterGraph, type FeatureState } from './feature-state.js';
import { branchesOf, branchStandings, describeGroup, standingTargetOf } from './feature-branches.js';
import { findFeature, type FeatureRequest } from './locate-feature.js';
import { UseCase } from '../use-case.js';

export interface FeatureAhead extends WorkAhead {
  readonly feature: string;
}

interface AheadPorts {
  readonly repository: Pick<Repository, 'head' | 'branchTip'>;
  readonly merges: Pick<Merges, 'standings'>;
}

/** Says what may begin in a feature, in which order. Reads only: it needs no identity, takes no lock and emits nothing. */
export class ReadWorkAhead extends UseCase<AheadPorts & { readonly files: FeatureFiles }> {
  /** Fails like every reader of a feature. */
  async run(request: FeatureRequest): Promise<FeatureAhead> {
    const state = await findFeature(this.ports, request);
    return { feature: state.documents.slug, ...(await lookAhead(this.ports, request.checkout, state)) };
  }
}

/** What there is to do, as the files of a feature say. Git is asked only about work that others wait for and that nobody has accepted. */
const lookAhead = async (
  { repository, merges }: AheadPorts,
  checkout: Checkout,
  state: FeatureState,
): Promise<WorkAhead> => {
  const branches = branchesOf(state.documents);
  const all = state.workPackages;
  const needed = new Set(all.flatMap(({ lane, dependencies }) => (lane === 'planned' ? dependencies : [])));
  const asked = all.filter(({ id, lane }) => lane === 'for_review' && needed.has(id));
  const isAsked = asked.length > 0 && checkout.commonDir !== undefined;
  const target = isAsked ? await standingTargetOf(repository, checkout, state.documents.meta) : undefined;
  const standingOf =
    target === undefined ? undefined : await branchStandings(merges, checkout, branches, asked, target);
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

/** The first work package that may begin. Fails with `nothing-ready`, which says what is waited for. */
export const firstReady = async (
  ports: AheadPorts,
  checkout: Checkout,
  state: FeatureState,
): Promise<string> => {
  const ahead = await lookAhead(ports, checkout, state);
  const [first] = ahead.ready;
  if (first === undefined) throw nothingReady(state.documents.slug, ahead);
  return first.id;
};

const nothingReady = (slug: string, ahead: WorkAhead): SyncError => {
  const told = [
    ...countOf(ahead.inWork, 'in work'),
    ...countOf(ahead.toReview, 'to be reviewed'),
    ...countOf(ahead.waiting, 'waiting'),
    ...(ahead.decisions.length === 0 ? [] : [`${ahead.decisions.length} for a person to decide`]),
  ];
  const why = told.length === 0 ? 'All of its work is done.' : `There are ${told.join('; ')}.`;
  return new SyncError('nothing-ready', `No work package of ${slug} may begin now. ${why}`, {
    hint:
      told.length === 0
        ? 'Choose another feature.'
        : `Review what waits for it, or come back later. "spec-kitty agent tasks ready --feature ${slug}" says what waits for what.`,
  });
};

const countOf = (named: readonly { readonly id: string }[], what: string): readonly string[] =>
  named.length === 0 ? [] : [`${describeIds(named.map(({ id }) => id))} ${what}`];
