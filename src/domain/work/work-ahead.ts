import type { Frozen } from '../document.js';
import { laneName } from '../events/lane.js';
import { dependencyFaults, dependentsOf, describeDependencyFault } from './dependency-graph.js';
import type { DependencyGraph } from './dependency-graph.js';
import type { WorkPackage } from './work-package.js';

/** What is known of a feature when somebody asks what to do next. */
export interface WorkNow {
  readonly workPackages: readonly WorkPackage[];
  readonly graph: DependencyGraph;
  /** Whether the work of one that waits for its review is in the target branch already. */
  readonly isMerged: (id: string) => boolean;
  /** Why one cannot be begun by a command, as a sentence; `undefined` when nothing speaks against it. */
  readonly obstacle: (id: string) => string | undefined;
}

interface Named {
  readonly id: string;
  readonly title: string;
  readonly agent?: string;
}

/** What there is to do in a feature, and who has to do it. Each open work package is named in one of the lists. */
export type WorkAhead = Frozen<ReturnType<typeof workAhead>>;

/**
 * What may begin, what waits, and what a person has to decide. A work package may begin when each of its dependencies
 * is done, or waits for its review with its work merged: from one that may still change, nobody is sent off.
 */
export const workAhead = (now: WorkNow) => {
  const places = new Map(now.workPackages.map((each) => [each.id, each]));
  const faults = dependencyFaults(now.graph);
  const isStuck = new Set(faults.flatMap(({ edges }) => edges.map(({ from }) => from)));
  /** `chain`: how many are done one after the other from there on, itself included. */
  const ready: (Named & { readonly chain: number })[] = [];
  const waiting: (Named & {
    readonly waitsFor: readonly { readonly id: string; readonly lane: string }[];
  })[] = [];
  const [inWork, toReview]: [Named[], Named[]] = [[], []];
  const decisions: { readonly id?: string; readonly reason: string }[] = faults.map((fault) => ({
    reason: describeDependencyFault(fault),
  }));
  const chainOf = chains(now.graph, places);
  for (const workPackage of now.workPackages) {
    const { id, title, agent, lane, detail } = workPackage;
    const held = { id, title, ...(agent === undefined ? {} : { agent }) };
    const reason = verdictOf(now, workPackage, places);
    if (reason !== undefined) decisions.push({ id, reason });
    else if (lane === 'doing' || detail === 'in_review') inWork.push(held);
    else if (lane === 'for_review') toReview.push(held);
    else if (lane === 'planned' && !isStuck.has(id)) {
      const waitsFor = workPackage.dependencies.flatMap((each) => {
        const needed = places.get(each);
        return needed === undefined || isFarEnough(now, needed) ? [] : [{ id: each, lane: laneName(needed) }];
      });
      if (waitsFor.length > 0) waiting.push({ id, title, waitsFor });
      else ready.push({ id, title, chain: chainOf(id) });
    }
  }
  // Equals stay in the order of their numbers.
  ready.sort((a, b) => b.chain - a.chain);
  return { ready, waiting, inWork, toReview, decisions };
};

/** Why a person has to look at a work package; `undefined` when nobody has to. */
const verdictOf = (
  now: WorkNow,
  { id, lane, detail, dependencies }: WorkPackage,
  places: ReadonlyMap<string, WorkPackage>,
): string | undefined => {
  if (lane === 'uninitialized') return `${id} has no lane yet: its tasks have not been finalized.`;
  if (detail === 'blocked') return `${id} is blocked.`;
  if (detail === 'approved') return `${id} is approved and waits to be merged and accepted.`;
  if (lane !== 'planned') return undefined;
  const given = dependencies.filter((each) => places.get(each)?.lane === 'canceled');
  if (given.length > 0) return `${id} depends on ${given.join(', ')}, which was given up.`;
  return now.obstacle(id);
};

const isFarEnough = (now: WorkNow, { id, lane }: WorkPackage): boolean =>
  lane === 'done' || (lane === 'for_review' && now.isMerged(id));

/** How many open work packages wait one after the other from here on. What is on a cycle counts once. */
const chains = (
  graph: DependencyGraph,
  places: ReadonlyMap<string, WorkPackage>,
): ((id: string) => number) => {
  const known = new Map<string, number>();
  const chainOf = (id: string): number => {
    const before = known.get(id);
    if (before !== undefined) return before;
    known.set(id, 0);
    const lane = places.get(id)?.lane;
    const own = lane === 'done' || lane === 'canceled' ? 0 : 1;
    const chain = own + Math.max(0, ...dependentsOf(graph, id).map(chainOf));
    known.set(id, chain);
    return chain;
  };
  return chainOf;
};
