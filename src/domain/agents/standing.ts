import type { WorkPackageLane } from '../events/lane.js';
import { isApproved, missing } from './next-tasks.js';
import type { OrchestrationState, Phase, WorkPackageRecord } from './state.js';
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
  const isStuck = stuckIn(state, view);
  const workPackages = records.map((record): WorkPackageStanding => {
    const { id, rejections, assignment, pause } = record;
    const seen = view.workPackages.get(id);
    const stage = stageOf(record);
    const needs = missing(state, view, id);
    const standing = wordFor(stage, isElsewhere(view, id), needs, isStuck);
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

type Stage =
  Exclude<StandingWord, 'ready' | 'blocked' | 'elsewhere'> | 'claiming' | 'handing-over' | 'sending-back';

const stageOf = ({ at, result, pause }: WorkPackageRecord): Stage => {
  if (pause !== undefined) return 'paused';
  if (at === undefined) return 'waiting';
  if (at === 'planned') return 'claiming';
  if (at === 'doing') return result === 'implemented' ? 'handing-over' : 'implementing';
  if (at === 'done') return 'done';
  if (result === 'approved') return 'approved';
  return result === 'rejected' ? 'sending-back' : 'reviewing';
};

const wordFor = (
  stage: Stage,
  isInOtherHands: boolean,
  needs: readonly string[],
  isStuck: (id: string) => boolean,
): StandingWord => {
  if (stage === 'claiming' || stage === 'handing-over' || stage === 'sending-back') return 'implementing';
  if (stage !== 'waiting') return stage;
  if (isInOtherHands) return 'elsewhere';
  if (needs.length === 0) return 'ready';
  return needs.some(isStuck) ? 'blocked' : 'waiting';
};

/**
 * Whether what is not far enough to be built upon needs a person, or waits for something that does. Each answer is worked
 * out once: of a large feature the same dependencies stand before many.
 */
const stuckIn = (state: OrchestrationState, view: FeatureView): ((id: string) => boolean) => {
  const records = new Map(state.workPackages.map((record) => [record.id, record]));
  const known = new Map<string, boolean>();
  const needsPerson = (id: string): boolean => {
    const record = records.get(id);
    if (record === undefined || record.pause !== undefined || record.at === 'done') return true;
    if (record.at === undefined && isElsewhere(view, id)) return true;
    return (record.at === undefined || isApproved(record)) && missing(state, view, id).some(isStuck);
  };
  const isStuck = (id: string): boolean => {
    const answer = known.get(id);
    if (answer !== undefined) return answer;
    // In a cycle nobody is stuck who is not stuck from outside of it.
    known.set(id, false);
    known.set(id, needsPerson(id));
    return known.get(id) === true;
  };
  return isStuck;
};
