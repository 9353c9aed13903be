import { dependencyGraph } from '../../../src/domain/work/dependency-graph.js';
import { workAhead, type WorkAhead, type WorkNow } from '../../../src/domain/work/work-ahead.js';
import type { WorkPackage } from '../../../src/domain/work/work-package.js';

type Seed = Partial<WorkPackage> & { readonly needs?: readonly string[] };

const look = (seeds: Readonly<Record<string, Seed>>, more: Partial<WorkNow> = {}): WorkAhead => {
  const workPackages = Object.entries(seeds).map(([id, { needs = [], ...seed }]) => ({
    id,
    title: `Title of ${id}`,
    lane: 'planned' as const,
    dependencies: needs,
    path: `tasks/${id}.md`,
    ...seed,
  }));
  const edges = workPackages.flatMap(({ id, dependencies, path }) =>
    dependencies.map((to) => ({ from: id, to, place: { path } })),
  );
  const ids = workPackages.map(({ id }) => id);
  return workAhead({
    workPackages,
    graph: dependencyGraph(ids, edges),
    isMerged: () => false,
    obstacle: () => undefined,
    ...more,
  });
};

const ids = (list: readonly { readonly id?: string }[]): readonly (string | undefined)[] =>
  list.map(({ id }) => id);

describe('what may begin', () => {
  it('comes in the order of the longest chain, equals by number', () => {
    const { ready } = look({
      WP01: {},
      WP02: {},
      WP03: { needs: ['WP02'] },
      WP04: { needs: ['WP03'] },
      WP05: { needs: ['WP01'] },
      WP06: {},
      WP07: {},
      WP08: { needs: ['WP07'], lane: 'canceled' },
    });
    expect(ready.map(({ id, chain }) => [id, chain])).toEqual([
      ['WP02', 3],
      ['WP01', 2],
      ['WP06', 1],
      ['WP07', 1],
    ]);
  });

  it('needs every dependency done, or merged and waiting for its review', () => {
    const seeds: Record<string, Seed> = {
      WP01: { lane: 'done' },
      WP02: { lane: 'for_review' },
      WP03: { lane: 'for_review' },
      WP04: { lane: 'doing' },
      WP05: { needs: ['WP01', 'WP02'] },
      WP06: { needs: ['WP01', 'WP03', 'WP04', 'WP05'] },
    };
    const { ready, waiting } = look(seeds, { isMerged: (id) => id === 'WP02' });
    expect(ids(ready)).toEqual(['WP05']);
    expect(waiting).toEqual([
      {
        id: 'WP06',
        title: 'Title of WP06',
        waitsFor: [
          { id: 'WP03', lane: 'for_review' },
          { id: 'WP04', lane: 'doing' },
          { id: 'WP05', lane: 'planned' },
        ],
      },
    ]);
  });
});

describe('who has to do what else', () => {
  it('tells those at work from those to be reviewed', () => {
    const { inWork, toReview } = look({
      WP01: { lane: 'doing', agent: 'ada' },
      WP02: { lane: 'for_review', agent: 'bob' },
      WP03: { lane: 'for_review', detail: 'in_review' },
    });
    expect(inWork).toEqual([
      { id: 'WP01', title: 'Title of WP01', agent: 'ada' },
      { id: 'WP03', title: 'Title of WP03' },
    ]);
    expect(toReview).toEqual([{ id: 'WP02', title: 'Title of WP02', agent: 'bob' }]);
  });

  it('leaves to a person what no agent can settle, and begins nothing of it', () => {
    const ahead = look(
      {
        WP01: { needs: ['WP09'] },
        WP02: { needs: ['WP03'] },
        WP03: { needs: ['WP02'] },
        WP04: { lane: 'doing', detail: 'blocked' },
        WP05: { lane: 'uninitialized' },
        WP06: { lane: 'for_review', detail: 'approved' },
        WP07: { lane: 'canceled' },
        WP08: { needs: ['WP07'] },
        WP10: {},
        WP11: { needs: ['WP03'] },
      },
      { obstacle: (id) => (id === 'WP10' ? 'WP10 is done on another branch.' : undefined) },
    );
    expect(ids(ahead.ready)).toEqual([]);
    expect(ids(ahead.waiting)).toEqual(['WP11']);
    expect(ahead.decisions.map(({ reason }) => reason)).toEqual([
      'tasks/WP01.md: WP01 depends on WP09, which does not exist.',
      'tasks/WP02.md, tasks/WP03.md: WP02 → WP03 → WP02 is a cycle.',
      'WP04 is blocked.',
      'WP05 has no lane yet: its tasks have not been finalized.',
      'WP06 is approved and waits to be merged and accepted.',
      'WP08 depends on WP07, which was given up.',
      'WP10 is done on another branch.',
    ]);
  });
});
