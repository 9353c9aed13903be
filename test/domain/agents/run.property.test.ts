import fc from 'fast-check';
import { dependenciesOf, dependencyGraph } from '../../../src/domain/work/dependency-graph.js';
import { LANES, type Lane } from '../../../src/domain/events/lane.js';
import { standingOf } from '../../../src/app/agents/standing.js';
import { modelRun, type ModelSetup } from './model-run.js';

const idOf = (at: number): string => `WP${String(at + 1).padStart(2, '0')}`;

const setups: fc.Arbitrary<ModelSetup> = fc
  .record({
    edges: fc.array(fc.tuple(fc.nat(11), fc.nat(11)), { maxLength: 20 }),
    lanes: fc.array(fc.constantFrom<Lane>('planned', 'planned', 'planned', ...LANES), {
      minLength: 1,
      maxLength: 12,
    }),
    agents: fc.constantFrom(['ann'], ['ann', 'bob'], ['ann', 'bob', 'cy']),
    maxParallel: fc.integer({ min: 1, max: 5 }),
    maxRetries: fc.nat(3),
    merges: fc.boolean(),
    dice: fc.array(fc.nat(1000), { minLength: 30, maxLength: 120 }),
    deaths: fc.array(fc.nat(12), { maxLength: 4 }),
  })
  .map(({ edges, lanes, agents, maxParallel, maxRetries, merges, dice, deaths }) => {
    const ids = lanes.map((_, at) => idOf(at));
    const sound = edges
      .map(([a, b]) => [Math.max(a, b), Math.min(a, b)] as const)
      .filter(([from, to]) => from !== to && from < ids.length);
    return {
      graph: dependencyGraph(
        ids,
        sound.map(([from, to]) => ({ from: idOf(from), to: idOf(to), place: { path: 'x' } })),
      ),
      lanes: new Map(lanes.map((lane, at) => [idOf(at), lane])),
      agents,
      limits: { maxParallel, maxRetries, timeoutMs: 1, merges },
      dice,
      deaths,
    };
  });

describe('whatever happens, a run', () => {
  it('never lets more agents run than allowed, and begins nothing before its dependencies allow it', () => {
    fc.assert(
      fc.property(setups, (setup) => {
        const run = modelRun(setup);
        expect(run.most).toBeLessThanOrEqual(setup.limits.maxParallel);
        expect(run.early).toEqual([]);
        expect(run.repeated).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it('ends with every work package done, approved, paused, with somebody else, or behind one of those', () => {
    fc.assert(
      fc.property(setups, (setup) => {
        const { state, view } = modelRun(setup);
        const { workPackages } = standingOf(state, view);
        for (const { id, standing, waitsFor } of workPackages) {
          expect(['done', 'approved', 'paused', 'elsewhere', 'blocked']).toContain(standing);
          if (standing === 'blocked') expect(waitsFor).not.toEqual([]);
          // What is approved and not merged waits for a dependency that is not done.
          if (standing === 'approved' && setup.limits.merges)
            expect(dependenciesOf(view.graph, id).every((each) => setup.lanes.get(each) === 'done')).toBe(
              false,
            );
        }
        const isOver = workPackages.every(
          ({ standing }) => standing === 'done' || (standing === 'approved' && !setup.limits.merges),
        );
        expect(state.status).toBe(isOver ? 'completed' : 'paused');
      }),
      { numRuns: 300 },
    );
  });

  it('assigns each attempt once, in order, and no more of them than limits and agents allow', () => {
    fc.assert(
      fc.property(setups, (setup) => {
        const { assigned } = modelRun(setup);
        const most = (setup.limits.maxRetries + 1) * setup.agents.length;
        for (const id of setup.lanes.keys())
          for (const phase of ['implementation', 'review']) {
            const counts = assigned.filter((each) => each.id === id && each.phase === phase);
            expect(counts.map(({ retryCount }) => retryCount)).toEqual(counts.map((_, at) => at));
            expect(counts.length).toBeLessThanOrEqual(most);
          }
      }),
      { numRuns: 300 },
    );
  });

  it('never lets an agent review what it implemented while there is another one', () => {
    fc.assert(
      fc.property(setups, (setup) => {
        for (const { phase, agent, implementer } of modelRun(setup).assigned)
          if (phase === 'review' && setup.agents.length > 1) expect(agent).not.toBe(implementer);
      }),
      { numRuns: 200 },
    );
  });

  it('makes every transition from the lane in which the work package is, and none after it is done', () => {
    fc.assert(
      fc.property(setups, (setup) => {
        const lanes = new Map(setup.lanes);
        for (const transition of modelRun(setup).transitions) {
          const [, id = '', from, to] = /^(\w+) (\w+)→(\w+)$/.exec(transition) ?? [];
          expect(lanes.get(id)).toBe(from);
          lanes.set(id, to as Lane);
        }
      }),
      { numRuns: 200 },
    );
  });
});
