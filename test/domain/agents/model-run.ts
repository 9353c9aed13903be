import { dependenciesOf, type DependencyGraph } from '../../../src/domain/work/dependency-graph.js';
import type { Lane } from '../../../src/domain/events/lane.js';
import { beginRun, resumeRun, statusAtEnd } from '../../../src/domain/agents/begin-run.js';
import { chooseAgent } from '../../../src/domain/agents/assignment.js';
import { nextSteps, type NextStep, type Stage } from '../../../src/domain/agents/stage.js';
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
import {
  parseOrchestrationState,
  type OrchestrationState,
  type RunLimits,
  type WorkPackageRecord,
} from '../../../src/domain/agents/state.js';
import type { FeatureView } from '../../../src/domain/agents/view.js';

export interface ModelSetup {
  readonly graph: DependencyGraph;
  readonly lanes: ReadonlyMap<string, Lane>;
  readonly agents: readonly string[];
  readonly limits: RunLimits;
  /** Numbers by which everything happens that is not decided: which step ends next, how, and what people do. */
  readonly dice: readonly number[];
  /** After so many ends of steps the process dies; the state that it wrote is all that is left. */
  readonly deaths: readonly number[];
}

export interface ModelRun {
  readonly state: OrchestrationState;
  readonly view: FeatureView;
  /** Every assignment that was announced. */
  readonly assigned: readonly {
    readonly id: string;
    readonly phase: string;
    readonly agent: string;
    readonly retryCount: number;
    readonly implementer: string | undefined;
  }[];
  /** Every transition of the run. */
  readonly transitions: readonly string[];
  readonly most: number;
  /** Claims of work packages whose dependencies were not far enough at that moment. */
  readonly early: readonly string[];
  /** Steps with work packages that were done. */
  readonly repeated: readonly string[];
  /** Agents that were let run again for an assignment that had ended. */
  readonly turns: number;
}

const WITH_AGENT: readonly Stage[] = ['waiting', 'claiming', 'implementing', 'reviewing'];

/** A whole run without any port: the domain decides, dice and a few lanes are the world. */
export const modelRun = (setup: ModelSetup): ModelRun => {
  const lanes = new Map(setup.lanes);
  const inCharge = new Map<string, string>();
  const assigned: ModelRun['assigned'][number][] = [];
  const transitions: string[] = [];
  const early: string[] = [];
  const repeated: string[] = [];
  const deaths = [...setup.deaths];
  let rolls = 0;
  let most = 0;
  let turns = 0;
  const roll = (sides: number): number => (setup.dice[rolls++ % setup.dice.length] ?? 0) % sides;
  const view = (): FeatureView => ({
    graph: setup.graph,
    workPackages: new Map(
      [...lanes].map(([id, lane]) => {
        const agent = inCharge.get(id);
        return [id, { title: id, lane, ...(agent === undefined ? {} : { agent }) }] as const;
      }),
    ),
  });
  let state = beginRun(
    {
      runId: '01KGH000000000000000000000',
      feature: '001-model',
      startedAt: '2026-01-01T00:00:00Z',
      agents: setup.agents,
      limits: setup.limits,
    },
    view(),
  );
  const shift = (id: string, from: Lane, to: Lane): void => {
    if (lanes.get(id) !== from) return;
    lanes.set(id, to);
    transitions.push(`${id} ${from}→${to}`);
  };
  const announced = new Set<string>();
  const recordOf = (id: string): WorkPackageRecord => {
    const record = state.workPackages.find((each) => each.id === id);
    if (record === undefined) throw new Error(`${id} is not known`);
    return record;
  };
  /** What has to be durable before a task is begun. */
  const begin = ({ id, stage }: NextStep): Change => {
    const record = recordOf(id);
    if (!WITH_AGENT.includes(stage)) return {};
    const phase = stage === 'reviewing' ? 'review' : 'implementation';
    const agent = chooseAgent(record, phase, setup.agents) ?? 'nobody';
    if (stage === 'waiting' || stage === 'claiming') {
      if (record.at === undefined && !isFar(setup, lanes, state, id)) early.push(id);
      return record.at === undefined ? { at: 'planned', implementer: agent } : {};
    }
    if (record.assignment !== undefined) return {};
    return assignedTo(record, { phase, agent, retryCount: record.assigned[phase] });
  };
  /** What a task does to the world, and what comes of it. */
  const take = ({ id, stage }: NextStep): ((of: WorkPackageRecord) => Change) => {
    const { implementer = 'nobody', assignment } = recordOf(id);
    const { agents, limits } = setup;
    const unclaimed = () => ({ ...LET_GO, implementer: undefined });
    switch (stage) {
      case 'waiting':
      case 'claiming': {
        if (lanes.get(id) === 'doing')
          return stage === 'claiming' && inCharge.get(id) === implementer ? () => atWork('a') : unclaimed;
        if (lanes.get(id) !== 'planned') return unclaimed;
        if (roll(12) === 11) return () => ({ ...LET_GO, ...paused('step-failed', 'no disk') });
        shift(id, 'planned', 'doing');
        inCharge.set(id, implementer);
        return () => atWork('a');
      }
      case 'implementing':
      case 'reviewing': {
        const die = roll(8);
        if (die === 7) return (of) => failed(of, assignment?.agent ?? 'nobody', 'It failed.', agents);
        if (stage === 'implementing') return () => IMPLEMENTED;
        return (of) => (die < 3 ? rejected(of, 'more', limits) : APPROVED);
      }
      case 'handing-over':
        if (lanes.get(id) === 'doing' && roll(9) === 8)
          return (of) => failed(of, implementer, 'Nothing changed.', agents);
        shift(id, 'doing', 'for_review');
        return () => IN_REVIEW;
      case 'sending-back':
        shift(id, 'for_review', 'doing');
        return () => atWork('b');
      case 'approved':
        if (roll(10) === 9) return () => paused('merge-conflict', 'conflict');
        shift(id, 'for_review', 'done');
        return () => FINISHED;
      case 'paused':
      case 'done':
        throw new Error(`${id} is ${stage}`);
    }
  };
  const busy = new Map<string, NextStep>();
  const atIt = (): ReadonlyMap<string, Stage> => new Map([...busy].map(([id, { stage }]) => [id, stage]));
  for (;;) {
    if (++turns > 20_000) throw new Error('the run does not end');
    const now = view();
    state = observe(state, now, (id) => busy.has(id)).state;
    for (const next of nextSteps(state, now, atIt())) {
      const { id, stage } = next;
      if (lanes.get(id) === 'done') repeated.push(id);
      busy.set(id, next);
      state = changeRecord(state, id, begin(next));
      if (stage === 'implementing' || stage === 'reviewing') {
        const { assignment, implementer } = recordOf(id);
        const { phase, agent, retryCount } = assignment!;
        const key = `${id} ${phase} ${retryCount}`;
        if (!announced.has(key)) assigned.push({ id, phase, agent, retryCount, implementer });
        announced.add(key);
      }
    }
    const running = [...busy.values()].filter(({ stage }) => WITH_AGENT.includes(stage));
    most = Math.max(most, running.length);
    const steps = [...busy.values()];
    const ending = steps[roll(Math.max(1, steps.length))];
    if (ending === undefined) {
      return {
        state: { ...state, status: statusAtEnd(state) },
        view: now,
        assigned,
        transitions,
        most,
        early,
        repeated,
        turns,
      };
    }
    const change = take(ending);
    if (deaths.length > 0 && --deaths[0]! < 0) {
      // Everything under way is lost; what this step has done to the world stays.
      deaths.shift();
      busy.clear();
      state = restored(state);
      continue;
    }
    busy.delete(ending.id);
    state = changeRecord(state, ending.id, change(recordOf(ending.id)));
  }
};

const restored = (state: OrchestrationState): OrchestrationState => {
  const parsed = parseOrchestrationState(JSON.parse(JSON.stringify(state)));
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.error));
  // A pause that a person has not looked at stays one: a resume would open it again, and the bounds with it.
  const resumed = resumeRun(parsed.value);
  return {
    ...resumed,
    workPackages: resumed.workPackages.map((record, at) =>
      parsed.value.workPackages[at]?.pause !== undefined ? parsed.value.workPackages[at]! : record,
    ),
  };
};

const isFar = (
  { graph, limits }: ModelSetup,
  lanes: ReadonlyMap<string, Lane>,
  state: OrchestrationState,
  id: string,
): boolean =>
  dependenciesOf(graph, id).every((each) => {
    if (lanes.get(each) === 'done') return true;
    const result = state.workPackages.find((record) => record.id === each)?.result;
    return !limits.merges && result === 'approved' && lanes.get(each) === 'for_review';
  });
