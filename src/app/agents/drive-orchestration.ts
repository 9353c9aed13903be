import { abortRun } from '../../domain/agents/begin-run.js';
import { reviewsOwnWork } from '../../domain/agents/choose-agent.js';
import { endRun } from '../../domain/agents/end-run.js';
import type { Notice } from '../../domain/agents/observe.js';
import { standingOf, type OrchestrationStanding } from '../../domain/agents/standing.js';
import type { OrchestrationState } from '../../domain/agents/state.js';
import type { OrchestratorPlace } from '../../ports/agents.js';
import type { WallClock } from '../../ports/host.js';
import type { OrchestrationContext } from './orchestration-context.js';
import type { OrchestrationProgress, ProgressListener } from './orchestration-progress.js';
import { OrchestrationRun } from './orchestration-run.js';
import type { OrchestratorSources } from './orchestrator-sources.js';
import type { PerformWork } from '../work/perform-work.js';
import type { Preparation } from './plan-orchestration.js';
import { RunMemory } from './run-memory.js';
import { RunTurns } from './run-turns.js';
import { StopRequests } from './stop-requests.js';
import type { ToldWork } from './told-work.js';

/** A run that has everything but has not taken a step in this process. */
export interface RunBegun {
  readonly place: OrchestratorPlace;
  readonly prepared: Preparation;
  readonly state: OrchestrationState;
  readonly notices: readonly Notice[];
  readonly isResumed: boolean;
  /** Its events belong to the run. */
  readonly perform: PerformWork;
  readonly told: ToldWork;
  readonly onProgress?: ProgressListener;
}

export interface RunEnded {
  readonly ended: 'completed' | 'paused' | 'interrupted' | 'aborted';
  readonly standing: OrchestrationStanding;
}

/** Drives a run to its end, whatever ends it, and writes down how it ended. */
export const driveOrchestration = async (
  sources: OrchestratorSources,
  begun: RunBegun,
  signal: AbortSignal | undefined,
): Promise<RunEnded> => {
  const { place, prepared, perform, told, onProgress } = begun;
  const { feature, view, agents } = prepared;
  const { clock, store, timer } = sources;
  const memory = new RunMemory(begun.state, (state) =>
    store.write(place, { ...state, updatedAt: now(clock) }),
  );
  await memory.save();
  const standing = (): OrchestrationStanding => standingOf(memory.state, run.view);
  const context: OrchestrationContext = {
    sources,
    checkout: place.checkout,
    place,
    feature,
    runId: memory.state.runId,
    commands: agents,
    perform,
    turns: new RunTurns(),
    state: () => memory.state,
    tell: (progress) => onProgress?.(progress, standing),
    keep: (work) => told.keep(work),
  };
  const run = new OrchestrationRun(context, memory, view);
  for (const progress of beginning(begun)) context.tell(progress);
  const stop = new StopRequests(store, timer, place, context.tell);
  try {
    await stop.during(signal, (stopped, broken) => run.run(stopped, broken));
  } catch (error) {
    memory.state = closed(memory.state, stop, clock);
    // What broke the run is to be told, also when it keeps the state from being written.
    await memory.save().catch(() => undefined);
    throw error;
  }
  memory.state = closed(memory.state, stop, clock);
  await memory.save();
  return { ended: endOf(memory.state, stop), standing: standing() };
};

const beginning = ({ state, notices, isResumed, prepared }: RunBegun): readonly OrchestrationProgress[] => {
  const { runId, feature, agents } = state;
  const elsewhere = standingOf(state, prepared.view).workPackages.filter(
    ({ standing }) => standing === 'elsewhere',
  );
  return [
    { what: 'started', runId, feature, isResumed, agents, commands: prepared.stated },
    ...(reviewsOwnWork(agents) ? [{ what: 'reviews-own-work', agent: agents[0] ?? '' } as const] : []),
    ...notices.map(({ id, notice }) => ({ what: 'noticed', workPackageId: id, notice }) as const),
    ...elsewhere.map(({ id, agent }) => ({
      what: 'noticed' as const,
      workPackageId: id,
      notice: `${id} is in doing with ${agent ?? 'somebody else'} and is left alone.`,
    })),
  ];
};

const closed = (state: OrchestrationState, { cause }: StopRequests, clock: WallClock): OrchestrationState =>
  cause === 'aborted' ? abortRun(state, now(clock)) : endRun(state, now(clock), cause !== undefined);

const endOf = ({ status }: OrchestrationState, { cause }: StopRequests): RunEnded['ended'] => {
  if (status === 'aborted') return 'aborted';
  if (cause === 'interrupted') return 'interrupted';
  return status === 'completed' ? 'completed' : 'paused';
};

const now = (clock: WallClock): string => new Date(clock.nowMs()).toISOString();
