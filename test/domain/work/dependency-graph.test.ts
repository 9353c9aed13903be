import fc from 'fast-check';
import {
  dependenciesOf,
  dependencyFaults,
  dependencyGraph,
  dependentsOf,
  describeDependencyFault,
  topologicalOrder,
  type DependencyEdge,
} from '../../../src/domain/work/dependency-graph.js';

const edge = (from: string, to: string, line?: number): DependencyEdge => ({
  from,
  to,
  place: line === undefined ? { path: 'tasks.md' } : { path: 'tasks.md', line },
});

const graphOf = (ids: string, ...pairs: readonly string[]) =>
  dependencyGraph(
    ids.split(' '),
    pairs.map((pair, at) => edge(pair.split('>')[0] ?? '', pair.split('>')[1] ?? '', at + 1)),
  );

const messages = (...args: Parameters<typeof graphOf>): readonly string[] =>
  dependencyFaults(graphOf(...args)).map(describeDependencyFault);

describe('a dependency graph', () => {
  it('answers in both directions, ascending by number', () => {
    const graph = graphOf('WP100 WP02 WP01', 'WP100>WP02', 'WP100>WP01', 'WP02>WP01', 'WP02>WP01');
    expect(graph.ids).toEqual(['WP01', 'WP02', 'WP100']);
    expect(dependenciesOf(graph, 'WP100')).toEqual(['WP01', 'WP02']);
    expect(dependentsOf(graph, 'WP01')).toEqual(['WP02', 'WP100']);
    expect(graph.edges.find(({ from }) => from === 'WP02')?.place.line).toBe(3);
  });

  it('has no fault when work can be done in some order', () => {
    expect(messages('WP01 WP02 WP03', 'WP02>WP01', 'WP03>WP01', 'WP03>WP02')).toEqual([]);
  });

  it('names unknown ids, self-references and cycles with their lines', () => {
    expect(messages('WP01 WP02', 'WP01>WP99', 'WP01>oops', 'WP02>WP02')).toEqual([
      'tasks.md:1: WP01 depends on WP99, which does not exist.',
      'tasks.md:2: WP01 depends on oops, which is no work package id.',
      'tasks.md:3: WP02 depends on itself.',
    ]);
    expect(messages('WP01 WP02 WP03 WP04', 'WP03>WP02', 'WP02>WP01', 'WP01>WP03', 'WP04>WP03')).toEqual([
      'tasks.md:3, tasks.md:1, tasks.md:2: WP01 → WP03 → WP02 → WP01 is a cycle.',
    ]);
    const [fault] = dependencyFaults(dependencyGraph(['WP01'], [edge('WP01', 'WP01')]));
    expect(fault && describeDependencyFault(fault)).toBe('tasks.md: WP01 depends on itself.');
  });

  it('names one cycle of each knot', () => {
    expect(
      messages('WP01 WP02 WP03 WP04 WP05', 'WP01>WP02', 'WP02>WP01', 'WP04>WP05', 'WP05>WP04', 'WP03>WP01'),
    ).toEqual([
      'tasks.md:1, tasks.md:2: WP01 → WP02 → WP01 is a cycle.',
      'tasks.md:3, tasks.md:4: WP04 → WP05 → WP04 is a cycle.',
    ]);
  });

  it('puts dependencies first and smaller ids first among equals', () => {
    expect(topologicalOrder(graphOf('WP01 WP02 WP03 WP100 WP99', 'WP01>WP03', 'WP99>WP100'))).toEqual([
      'WP02',
      'WP03',
      'WP01',
      'WP100',
      'WP99',
    ]);
    expect(topologicalOrder(graphOf('WP01 WP02 WP03', 'WP01>WP02', 'WP02>WP01'))).toEqual([
      'WP03',
      'WP01',
      'WP02',
    ]);
  });

  it('does not depend on the order in which it was told, and has an order or a fault', () => {
    const id = fc.integer({ min: 1, max: 7 }).map((number) => `WP0${number}`);
    const edges = fc.array(
      fc.tuple(id, id).map(([from, to]) => edge(from, to)),
      { maxLength: 15 },
    );
    fc.assert(
      fc.property(edges, fc.infiniteStream(fc.nat()), (told, random) => {
        const ids = ['WP01', 'WP02', 'WP03', 'WP04', 'WP05', 'WP06', 'WP07'];
        const graph = dependencyGraph(ids, told);
        const shuffled = [...told]
          .map((each) => [random.next().value, each] as const)
          .sort(([a], [b]) => Number(a) - Number(b));
        expect(
          dependencyGraph(
            [...ids].reverse(),
            shuffled.map(([, each]) => each),
          ),
        ).toEqual(graph);
        const order = topologicalOrder(graph);
        expect([...order].sort()).toEqual(ids);
        const isOrdered = graph.edges.every(({ from, to }) => order.indexOf(to) < order.indexOf(from));
        expect(isOrdered).toBe(dependencyFaults(graph).length === 0);
      }),
    );
  });
});
