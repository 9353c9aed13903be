import { unreachable } from '../errors.js';
import { isWorkPackageId } from '../ids.js';
import { compareWorkPackageIds } from './work-package-id.js';

/** Where a dependency is written: a file relative to the project root, and the line if it is known. */
export interface Place {
  readonly path: string;
  readonly line?: number | undefined;
}

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

export type DependencyFault =
  | { readonly fault: 'unknown'; readonly edge: DependencyEdge }
  | { readonly fault: 'self'; readonly edge: DependencyEdge }
  /** A statement names something, and nobody can say whether it is needed. */
  | { readonly fault: 'unclear'; readonly from: string; readonly what: string; readonly place: Place }
  /** The edges of one cycle, in its direction, beginning at its smallest id. */
  | { readonly fault: 'cycle'; readonly edges: readonly DependencyEdge[] };

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

/** Everything that is wrong with a graph, in a fixed order: unknown ids, self-references, one cycle of each knot. */
export const dependencyFaults = (graph: DependencyGraph): readonly DependencyFault[] => {
  const known = new Set(graph.ids);
  const isUnknown = ({ to }: DependencyEdge): boolean => !known.has(to);
  const isSelf = ({ from, to }: DependencyEdge): boolean => from === to;
  const sound = graph.edges.filter((edge) => !isUnknown(edge) && !isSelf(edge));
  return [
    ...graph.edges.filter(isUnknown).map((edge) => ({ fault: 'unknown' as const, edge })),
    ...graph.edges.filter(isSelf).map((edge) => ({ fault: 'self' as const, edge })),
    ...cycles({ ids: graph.ids, edges: sound }).map((edges) => ({ fault: 'cycle' as const, edges })),
  ];
};

/** A fault as one line that names the places to look at. */
export const describeDependencyFault = (fault: DependencyFault): string => {
  const places = fault.fault === 'unclear' ? [fault.place] : faultyEdges(fault).map(({ place }) => place);
  const named = places.map(({ path, line }) => (line === undefined ? path : `${path}:${line}`));
  return `${named.join(', ')}: ${explainDependencyFault(fault)}`;
};

/** What is wrong, without the places. */
export const explainDependencyFault = (fault: DependencyFault): string => {
  switch (fault.fault) {
    case 'unknown': {
      const { from, to } = fault.edge;
      const why = isWorkPackageId(to) ? 'which does not exist' : 'which is no work package id';
      return `${from} depends on ${to}, ${why}.`;
    }
    case 'self':
      return `${fault.edge.from} depends on itself.`;
    case 'unclear':
      return `it is not clear whether ${fault.from} depends on ${fault.what}.`;
    case 'cycle':
      return `${[...fault.edges, ...fault.edges.slice(0, 1)].map(({ from }) => from).join(' → ')} is a cycle.`;
    default:
      return unreachable(fault);
  }
};

/** The edges that are at fault. */
export const faultyEdges = (
  fault: Exclude<DependencyFault, { fault: 'unclear' }>,
): readonly DependencyEdge[] => (fault.fault === 'cycle' ? fault.edges : [fault.edge]);

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

/** Walks from each id that can never be done to the smallest id it waits for, until an id repeats. */
const cycles = (graph: DependencyGraph): readonly (readonly DependencyEdge[])[] => {
  const found: (readonly DependencyEdge[])[] = [];
  const seen = new Set<string>();
  const { stuck } = sorted(graph);
  for (const first of stuck) {
    const walk: DependencyEdge[] = [];
    let at = first;
    while (!seen.has(at)) {
      seen.add(at);
      const edge = graph.edges.find(({ from, to }) => from === at && stuck.includes(to));
      if (edge === undefined) break;
      walk.push(edge);
      at = edge.to;
    }
    const start = walk.findIndex(({ from }) => from === at);
    if (start !== -1) found.push(fromSmallest(walk.slice(start)));
  }
  return found;
};

const fromSmallest = (cycle: readonly DependencyEdge[]): readonly DependencyEdge[] => {
  const ids = cycle.map(({ from }) => from).sort(compareWorkPackageIds);
  const start = cycle.findIndex(({ from }) => from === ids[0]);
  return [...cycle.slice(start), ...cycle.slice(0, start)];
};
