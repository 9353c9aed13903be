import fc from 'fast-check';
import { dependencyGraph } from '../../../src/domain/work/dependency-graph.js';
import { LANES } from '../../../src/domain/events/lane.js';
import { resumeRun } from '../../../src/domain/agents/begin-run.js';
import { nextSteps } from '../../../src/domain/agents/stage.js';
import { observe } from '../../../src/domain/agents/observe.js';
import {
  APPROVED,
  assignedTo,
  atWork,
  changeRecord,
  failed,
  FINISHED,
  IMPLEMENTED,
  IN_REVIEW,
  LET_GO,
  paused,
  rejected,
  type Change,
} from '../../../src/domain/agents/record.js';
import { parseOrchestrationState, type WorkPackageRecord } from '../../../src/domain/agents/state.js';
import { standingOf } from '../../../src/app/agents/standing.js';
import type { FeatureView } from '../../../src/domain/agents/view.js';
import { states } from './arbitrary-state.js';

const ids = ['WP01', 'WP02', 'WP03', 'WP04', 'WP05'];

/** Any files: cycles and unknown dependencies included. */
const views: fc.Arbitrary<FeatureView> = fc
  .record({
    lanes: fc.dictionary(fc.constantFrom(...ids), fc.constantFrom(...LANES)),
    edges: fc.array(fc.tuple(fc.constantFrom(...ids, 'WP99'), fc.constantFrom(...ids, 'WP99')), {
      maxLength: 8,
    }),
  })
  .map(({ lanes, edges }) => ({
    graph: dependencyGraph(
      Object.keys(lanes),
      edges.map(([from, to]) => ({ from, to, place: { path: 'x' } })),
    ),
    workPackages: new Map(Object.entries(lanes).map(([id, lane]) => [id, { title: id, lane }])),
  }));

const LIMITS = { maxParallel: 1, maxRetries: 1, timeoutMs: 1, merges: true };

/** Whatever can become of a record. */
const changes = fc.constantFrom<(record: WorkPackageRecord) => Change>(
  () => ({ at: 'planned', implementer: 'ann' }),
  () => ({ ...LET_GO, implementer: undefined }),
  () => atWork('a'),
  () => atWork(undefined),
  (record) => assignedTo(record, { phase: 'review', agent: 'bob', retryCount: 0 }),
  () => IMPLEMENTED,
  () => IN_REVIEW,
  () => APPROVED,
  (record) => rejected(record, 'x', LIMITS),
  (record) => failed(record, 'ann', 'x', ['ann', 'bob']),
  () => FINISHED,
  () => paused('step-failed', 'x'),
);

const isStorable = (state: unknown): boolean => parseOrchestrationState(JSON.parse(JSON.stringify(state))).ok;

describe('from any state and any files, an orchestration', () => {
  it('reads back what it wrote', () => {
    fc.assert(
      fc.property(states, (state) => {
        expect(parseOrchestrationState(JSON.parse(JSON.stringify(state)))).toEqual({
          ok: true,
          value: state,
        });
      }),
    );
  });

  it('decides without failing, and every state that follows can be stored', () => {
    fc.assert(
      fc.property(states, views, fc.array(changes, { maxLength: 6 }), (before, view, dice) => {
        let { state } = observe(resumeRun(before), view, () => false);
        for (const change of dice) {
          const [next] = nextSteps(state, view, new Map());
          if (next === undefined) break;
          const record = state.workPackages.find(({ id }) => id === next.id)!;
          state = changeRecord(state, next.id, change(record));
          expect(isStorable(state)).toBe(true);
          expect(standingOf(state, view).workPackages).toHaveLength(state.workPackages.length);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('sees nothing more when it looks twice', () => {
    fc.assert(
      fc.property(states, views, (before, view) => {
        const once = observe(before, view, () => false).state;
        const twice = observe(once, view, () => false);
        expect(twice.notices).toEqual([]);
        expect(twice.state).toEqual(once);
      }),
      { numRuns: 500 },
    );
  });

  it('changes nothing about a work package with which something is being done', () => {
    fc.assert(
      fc.property(states, views, (before, view) => {
        const busy = new Map(before.workPackages.map(({ id }) => [id, 'reviewing'] as const));
        const { state } = observe(before, view, (id) => busy.has(id));
        expect(state.workPackages.filter(({ id }) => busy.has(id))).toEqual(before.workPackages);
        expect(nextSteps(before, view, busy)).toEqual([]);
      }),
    );
  });

  it('says of any document what is wrong with it, or takes it', () => {
    fc.assert(
      fc.property(fc.anything(), (document) => {
        const parsed = parseOrchestrationState(document);
        if (!parsed.ok) expect(parsed.error.length).toBeGreaterThan(0);
      }),
    );
    fc.assert(
      fc.property(states, fc.nat(), fc.jsonValue(), (state, at, value) => {
        const document = JSON.parse(JSON.stringify(state)) as Record<string, unknown>;
        const keys = Object.keys(document);
        document[keys[at % keys.length] ?? ''] = value;
        const parsed = parseOrchestrationState(document);
        if (!parsed.ok) expect(parsed.error.length).toBeGreaterThan(0);
      }),
    );
  });
});
