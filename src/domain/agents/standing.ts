import { dependenciesOf } from '../work/dependency-graph.js';
import type { WorkPackageLane } from '../events/lane.js';
import { isApproved, isFarEnough } from './next-tasks.js';
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
  const prospects = prospect(state, view);
  const workPackages = records.map((record) => standingOfOne(prospects, view, record));
  const counts = Object.fromEntries(
    STANDINGS.map((word) => [word, workPackages.filter(({ standing }) => standing === word).length]),
  ) as Record<StandingWord, number>;
  return { ...run, counts, workPackages };
};

const standingOfOne = (
  prospects: Prospect,
  view: FeatureView,
  record: WorkPackageRecord,
): WorkPackageStanding => {
  const { id, rejections, assignment, pause } = record;
  const seen = view.workPackages.get(id);
  const standing = wordFor(prospects, view, record);
  const agent = standing === 'elsewhere' ? seen?.agent : (assignment?.agent ?? record.implementer);
  return {
    id,
    title: seen?.title ?? id,
    lane: seen?.lane,
    standing,
    stage: stageOf(record),
    ...(agent === undefined ? {} : { agent }),
    ...(assignment === undefined ? {} : { phase: assignment.phase }),
    rejections,
    waitsFor: WAITING.has(standing) ? prospects.missing(id) : [],
    ...(pause === undefined ? {} : { detail: pause.detail }),
  };
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

const wordFor = (prospects: Prospect, view: FeatureView, record: WorkPackageRecord): StandingWord => {
  const { id } = record;
  const stage = stageOf(record);
  if (stage === 'claiming' || stage === 'handing-over' || stage === 'sending-back') return 'implementing';
  if (stage !== 'waiting') return stage;
  if (isElsewhere(view, id)) return 'elsewhere';
  if (prospects.missing(id).length === 0) return 'ready';
  return prospects.isBlocked(id) ? 'blocked' : 'waiting';
};

/** What stands between a work package and its beginning. */
interface Prospect {
  /** The dependencies upon which nobody can build yet. */
  missing(id: string): readonly string[];
  /** Whether one of them, or of theirs, needs a person. */
  isBlocked(id: string): boolean;
}

/** Each answer is worked out once: of a large feature the same dependencies stand before many. */
const prospect = (state: OrchestrationState, view: FeatureView): Prospect => {
  const records = new Map(state.workPackages.map((record) => [record.id, record]));
  const farEnough = new Set(view.graph.ids.filter((id) => isFarEnough(state, view, id)));
  const blocked = new Map<string, boolean>();
  const missing = (id: string): readonly string[] =>
    dependenciesOf(view.graph, id).filter((each) => !farEnough.has(each));
  const isBlocked = (id: string): boolean => {
    const known = blocked.get(id);
    if (known !== undefined) return known;
    // In a cycle nobody blocks who is not blocked from outside of it.
    blocked.set(id, false);
    const answer = missing(id).some((each) => {
      const record = records.get(each);
      if (record === undefined || record.pause !== undefined || record.at === 'done') return true;
      if (record.at === undefined) return isElsewhere(view, each) || isBlocked(each);
      return isApproved(record) && isBlocked(each);
    });
    blocked.set(id, answer);
    return answer;
  };
  return { missing, isBlocked };
};
