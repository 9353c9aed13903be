import { beginRun, DEFAULT_LIMITS, resumeRun } from '../../domain/agents/begin-run.js';
import { observe } from '../../domain/agents/observe.js';
import type { OrchestrationStanding } from '../../domain/agents/standing.js';
import type { OrchestrationState } from '../../domain/agents/state.js';
import { SyncError } from '../../domain/errors.js';
import type { OrchestratorPlace, OrchestrationStore } from '../../ports/agents.js';
import type { Checkout } from '../../ports/events.js';
import type { Emission } from '../outbox/event-emitter.js';
import { nothingToDo, type WorkOutcome } from '../work/work-plan.js';
import { loadFeature } from '../work/locate-feature.js';
import { PerformWork } from '../work/perform-work.js';
import { demandConsent, type ConsentQuestion } from './agent-consent.js';
import { driveOrchestration, type RunEnd } from './drive-orchestration.js';
import type { ProgressListener } from './orchestration-progress.js';
import { OrchestrationRun, type OrchestrationPorts } from './orchestration-run.js';
import { readOrchestration } from './orchestration-status.js';
import {
  prepareOrchestration,
  refuseOutsideGit,
  viewOf,
  type OrchestrationRequest,
} from './plan-orchestration.js';

export interface OrchestrateInput extends OrchestrationRequest {
  /**
   * Goes on with the run that the project has; its feature is then the only one that may be named, and agents and limits
   * are those of the run unless they are given.
   */
  readonly resume?: boolean;
  /** Asks whether redefinitions of known agents may run; absent where nobody can be asked. */
  readonly askConsent?: ConsentQuestion;
  readonly onProgress?: ProgressListener;
}

export interface OrchestrationResult {
  /** `completed`: everything is done (without merging: approved). `interrupted`: by the signal. `aborted`: by a request. */
  readonly ended: RunEnd;
  readonly standing: OrchestrationStanding;
  /** What became of each event, in order. Whatever it is, it is to be reported and fails nothing. */
  readonly outcomes: readonly WorkOutcome[];
  /** Who, where and for whom the last work was done. */
  readonly emission?: Emission;
}

/** Runs agents over the dependency graph of a feature: implementation, review, rework, merge. */
export class OrchestrateFeature {
  readonly #ports: OrchestrationPorts;

  constructor(ports: OrchestrationPorts) {
    this.#ports = ports;
  }

  /**
   * What becomes of single work packages is the result. Fails with what {@link prepareOrchestration} refuses, with
   * `agents-untrusted` for redefinitions that nobody agreed to, with
   * `lock-busy` while another orchestrator has the project, with `orchestration-unfinished` when there is a run to go on
   * with, with `orchestration-absent` when there is none to resume, and with `storage-failed` when its state cannot be
   * written; every agent has ended by then.
   */
  async run(input: OrchestrateInput, signal?: AbortSignal): Promise<OrchestrationResult> {
    const place = await this.#occupy(input.checkout);
    try {
      await this.#ports.repository.exclusive(input.checkout, async (held) => {
        for (const pattern of OWN_FILES) await this.#ports.repository.exclude(held, pattern);
      });
      const run = await this.#begin(input, place);
      const ended = await driveOrchestration(run, signal);
      const { outcomes, emission } = run;
      return { ended, standing: run.standing(), outcomes, ...(emission === undefined ? {} : { emission }) };
    } finally {
      place.release();
    }
  }

  async #occupy(checkout: Checkout): Promise<OrchestratorPlace> {
    refuseOutsideGit(checkout);
    const place = await this.#ports.orchestrationStore.occupy(checkout);
    if (place !== undefined) return place;
    throw new SyncError('lock-busy', 'Another orchestrator is at work in this project.', {
      hint: 'See what it does with "spec-kitty orchestrate --status".',
    });
  }

  async #begin(input: OrchestrateInput, place: OrchestratorPlace): Promise<OrchestrationRun> {
    const { files, emitter, orchestrationStore: store } = this.#ports;
    const { checkout, resume = false, limits, onProgress } = input;
    const former = resume ? await resumable(store, input) : await startable(store, checkout);
    const resumed = resume ? former : undefined;
    const wanted = resumed === undefined ? input : asResumed(input, resumed);
    // Whatever is refused is refused before anything is touched.
    const prepared = await prepareOrchestration(this.#ports, wanted);
    const { feature, agents: commands, stated } = prepared;
    await demandConsent(this.#ports.agentTrust, checkout, stated, input.askConsent);
    const runId = resumed?.runId ?? this.#ports.eventIds.next();
    // Every event of the run carries its id, however often it is resumed.
    const correlated = { begin: (where: Checkout) => emitter.begin(where, runId) };
    const perform = new PerformWork({ ...this.#ports, emitter: correlated });
    // A run that was killed may have left the very last of its work half done, and then nothing else would ask for it.
    const settled = await perform.run({ checkout, plan: async () => nothingToDo(undefined) });
    const view = viewOf(await loadFeature(files, checkout.projectRoot, feature));
    const agents = [...commands.keys()];
    const startedAt = new Date(this.#ports.wallClock.nowMs()).toISOString();
    const beginning = { runId, feature, startedAt, agents, limits: { ...DEFAULT_LIMITS, ...limits } };
    const atBeginning =
      resumed === undefined
        ? beginRun(beginning, view, former)
        : resumeRun(resumed, { agents, limits: limits ?? {} });
    const { state, notices } = observe(atBeginning, view, () => false);
    const begun = { place, commands, state, view, onProgress };
    const run = new OrchestrationRun({ ...this.#ports, perform }, begun);
    run.keep(settled);
    await run.save();
    run.tell({ what: 'started', runId, feature, isResumed: resume, agents, commands: stated });
    if (agents.length === 1) run.tell({ what: 'reviews-own-work', agent: agents[0] ?? '' });
    for (const { id, notice } of notices) run.notice(id, notice);
    for (const { id, standing, agent = 'somebody else' } of run.standing().workPackages)
      if (standing === 'elsewhere') run.notice(id, `${id} is in doing with ${agent} and is left alone.`);
    return run;
  }
}

/** Agents are those of the run unless others are named. */
const asResumed = (
  input: OrchestrateInput,
  { feature, agents }: OrchestrationState,
): OrchestrationRequest => ({
  ...input,
  feature,
  agents: input.agents?.length ? input.agents : agents,
});

/** The state before a new run: none, or one that is over. */
const startable = async (
  store: OrchestrationStore,
  checkout: Checkout,
): Promise<OrchestrationState | undefined> => {
  const state = await readOrchestration(store, checkout);
  if (state === undefined || state.status === 'completed' || state.status === 'aborted') return state;
  throw new SyncError('orchestration-unfinished', `The run over ${state.feature} is not over.`, {
    hint: 'Go on with it by "spec-kitty orchestrate --resume", or give it up by "spec-kitty orchestrate --abort".',
  });
};

/** The state of the run to go on with. */
const resumable = async (
  store: OrchestrationStore,
  { checkout, feature }: { readonly checkout: Checkout; readonly feature?: string },
): Promise<OrchestrationState> => {
  const state = await readOrchestration(store, checkout);
  if (state === undefined || state.status === 'aborted') {
    const why = state === undefined ? 'There is no run' : `The run over ${state.feature} was given up`;
    throw new SyncError('orchestration-absent', `${why}, so nothing can be resumed.`, {
      hint: 'Begin one with "spec-kitty orchestrate --feature" and the name of a feature.',
    });
  }
  if (feature === undefined || feature === state.feature) return state;
  throw new SyncError(
    'wrong-usage',
    `The run that can be resumed is over ${state.feature}, not over ${feature}.`,
    {
      hint: 'Leave --feature out.',
    },
  );
};

/** The state, and what a writer of it leaves beside it when it dies. */
const OWN_FILES = ['/.kittify/orchestration-state.json', '/.kittify/.orchestration-state.json.*'];
