import { dependenciesOf, type DependencyGraph } from '../../../src/domain/work/dependency-graph.js';
import type { Lane } from '../../../src/domain/events/lane.js';
import { beginRun, resumeRun } from '../../../src/domain/agents/begin-run.js';
import { beginStep } from '../../../src/domain/agents/begin-step.js';
import { endRun } from '../../../src/domain/agents/end-run.js';
import { endStep } from '../../../src/domain/agents/end-step.js';
import { nextSteps } from '../../../src/domain/agents/next-steps.js';
import { observe } from '../../../src/domain/agents/observe.js';
import { parseOrchestrationState } from '../../../src/domain/agents/parse-state.js';
import type { OrchestrationState, RunLimits } from '../../../src/domain/agents/state.js';
import type { Step, StepOutcome } from '../../../src/domain/agents/step.js';
import type { FeatureView, SeenWorkPackage } from '../../../src/domain/agents/view.js';

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
      [...lanes].map(([id, lane]): [string, SeenWorkPackage] => {
        const agent = inCharge.get(id);
        return [id, { title: id, lane, ...(agent === undefined ? {} : { agent }) }];
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
  /** What a step does to the world, and what comes of it. */
  const takeStep = (step: Step): StepOutcome => {
    switch (step.step) {
      case 'claim': {
        if (lanes.get(step.id) === 'doing')
          return {
            outcome: step.isAgain && inCharge.get(step.id) === step.agent ? 'claimed' : 'not-claimed',
          };
        if (lanes.get(step.id) !== 'planned') return { outcome: 'not-claimed' };
        if (roll(12) === 11) return { outcome: 'impossible', reason: 'step-failed', detail: 'no disk' };
        shift(step.id, 'planned', 'doing');
        inCharge.set(step.id, step.agent);
        return { outcome: 'claimed', tip: 'a' };
      }
      case 'work': {
        const { phase } = step.assignment;
        const die = roll(8);
        if (die === 7) return { outcome: 'agent-failed', reason: 'It failed.' };
        if (phase === 'implementation') return { outcome: 'implemented' };
        return die < 3 ? { outcome: 'changes-requested', feedback: 'more' } : { outcome: 'approved' };
      }
      case 'hand-over':
        if (lanes.get(step.id) === 'doing' && roll(9) === 8)
          return { outcome: 'agent-failed', reason: 'Nothing changed.' };
        shift(step.id, 'doing', 'for_review');
        return { outcome: 'handed-over' };
      case 'send-back':
        shift(step.id, 'for_review', 'doing');
        return { outcome: 'sent-back', tip: 'b' };
      case 'merge':
        return roll(10) === 9
          ? { outcome: 'impossible', reason: 'merge-conflict', detail: 'conflict' }
          : { outcome: 'merged' };
      case 'finish':
        shift(step.id, 'for_review', 'done');
        return { outcome: 'finished' };
    }
  };
  const busy = new Map<string, Step>();
  for (;;) {
    if (++turns > 20_000) throw new Error('the run does not end');
    const now = view();
    state = observe(state, now, new Set(busy.keys())).state;
    for (const step of nextSteps(state, now, new Set(busy.keys()))) {
      if (lanes.get(step.id) === 'done' && step.step !== 'finish') repeated.push(step.id);
      if (step.step === 'claim' && !step.isAgain && !isFar(setup, lanes, state, step.id)) early.push(step.id);
      busy.set(step.id, step);
      state = beginStep(state, step);
      if (step.step === 'work') {
        const { phase, agent, retryCount } = step.assignment;
        const key = `${step.id} ${phase} ${retryCount}`;
        if (!announced.has(key)) {
          const { implementer } = state.workPackages.find(({ id }) => id === step.id) ?? {};
          assigned.push({ id: step.id, phase, agent, retryCount, implementer });
        }
        announced.add(key);
      }
    }
    const running = [...busy.values()].filter(({ step }) => step === 'work' || step === 'claim');
    most = Math.max(most, running.length);
    const steps = [...busy.values()];
    const ending = steps[roll(Math.max(1, steps.length))];
    if (ending === undefined) {
      return {
        state: endRun(state, 'x', false),
        view: now,
        assigned,
        transitions,
        most,
        early,
        repeated,
        turns,
      };
    }
    const outcome = takeStep(ending);
    if (deaths.length > 0 && --deaths[0]! < 0) {
      // Everything under way is lost; what this step has done to the world stays.
      deaths.shift();
      busy.clear();
      state = restored(state);
      continue;
    }
    busy.delete(ending.id);
    state = endStep(state, ending, outcome);
  }
};

const restored = (state: OrchestrationState): OrchestrationState => {
  const parsed = parseOrchestrationState(JSON.parse(JSON.stringify(state)));
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.error));
  // A pause that a person has not looked at stays one: a resume would open it again, and the bounds with it.
  const resumed = resumeRun(parsed.value, '2026-01-02T00:00:00Z');
  return {
    ...resumed,
    workPackages: resumed.workPackages.map((record, at) =>
      parsed.value.workPackages[at]?.stage === 'paused' ? parsed.value.workPackages[at]! : record,
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
    const stage = state.workPackages.find((record) => record.id === each)?.stage;
    return !limits.merges && stage === 'approved' && lanes.get(each) === 'for_review';
  });
