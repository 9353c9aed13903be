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

/** Everything that is wrong with a graph, in a fixed order: unknown ids, self-references, one cycle of each knot. */
export const dependencyFaults = (graph: DependencyGraph): readonly DependencyFault[] => {
  const known = new Set(graph.ids);
  const unknown = graph.edges.filter(({ to }) => !known.has(to));
  const selves = graph.edges.filter(({ from, to }) => from === to);
  const sound = graph.edges.filter((edge) => !unknown.includes(edge) && !selves.includes(edge));
  return [
    ...unknown.map((edge): DependencyFault => {
      const why = isWorkPackageId(edge.to) ? 'which does not exist' : 'which is no work package id';
      return { fault: 'unknown', edges: [edge], what: `${edge.from} depends on ${edge.to}, ${why}.` };
    }),
    ...selves.map((edge): DependencyFault => {
      return { fault: 'self', edges: [edge], what: `${edge.from} depends on itself.` };
    }),
    ...cycles({ ids: graph.ids, edges: sound }).map((edges): DependencyFault => {
      const way = [...edges, ...edges.slice(0, 1)].map(({ from }) => from).join(' → ');
      return { fault: 'cycle', edges, what: `${way} is a cycle.` };
    }),
  ];
};

/** A fault as one line that names the places to look at. */
export const describeDependencyFault = ({ edges, what }: DependencyFault): string => {
  const places = edges.map(({ place: { path, line } }) => (line === undefined ? path : `${path}:${line}`));
  return `${places.join(', ')}: ${what}`;
};

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
