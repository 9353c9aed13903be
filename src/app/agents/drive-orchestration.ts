import { abortRun, endRun } from '../../domain/agents/begin-run.js';
import { reviewsOwnWork } from '../../domain/agents/choose-agent.js';
import type { Notice } from '../../domain/agents/observe.js';
import { changeRecord, untouched } from '../../domain/agents/record.js';
import { standingOf } from '../../domain/agents/standing.js';
import type { OrchestrationStanding } from '../../domain/agents/standing.js';
import type { OrchestrationState } from '../../domain/agents/state.js';
import type { OrchestratorPlace, OrchestrationStore } from '../../ports/agents.js';
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
  const stop = new StopRequests(store, timer, place, tell);
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

/** Whatever can stop a run: the signal of its caller, somebody's request to give it up, its own breakage. */
class StopRequests {
  readonly #store: Pick<OrchestrationStore, 'isAskedToStop'>;
  readonly #timer: Timer;
  readonly #place: OrchestratorPlace;
  readonly #tell: (progress: OrchestrationProgress) => void;
  #cause: 'interrupted' | 'aborted' | 'failed' | undefined;

  constructor(
    store: Pick<OrchestrationStore, 'isAskedToStop'>,
    timer: Timer,
    place: OrchestratorPlace,
    tell: (progress: OrchestrationProgress) => void,
  ) {
    this.#store = store;
    this.#timer = timer;
    this.#place = place;
    this.#tell = tell;
  }

  /** What stopped the run first; `undefined` when it came to its end by itself. */
  get cause(): 'interrupted' | 'aborted' | 'failed' | undefined {
    return this.#cause;
  }

  /** Runs `work` with a signal that aborts as soon as anything stops it. */
  async during(
    signal: AbortSignal | undefined,
    work: (stopped: AbortSignal, broken: () => void) => Promise<void>,
  ): Promise<void> {
    const stopped = new AbortController();
    const over = new AbortController();
    const stop = (cause: 'interrupted' | 'aborted' | 'failed'): void => {
      if (this.#cause !== undefined) return;
      this.#cause = cause;
      this.#tell({ what: 'stopping', because: cause });
      stopped.abort();
    };
    const interrupt = (): void => stop('interrupted');
    if (signal?.aborted === true) interrupt();
    signal?.addEventListener('abort', interrupt, { once: true });
    const asking = this.#watch(over.signal, () => stop('aborted'));
    try {
      await work(stopped.signal, () => stop('failed'));
    } finally {
      over.abort();
      signal?.removeEventListener('abort', interrupt);
      await asking;
    }
  }

  async #watch(over: AbortSignal, asked: () => void): Promise<void> {
    while (!over.aborted) {
      await this.#timer.sleep(POLL_MS, over);
      if (!over.aborted && (await this.#store.isAskedToStop(this.#place))) return asked();
    }
  }
}

const POLL_MS = 300;
