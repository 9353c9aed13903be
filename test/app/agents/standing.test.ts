import { dependencyGraph } from '../../../src/domain/work/dependency-graph.js';
import type { Lane } from '../../../src/domain/events/lane.js';
import { beginRun, DEFAULT_LIMITS } from '../../../src/domain/agents/begin-run.js';
import { standingOf } from '../../../src/app/agents/standing.js';
import type { WorkPackageRecord } from '../../../src/domain/agents/state.js';
import type { FeatureView } from '../../../src/domain/agents/view.js';

/** What is to be done next with a work package, and what a run knows of it then. */
const STAGES = {
  waiting: {},
  claiming: { at: 'planned' },
  implementing: { at: 'doing' },
  'handing-over': { at: 'doing', result: 'implemented' },
  reviewing: { at: 'for_review' },
  'sending-back': { at: 'for_review', result: 'rejected' },
  approved: { at: 'for_review', result: 'approved' },
  done: { at: 'done' },
  paused: { pause: { reason: 'step-failed', detail: 'Why.' } },
} satisfies Readonly<Record<string, Partial<WorkPackageRecord>>>;

type Stage = keyof typeof STAGES;

type Seen = Readonly<Record<string, readonly [Lane, Stage, ...string[]]>>;

/** Words of work packages, each given by lane, stage and dependencies. */
const words = (seen: Seen, merges = true) => {
  const view: FeatureView = {
    graph: dependencyGraph(
      Object.keys(seen),
      Object.entries(seen).flatMap(([from, [, , ...needs]]) =>
        needs.map((to) => ({ from, to, place: { path: 'x' } })),
      ),
    ),
    workPackages: new Map(
      Object.entries(seen).map(([id, [lane]]) => [id, { title: `Title ${id}`, lane, agent: 'zoe' }]),
    ),
  };
  const begun = beginRun(
    { runId: 'R', feature: '001-x', startedAt: 't', agents: ['ann'], limits: { ...DEFAULT_LIMITS, merges } },
    view,
  );
  const state = {
    ...begun,
    workPackages: begun.workPackages.map((record) => ({
      ...record,
      ...STAGES[seen[record.id]?.[1] ?? 'waiting'],
    })),
  };
  return standingOf(state, view);
};

const told = (seen: Seen, merges?: boolean) =>
  Object.fromEntries(
    words(seen, merges).workPackages.map(({ id, standing, waitsFor }) => [
      id,
      [standing, ...waitsFor].join(' '),
    ]),
  );

describe('the standing of work packages', () => {
  it('is what is being done with them', () => {
    expect(
      told({
        WP01: ['done', 'done'],
        WP02: ['doing', 'implementing'],
        WP03: ['doing', 'handing-over'],
        WP04: ['for_review', 'sending-back'],
        WP05: ['planned', 'claiming'],
        WP06: ['for_review', 'reviewing'],
        WP07: ['for_review', 'approved'],
        WP08: ['for_review', 'paused'],
        WP09: ['planned', 'waiting', 'WP01'],
        WP10: ['doing', 'waiting'],
      }),
    ).toEqual({
      WP01: 'done',
      WP02: 'implementing',
      WP03: 'implementing',
      WP04: 'implementing',
      WP05: 'implementing',
      WP06: 'reviewing',
      WP07: 'approved',
      WP08: 'paused',
      WP09: 'ready',
      WP10: 'elsewhere',
    });
  });

  it('is blocked behind whatever needs a person, however far away', () => {
    expect(
      told({
        WP01: ['for_review', 'paused'],
        WP02: ['for_review', 'approved', 'WP01'],
        WP03: ['planned', 'waiting', 'WP02'],
        WP04: ['doing', 'waiting'],
        WP05: ['planned', 'waiting', 'WP04'],
        WP06: ['planned', 'waiting', 'WP05', 'WP07'],
        WP07: ['doing', 'implementing'],
        WP08: ['planned', 'waiting', 'WP07'],
        WP09: ['planned', 'waiting', 'WP99'],
      }),
    ).toEqual({
      WP01: 'paused',
      WP02: 'approved WP01',
      WP03: 'blocked WP02',
      WP04: 'elsewhere',
      WP05: 'blocked WP04',
      WP06: 'blocked WP05 WP07',
      WP07: 'implementing',
      WP08: 'waiting WP07',
      WP09: 'blocked WP99',
    });
  });

  it('is ready behind what is approved when nothing is merged, and only then', () => {
    const seen: Seen = { WP01: ['for_review', 'approved'], WP02: ['planned', 'waiting', 'WP01'] };
    expect(told(seen, false)).toEqual({ WP01: 'approved', WP02: 'ready' });
    expect(told(seen, true)).toEqual({ WP01: 'approved', WP02: 'waiting WP01' });
  });

  it('says in a finer word what is to be done next', () => {
    const seen = Object.fromEntries(
      (Object.keys(STAGES) as Stage[]).map((stage, at) => [`WP1${at}`, ['planned', stage] as const]),
    );
    expect(words(seen).workPackages.map(({ stage }) => stage)).toEqual(Object.keys(STAGES));
  });

  it('of all of them is counted, and names who has each', () => {
    const standing = words({ WP01: ['doing', 'waiting'], WP02: ['for_review', 'paused'] });
    expect(standing.counts).toMatchObject({ elsewhere: 1, paused: 1, done: 0 });
    expect(standing.workPackages).toMatchObject([
      { id: 'WP01', agent: 'zoe', title: 'Title WP01', lane: 'doing' },
      { id: 'WP02', detail: 'Why.' },
    ]);
  });
});
