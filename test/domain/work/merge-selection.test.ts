import fc from 'fast-check';
import { dependencyGraph } from '../../../src/domain/work/dependency-graph.js';
import { LANES } from '../../../src/domain/events/lane.js';
import { mergeSubject } from '../../../src/domain/work/merge-selection.js';
import {
  outerDependencies,
  selectMerges,
  type BranchStanding,
  type MergeCandidate,
} from '../../../src/domain/work/merge-selection.js';

const STANDINGS: readonly BranchStanding[] = ['missing', 'no-commits', 'merged', 'unmerged'];
const IDS = ['WP01', 'WP02', 'WP03', 'WP04', 'WP05', 'WP06'];

const candidate = (id: string, facts: Partial<MergeCandidate> = {}): MergeCandidate => ({
  id,
  lane: 'doing',
  standing: 'unmerged',
  ...facts,
});

const select = (candidates: readonly MergeCandidate[]) => selectMerges(candidates, dependencyGraph(IDS, []));

const candidates = fc
  .record({
    ids: fc.shuffledSubarray(IDS),
    lanes: fc.infiniteStream(fc.constantFrom(...LANES)),
    standings: fc.infiniteStream(fc.constantFrom(...STANDINGS)),
  })
  .map(({ ids, lanes, standings }) =>
    ids.map((id): MergeCandidate => ({
      id,
      lane: lanes.next().value ?? 'doing',
      standing: standings.next().value ?? 'missing',
    })),
  );

/** Edges from later to earlier ids only, so that there is no cycle. */
const edges = fc
  .array(fc.tuple(fc.nat(IDS.length - 1), fc.nat(IDS.length - 1)))
  .map((pairs) =>
    pairs.flatMap(([a, b]) =>
      a === b ? [] : [{ from: IDS[Math.max(a, b)]!, to: IDS[Math.min(a, b)]!, place: { path: 'x' } }],
    ),
  );

describe('what a merge does with work packages', () => {
  it.each([
    ['doing', 'unmerged', 'merged', 'for_review'],
    ['for_review', 'unmerged', 'merged', 'for_review'],
    ['doing', 'merged', 'already-merged', 'for_review'],
    ['for_review', 'merged', 'already-merged', 'for_review'],
    ['doing', 'no-commits', 'no-commits', 'doing'],
    ['for_review', 'no-commits', 'no-commits', 'for_review'],
    ['doing', 'missing', 'no-branch', 'doing'],
    ['done', 'merged', 'already-done', 'done'],
  ] as const)('one in %s whose branch is %s: %s, and then in %s', (lane, standing, outcome, to) => {
    expect(select([candidate('WP01', { lane, standing })])).toEqual([
      { id: 'WP01', outcome, from: lane, to },
    ]);
  });

  it('has one step for each candidate, dependencies first, and takes no lane backwards', () => {
    fc.assert(
      fc.property(candidates, edges, (some, needs) => {
        const graph = dependencyGraph(IDS, needs);
        const selected = selectMerges(some, graph);
        const ids = selected.map(({ id }) => id);
        expect([...ids].sort()).toEqual(some.map(({ id }) => id).sort());
        for (const { from, to } of needs)
          if (ids.includes(from) && ids.includes(to)) expect(ids.indexOf(to)).toBeLessThan(ids.indexOf(from));
        for (const { from, to, outcome } of selected) {
          expect(LANES.indexOf(to)).toBeGreaterThanOrEqual(LANES.indexOf(from));
          if (from !== to) expect(['merged', 'already-merged']).toContain(outcome);
        }
        const merging = selected.filter(({ outcome }) => outcome === 'merged').map(({ id }) => id);
        for (const { id, dependency } of outerDependencies(selected, graph)) {
          expect(merging).toContain(id);
          expect(merging).not.toContain(dependency);
        }
      }),
    );
  });
});

describe('the subject of a merge', () => {
  it('is as git would write it, or tells the work package', () => {
    const step = { id: 'WP01', title: 'Two\nlines', branch: '001-a-WP01' };
    const into = { slug: '001-a', target: 'main' };
    expect(mergeSubject(step, into, {})).toBe("Merge branch '001-a-WP01' into main");
    expect(mergeSubject(step, into, { strategy: 'squash' })).toBe('chore: merge WP01, Two lines (001-a)');
  });
});
