import { topologicalOrder } from '../../domain/work/dependency-graph.js';
import { missing, stageOf, type Stage } from '../../domain/agents/stage.js';
import { STANDINGS, type OrchestrationState } from '../../domain/agents/state.js';
import { isElsewhere, type FeatureView } from '../../domain/agents/view.js';
import type { DataOf } from '../documents/all.js';

/** What can be told of a run. */
export type OrchestrationStanding = NonNullable<DataOf<'orchestrate'>['orchestration']>;

/** What can be told of one work package. */
export type WorkPackageStanding = OrchestrationStanding['workPackages'][number];

/** Where a work package stands, in one word for people. */
export type StandingWord = WorkPackageStanding['standing'];

/** What there is to tell of a run, from its state and the files. */
export const standingOf = (state: OrchestrationState, view: FeatureView): OrchestrationStanding => {
  const { version: _ofTheFile, workPackages: records, ...run } = state;
  const stuck = stuckIn(state, view);
  const workPackages = records.map((record): WorkPackageStanding => {
    const { id, rejections, assignment, pause } = record;
    const seen = view.workPackages.get(id);
    const stage = stageOf(record);
    const needs = missing(state, view, id);
    const standing = wordFor(stage, isElsewhere(view, id), needs, stuck);
    const agent = standing === 'elsewhere' ? seen?.agent : (assignment?.agent ?? record.implementer);
    return {
      ...{ id, title: seen?.title ?? id, lane: seen?.lane, standing, stage, agent, rejections },
      phase: assignment?.phase,
      waitsFor: WAITING.has(standing) ? needs : [],
      detail: pause?.detail,
    };
  });
  const count = (word: StandingWord) => workPackages.filter(({ standing }) => standing === word).length;
  const counts = Object.fromEntries(STANDINGS.map((word) => [word, count(word)]));
  return { ...run, counts: counts as Record<StandingWord, number>, workPackages };
};

const WAITING: ReadonlySet<StandingWord> = new Set(['waiting', 'blocked', 'approved']);

const wordFor = (
  stage: Stage,
  isInOtherHands: boolean,
  needs: readonly string[],
  stuck: ReadonlySet<string>,
): StandingWord => {
  if (stage === 'claiming' || stage === 'handing-over' || stage === 'sending-back') return 'implementing';
  if (stage !== 'waiting') return stage;
  if (isInOtherHands) return 'elsewhere';
  if (needs.length === 0) return 'ready';
  return needs.some((id) => stuck.has(id)) ? 'blocked' : 'waiting';
};

/** What is not far enough to be built upon until a person has done something, or waits for something like that. */
const stuckIn = (state: OrchestrationState, view: FeatureView): ReadonlySet<string> => {
  const { graph } = view;
  const stages = new Map(state.workPackages.map((record) => [record.id, stageOf(record)]));
  // Of what has no file nobody knows when it comes.
  const stuck = new Set(graph.edges.map(({ to }) => to).filter((id) => !graph.ids.includes(id)));
  for (const id of topologicalOrder(graph)) {
    const stage = stages.get(id);
    const isWaiting = stage === 'waiting' || stage === 'approved';
    const needsPerson = stage === undefined || stage === 'paused' || stage === 'done';
    const isInOtherHands = stage === 'waiting' && isElsewhere(view, id);
    const isBehind = isWaiting && missing(state, view, id).some((each) => stuck.has(each));
    if (needsPerson || isInOtherHands || isBehind) stuck.add(id);
  }
  return stuck;
};
