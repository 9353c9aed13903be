import { isWorkPackageId } from '../ids.js';
import { describePlace, type Place } from './place.js';
import { compareWorkPackageIds } from './work-package-id.js';

/** That one work package needs another one. */
export interface DependencyEdge {
  readonly from: string;
  readonly to: string;
  readonly place: Place;
}

/** The work packages of a feature, ascending, and what each needs. */
export interface DependencyGraph {
  readonly ids: readonly string[];
  readonly edges: readonly DependencyEdge[];
}

export interface DependencyFault {
  /** `unclear`: a statement names something, and nobody can say whether it is needed. */
  readonly fault: 'unknown' | 'self' | 'unclear' | 'cycle';
  /** Those at fault; of a cycle in its direction, beginning at its smallest id. */
  readonly edges: readonly DependencyEdge[];
  /** As a sentence, without the places. */
  readonly what: string;
}

/** The same work packages and edges in one order, whatever order they came in; repeated edges count once. */
export const dependencyGraph = (
  ids: readonly string[],
  edges: readonly DependencyEdge[],
): DependencyGraph => {
  const once = new Map(edges.map((edge) => [`${edge.from} ${edge.to}`, edge] as const).reverse());
  return {
    ids: [...new Set(ids)].sort(compareWorkPackageIds),
    edges: [...once.values()].sort(
      (a, b) => compareWorkPackageIds(a.from, b.from) || compareWorkPackageIds(a.to, b.to),
    ),
  };
};

/** The ids that a work package needs, ascending. */
export const dependenciesOf = (graph: DependencyGraph, id: string): readonly string[] =>
  graph.edges.filter(({ from }) => from === id).map(({ to }) => to);

/** The ids that need a work package, ascending. */
export const dependentsOf = (graph: DependencyGraph, id: string): readonly string[] =>
  graph.edges.filter(({ to }) => to === id).map(({ from }) => from);

/** The order in which work can be done: dependencies first, smaller ids first among equals. Cycles come last, by id. */
export const topologicalOrder = (graph: DependencyGraph): readonly string[] => {
  const { order, stuck } = sorted(graph);
  return [...order, ...stuck];
};

/** Everything that is wrong with a graph, in a fixed order: edges that lead nowhere, one cycle of each knot. */
export const dependencyFaults = ({ ids, edges }: DependencyGraph): readonly DependencyFault[] => {
  const wrong = edges.flatMap((edge): readonly DependencyFault[] => {
    const { from, to } = edge;
    if (from === to) return [{ fault: 'self', edges: [edge], what: `${from} depends on itself.` }];
    if (ids.includes(to)) return [];
    const why = isWorkPackageId(to) ? 'which does not exist' : 'which is no work package id';
    return [{ fault: 'unknown', edges: [edge], what: `${from} depends on ${to}, ${why}.` }];
  });
  const sound = edges.filter((edge) => !wrong.some((fault) => fault.edges.includes(edge)));
  const knots = cycles({ ids, edges: sound }).map((cycle): DependencyFault => {
    const way = [...cycle, ...cycle.slice(0, 1)].map(({ from }) => from).join(' → ');
    return { fault: 'cycle', edges: cycle, what: `${way} is a cycle.` };
  });
  return [...wrong, ...knots];
};

/** A fault as one line that names the places to look at. */
export const describeDependencyFault = ({ edges, what }: DependencyFault): string =>
  `${edges.map(({ place }) => describePlace(place)).join(', ')}: ${what}`;

/** `stuck`: the ids that are on a cycle or lead to one. */
const sorted = ({ ids, edges }: DependencyGraph): Readonly<Record<'order' | 'stuck', readonly string[]>> => {
  const order: string[] = [];
  const left = new Set(ids);
  for (;;) {
    const waiting = new Set(edges.filter(({ to }) => left.has(to)).map(({ from }) => from));
    const next = [...left].find((id) => !waiting.has(id));
    if (next === undefined) return { order, stuck: [...left] };
    left.delete(next);
    order.push(next);
  }
};

/**
 * From each id that can never be done the way leads on to the smallest id that it waits for. Those that come back to where
 * they began are the cycles, each told by its smallest id.
 */
const cycles = (graph: DependencyGraph): readonly (readonly DependencyEdge[])[] => {
  const { stuck } = sorted(graph);
  const next = new Map(
    stuck.map((id) => [id, graph.edges.find(({ from, to }) => from === id && stuck.includes(to))] as const),
  );
  return stuck.flatMap((first, at) => {
    const way: DependencyEdge[] = [];
    let edge = next.get(first);
    while (edge !== undefined && way.length < stuck.length && edge.to !== first) {
      way.push(edge);
      edge = next.get(edge.to);
    }
    const isSmallest = way.every(({ to }) => stuck.indexOf(to) > at);
    return edge?.to === first && isSmallest ? [[...way, edge]] : [];
  });
};
