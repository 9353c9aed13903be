import { unreachable } from '../errors.js';
import { topologicalOrder } from '../work/dependency-graph.js';
import { chooseAgent } from './choose-agent.js';
import { isMergeable, isReady } from './readiness.js';
import type { Assignment, OrchestrationState, Phase, WorkPackageRecord } from './state.js';
import type { Step } from './step.js';
import { laneOf, type FeatureView } from './view.js';

/**
 * What can be done now, in the order of its worth: first whatever brings work to an end, then reviews, then what was
 * begun, then what is new; among equals in the order of the dependencies. `busy` are the work packages with which
 * something is being done already. Never lets more agents run than the limits allow, and is empty when nothing can be
 * done: if nobody is busy either, the run is over.
 */
export const nextSteps = (
  state: OrchestrationState,
  view: FeatureView,
  busy: ReadonlySet<string>,
): readonly Step[] => {
  let free = state.limits.maxParallel - state.workPackages.filter((record) => occupies(record, busy)).length;
  const steps: Step[] = [];
  for (const record of byWorth(state, view)) {
    const step = busy.has(record.id) ? undefined : stepFor(state, view, record);
    if (step === undefined) continue;
    const isForAgent = step.step === 'claim' || step.step === 'work';
    if (isForAgent && free <= 0) continue;
    if (isForAgent) free--;
    steps.push(step);
  }
  return steps;
};

/** Whether an agent is at work on it, or about to be. */
const occupies = ({ id, stage }: WorkPackageRecord, busy: ReadonlySet<string>): boolean =>
  busy.has(id) && (stage === 'claiming' || stage === 'implementing' || stage === 'reviewing');

const WORTH: Readonly<Record<WorkPackageRecord['stage'], number>> = {
  finishing: 0,
  approved: 1,
  'handing-over': 2,
  'sending-back': 3,
  reviewing: 4,
  implementing: 5,
  claiming: 6,
  waiting: 7,
  done: 8,
  paused: 8,
};

const byWorth = (state: OrchestrationState, view: FeatureView): readonly WorkPackageRecord[] => {
  const place = new Map(topologicalOrder(view.graph).map((id, at) => [id, at]));
  const placeOf = ({ id }: WorkPackageRecord): number => place.get(id) ?? place.size;
  return [...state.workPackages].sort((a, b) => WORTH[a.stage] - WORTH[b.stage] || placeOf(a) - placeOf(b));
};

const stepFor = (
  state: OrchestrationState,
  view: FeatureView,
  record: WorkPackageRecord,
): Step | undefined => {
  const { id, stage } = record;
  switch (stage) {
    case 'waiting':
      return isReady(state, view, id) ? claim(state, record, false) : undefined;
    case 'claiming':
      return claim(state, record, true);
    case 'implementing':
      return work(state, record, 'implementation');
    case 'reviewing':
      return work(state, record, 'review');
    case 'handing-over':
      return { step: 'hand-over', id, agent: record.implementer ?? UNKNOWN };
    case 'sending-back':
      return { step: 'send-back', id, reviewer: record.reviewer ?? UNKNOWN, feedback: record.feedback ?? '' };
    case 'approved':
      return state.limits.merges && laneOf(view, id) === 'for_review' && isMergeable(view, id)
        ? { step: 'merge', id }
        : undefined;
    case 'finishing':
      return { step: 'finish', id, reviewer: record.reviewer ?? UNKNOWN };
    case 'done':
    case 'paused':
      return undefined;
    default:
      return unreachable(stage);
  }
};

/** Somebody whose name no record has. */
const UNKNOWN = 'user';

const claim = (state: OrchestrationState, record: WorkPackageRecord, isAgain: boolean): Step | undefined => {
  const agent = isAgain ? record.implementer : chooseAgent(record, 'implementation', state.agents);
  return agent === undefined ? undefined : { step: 'claim', id: record.id, agent, isAgain };
};

/** An assignment that was made before is carried out before anybody else is asked. */
const work = (state: OrchestrationState, record: WorkPackageRecord, phase: Phase): Step | undefined => {
  const { id, assignment, assigned } = record;
  if (assignment !== undefined) return { step: 'work', id, assignment };
  const agent = chooseAgent(record, phase, state.agents);
  if (agent === undefined) return undefined;
  const fresh: Assignment = { phase, agent, retryCount: assigned[phase], isAnnounced: false };
  return { step: 'work', id, assignment: fresh };
};
