import { topologicalOrder } from '../work/dependency-graph.js';
import type { WorkPackageLane } from '../events/lane.js';
import { missing, stageOf, type Stage } from './stage.js';
import type { OrchestrationState, Phase } from './state.js';
import { isElsewhere, type FeatureView } from './view.js';

/** Where a work package stands, in one word for people. */
export const STANDINGS = [
  'done',
  // Approved, and waiting to be merged.
  'approved',
  // An agent is at work on it, or was when the run ended.
  'implementing',
  'reviewing',
  // Could be taken up at once.
  'ready',
  // Waits for other work packages, which are on their way.
  'waiting',
  // Waits for other work packages, of which at least one needs a person.
  'blocked',
  // Somebody outside of the run works on it.
  'elsewhere',
  // Needs a person.
  'paused',
] as const;

export type StandingWord = (typeof STANDINGS)[number];

/** What can be told of one work package. */
export interface WorkPackageStanding {
  readonly id: string;
  readonly title: string;
  readonly lane: WorkPackageLane | undefined;
  readonly standing: StandingWord;
  /** What is to be done next with it. */
  readonly stage: Stage;
  /** Who has it now; of a paused one, who had it last. */
  readonly agent?: string;
  readonly phase?: Phase;
  readonly rejections: number;
  /** What it waits for, ascending: to be begun, or to be merged. */
  readonly waitsFor: readonly string[];
  /** Why a person has to look, in a whole sentence. */
  readonly detail?: string;
}

/** What can be told of a run. */
export interface OrchestrationStanding extends Omit<OrchestrationState, 'version' | 'workPackages'> {
  readonly counts: Readonly<Record<StandingWord, number>>;
  readonly workPackages: readonly WorkPackageStanding[];
}

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
      ...{ id, title: seen?.title ?? id, lane: seen?.lane, standing, stage },
      ...(agent === undefined ? {} : { agent }),
      ...(assignment === undefined ? {} : { phase: assignment.phase }),
      rejections,
      waitsFor: WAITING.has(standing) ? needs : [],
      ...(pause === undefined ? {} : { detail: pause.detail }),
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
