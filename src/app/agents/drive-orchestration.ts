import { abortRun, endRun } from '../../domain/agents/begin-run.js';
import { reviewsOwnWork } from '../../domain/agents/choose-agent.js';
import type { Notice } from '../../domain/agents/observe.js';
import { changeRecord, untouched } from '../../domain/agents/record.js';
import { standingOf } from '../../domain/agents/standing.js';
import type { OrchestrationStanding } from '../../domain/agents/standing.js';
import type { OrchestrationState } from '../../domain/agents/state.js';
import type { OrchestratorPlace } from '../../ports/agents.js';
import type { WallClock, Timer } from '../../ports/host.js';
import type { PerformWork } from '../work/perform-work.js';
import type { OrchestrationContext } from './orchestration-context.js';
import type { OrchestrationProgress, ProgressListener } from './orchestration-progress.js';
import { OrchestrationRun } from './orchestration-run.js';
import type { OrchestratorSources } from './orchestrator-sources.js';
import type { Preparation } from './plan-orchestration.js';
import { RunMemory } from './run-memory.js';
import { RunTurns } from './run-turns.js';
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

interface RunEnded {
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
  const memory = new RunMemory(
    begun.state,
    (state) => store.write(place, { ...state, updatedAt: now(clock) }),
    (workPackageId, pause) => tell({ what: 'paused', workPackageId, ...pause }),
  );
  await memory.save();
  const standing = (): OrchestrationStanding => standingOf(memory.state, run.view);
  const tell = (progress: OrchestrationProgress): void => onProgress?.(progress, standing);
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
    record: (id) => memory.state.workPackages.find((record) => record.id === id) ?? untouched(id),
    change: (id, change) => void (memory.state = changeRecord(memory.state, id, change)),
    save: () => memory.save(),
    tell,
    keep: (work) => told.keep(work),
  };
  const run = new OrchestrationRun(context, memory, view);
  for (const progress of beginning(begun)) tell(progress);
  const stop: Stop = { cause: undefined };
  const close = (): Promise<void> => {
    memory.state = closed(memory.state, stop, clock);
    return memory.save();
  };
  const isAsked = (): Promise<boolean> => store.isAskedToStop(place);
  try {
    await untilStopped({ stop, timer, isAsked, tell }, signal, (stopped, broken) => run.run(stopped, broken));
  } catch (error) {
    // What broke the run is to be told, also when it keeps the state from being written.
    await close().catch(() => undefined);
    throw error;
  }
  await close();
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

const closed = (state: OrchestrationState, { cause }: Stop, clock: WallClock): OrchestrationState =>
  cause === 'aborted' ? abortRun(state, now(clock)) : endRun(state, now(clock), cause !== undefined);

const endOf = ({ status }: OrchestrationState, { cause }: Stop): RunEnded['ended'] => {
  if (status === 'aborted') return 'aborted';
  if (cause === 'interrupted') return 'interrupted';
  return status === 'completed' ? 'completed' : 'paused';
};

const now = (clock: WallClock): string => new Date(clock.nowMs()).toISOString();

/** What stopped a run first; nothing when it came to its end by itself. */
interface Stop {
  cause: 'interrupted' | 'aborted' | 'failed' | undefined;
}

/** Whatever can stop a run: the signal of its caller, somebody's request to give it up, its own breakage. */
interface Stopping {
  readonly stop: Stop;
  readonly timer: Timer;
  readonly isAsked: () => Promise<boolean>;
  readonly tell: (progress: OrchestrationProgress) => void;
}

/** Runs `work` with a signal that aborts as soon as anything stops it. */
const untilStopped = async (
  { stop, timer, isAsked, tell }: Stopping,
  signal: AbortSignal | undefined,
  work: (stopped: AbortSignal, broken: () => void) => Promise<void>,
): Promise<void> => {
  const stopped = new AbortController();
  const over = new AbortController();
  const stopBy = (cause: NonNullable<Stop['cause']>): void => {
    if (stop.cause !== undefined) return;
    stop.cause = cause;
    tell({ what: 'stopping', because: cause });
    stopped.abort();
  };
  const interrupt = (): void => stopBy('interrupted');
  if (signal?.aborted === true) interrupt();
  signal?.addEventListener('abort', interrupt, { once: true });
  const watch = async (): Promise<void> => {
    while (!over.signal.aborted) {
      await timer.sleep(POLL_MS, over.signal);
      if (!over.signal.aborted && (await isAsked())) return stopBy('aborted');
    }
  };
  const watching = watch();
  try {
    await work(stopped.signal, () => stopBy('failed'));
  } finally {
    over.abort();
    signal?.removeEventListener('abort', interrupt);
    await watching;
  }
};

const POLL_MS = 300;
