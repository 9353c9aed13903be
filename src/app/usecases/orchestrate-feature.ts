import {
  abortRun,
  beginRun,
  DEFAULT_LIMITS,
  resumeRun,
} from '../../domain/workflow/orchestration/begin-run.js';
import { reviewsOwnWork } from '../../domain/workflow/orchestration/choose-agent.js';
import { endRun } from '../../domain/workflow/orchestration/end-run.js';
import { observe } from '../../domain/workflow/orchestration/observe.js';
import { standingOf, type OrchestrationStanding } from '../../domain/workflow/orchestration/standing.js';
import type { OrchestrationState } from '../../domain/workflow/orchestration/state.js';
import type { OrchestratorPlace } from '../../ports/agents.js';
import type { Emission } from '../sync/event-emitter.js';
import type { WorkOutcome } from './kept-events.js';
import type { OrchestrationContext } from './orchestration-context.js';
import type { OrchestrationProgress, ProgressListener } from './orchestration-progress.js';
import { OrchestrationRun } from './orchestration-run.js';
import { occupyProject, resumable, startable } from './orchestration-start.js';
import type { OrchestratorSources } from './orchestrator-sources.js';
import { prepareOrchestration, type OrchestrationRequest, type Preparation } from './plan-orchestration.js';
import { RunMemory } from './run-memory.js';
import { RunTurns } from './run-turns.js';
import { StopRequests } from './stop-requests.js';

export interface OrchestrateInput extends OrchestrationRequest {
  /**
   * Goes on with the run that the project has; its feature is then the only one that may be named, and agents and limits
   * are those of the run unless they are given.
   */
  readonly resume?: boolean;
  readonly onProgress?: ProgressListener;
}

export interface OrchestrationResult {
  /** `completed`: everything is done (without merging: approved). `interrupted`: by the signal. `aborted`: by a request. */
  readonly ended: 'completed' | 'paused' | 'interrupted' | 'aborted';
  readonly standing: OrchestrationStanding;
  /** What became of each event, in order. Whatever it is, it is to be reported and fails nothing. */
  readonly outcomes: readonly WorkOutcome[];
  /** Who, where and for whom the last work was done; absent when there was none. */
  readonly emission?: Emission;
}

/** Runs agents over the dependency graph of a feature: implementation, review, rework, merge. */
export class OrchestrateFeature {
  readonly #sources: OrchestratorSources;

  constructor(sources: OrchestratorSources) {
    this.#sources = sources;
  }

  /**
   * What becomes of single work packages is the result. Fails with what {@link prepareOrchestration} refuses, with
   * `lock-busy` while another orchestrator has the project, with `orchestration-unfinished` when there is a run to go on
   * with, with `orchestration-absent` when there is none to resume, and with `storage-failed` when its state cannot be
   * written; every agent has ended by then.
   */
  async run(input: OrchestrateInput, signal?: AbortSignal): Promise<OrchestrationResult> {
    const { store, repository } = this.#sources;
    const place = await occupyProject(store, repository, input.checkout);
    try {
      return await this.#begin(input, place, signal);
    } finally {
      place.release();
    }
  }

  async #begin(
    input: OrchestrateInput,
    place: OrchestratorPlace,
    signal: AbortSignal | undefined,
  ): Promise<OrchestrationResult> {
    const { store, repository, files, catalog, ids } = this.#sources;
    const { checkout } = input;
    const former = input.resume === true ? await resumable(store, input) : await startable(store, checkout);
    const wanted = input.resume === true && former !== undefined ? asResumed(input, former) : input;
    const prepared = await prepareOrchestration(repository, files, catalog, wanted);
    const { feature, view } = prepared;
    const agents = [...prepared.agents.keys()];
    const at = this.#now();
    const limits = input.limits ?? {};
    const begun =
      input.resume === true && former !== undefined
        ? resumeRun(former, at, { agents, limits })
        : beginRun(
            { runId: ids.next(), feature, startedAt: at, agents, limits: { ...DEFAULT_LIMITS, ...limits } },
            view,
            former,
          );
    const { state, notices } = observe(begun, view, new Set());
    const memory = new RunMemory(state, (present) =>
      store.write(place, { ...present, updatedAt: this.#now() }),
    );
    await memory.save();
    return this.#drive(input, place, prepared, memory, signal, [
      { what: 'started', runId: state.runId, feature, isResumed: input.resume === true, agents },
      ...(reviewsOwnWork(agents) ? [{ what: 'reviews-own-work', agent: agents[0] ?? '' } as const] : []),
      ...notices.map(({ id, notice }) => ({ what: 'noticed', workPackageId: id, notice }) as const),
    ]);
  }

  async #drive(
    { checkout, onProgress }: OrchestrateInput,
    place: OrchestratorPlace,
    { feature, view, agents: commands }: Preparation,
    memory: RunMemory,
    signal: AbortSignal | undefined,
    beginning: readonly OrchestrationProgress[],
  ): Promise<OrchestrationResult> {
    const sources = this.#sources;
    const { runId } = memory.state;
    const outcomes: WorkOutcome[] = [];
    let emission: Emission | undefined;
    const standing = (): OrchestrationStanding => standingOf(memory.state, run.view);
    const context: OrchestrationContext = {
      sources,
      checkout,
      place,
      feature,
      runId,
      commands,
      perform: sources.perform(runId),
      turns: new RunTurns(),
      state: () => memory.state,
      tell: (progress) => onProgress?.(progress, standing),
      keep: (work) => {
        outcomes.push(...(work.leftOver?.outcomes ?? []), ...work.outcomes);
        emission = work.emission ?? emission;
        return work.result;
      },
    };
    const run = new OrchestrationRun(context, memory, view);
    for (const progress of beginning) context.tell(progress);
    const stop = new StopRequests(sources.store, sources.timer, place, context.tell);
    try {
      await stop.during(signal, (stopped, broken) => run.run(stopped, broken));
    } catch (error) {
      memory.state = this.#close(memory.state, stop);
      // What broke the run is to be told, also when it keeps the state from being written.
      await memory.save().catch(() => undefined);
      throw error;
    }
    memory.state = this.#close(memory.state, stop);
    await memory.save();
    return {
      ended: endOf(memory.state, stop),
      standing: standing(),
      outcomes,
      ...(emission === undefined ? {} : { emission }),
    };
  }

  #close(state: OrchestrationState, { cause }: StopRequests): OrchestrationState {
    return cause === 'aborted'
      ? abortRun(state, this.#now())
      : endRun(state, this.#now(), cause !== undefined);
  }

  #now(): string {
    return new Date(this.#sources.clock.nowMs()).toISOString();
  }
}

const asResumed = (
  input: OrchestrateInput,
  { feature, agents }: OrchestrationState,
): OrchestrationRequest => ({
  ...input,
  feature,
  agents: (input.agents ?? []).length > 0 ? (input.agents ?? []) : agents,
});

const endOf = ({ status }: OrchestrationState, { cause }: StopRequests): OrchestrationResult['ended'] => {
  if (status === 'aborted') return 'aborted';
  if (cause === 'interrupted') return 'interrupted';
  return status === 'completed' ? 'completed' : 'paused';
};
