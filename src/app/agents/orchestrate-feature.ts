import { beginRun, DEFAULT_LIMITS, resumeRun } from '../../domain/agents/begin-run.js';
import type { OrchestrationStanding } from './standing.js';
import type { OrchestrationState } from '../../domain/agents/state.js';
import { SyncError } from '../../domain/errors.js';
import type { OrchestratorPlace } from '../../ports/agents.js';
import type { Checkout } from '../../ports/events.js';
import type { Emission } from '../outbox/event-emitter.js';
import { PerformWork, type WorkOutcome, nothingToDo } from '../work/perform-work.js';
import { loadFeature } from '../work/locate-feature.js';
import { UseCase } from '../use-case.js';
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
export class OrchestrateFeature extends UseCase<OrchestrationPorts> {
  /**
   * What becomes of single work packages is the result. Fails with what {@link prepareOrchestration} refuses, with
   * `agents-untrusted` for redefinitions that nobody agreed to, with
   * `lock-busy` while another orchestrator has the project, with `orchestration-unfinished` when there is a run to go on
   * with, with `orchestration-absent` when there is none to resume, and with `storage-failed` when its state cannot be
   * written; every agent has ended by then.
   */
  async run(input: OrchestrateInput, signal?: AbortSignal): Promise<OrchestrationResult> {
    const { repository, orchestrationStore: store } = this.ports;
    refuseOutsideGit(input.checkout);
    const place = await store.occupy(input.checkout);
    if (place === undefined) {
      throw new SyncError('lock-busy', 'Another orchestrator is at work in this project.', {
        hint: 'See what it does with "spec-kitty orchestrate --status".',
      });
    }
    try {
      await repository.exclusive(input.checkout, async (held) => {
        for (const pattern of OWN_FILES) await repository.exclude(held, pattern);
      });
      const run = await this.#begin(input, place);
      const ended = await driveOrchestration(run, signal);
      const { outcomes, emission } = run;
      return { ended, standing: run.standing(), outcomes, ...(emission === undefined ? {} : { emission }) };
    } finally {
      place.release();
    }
  }

  async #begin(input: OrchestrateInput, place: OrchestratorPlace): Promise<OrchestrationRun> {
    const { repository, files, merges, intents, resolveLeftOver, emitter } = this.ports;
    const { orchestrationStore: store } = this.ports;
    const { checkout, resume = false, limits, onProgress } = input;
    const former = await readOrchestration(store, checkout);
    refuseFormer(former, input);
    const resumed = resume ? former : undefined;
    const ofRun = resumed === undefined ? {} : { feature: resumed.feature };
    const names = input.agents?.length ? input.agents : (resumed?.agents ?? []);
    // Whatever is refused is refused before anything is touched.
    const request = { ...input, ...ofRun, agents: names };
    const { feature, commands } = await prepareOrchestration(this.ports, request);
    await demandConsent(this.ports.agentTrust, checkout, commands, input.askConsent);
    const runId = resumed?.runId ?? this.ports.eventIds.next();
    // Every event of the run carries its id, however often it is resumed.
    const correlated = { begin: (where: Checkout) => emitter.begin(where, runId) };
    const perform = new PerformWork({ repository, files, intents, resolveLeftOver, emitter: correlated });
    // A run that was killed may have left the very last of its work half done, and then nothing else would ask for it.
    const settled = await perform.run({ checkout, plan: async () => nothingToDo(undefined) });
    const view = viewOf(await loadFeature(files, checkout.projectRoot, feature));
    const agents = commands.map(({ agent }) => agent);
    const startedAt = new Date(this.ports.wallClock.nowMs()).toISOString();
    const beginning = { runId, feature, startedAt, agents, limits: { ...DEFAULT_LIMITS, ...limits } };
    const state =
      resumed === undefined ? beginRun(beginning, view, former) : resumeRun(resumed, { agents, limits });
    const begun = { place, commands, state, view, onProgress };
    const run = new OrchestrationRun(this.ports, { repository, files, merges, perform }, begun);
    run.keep(settled);
    await run.save();
    run.tell({ what: 'started', runId, feature, isResumed: resume, agents, commands });
    if (agents.length === 1) run.tell({ what: 'reviews-own-work', agent: agents[0] ?? '' });
    for (const { id, standing, agent = 'somebody else' } of run.standing().workPackages)
      if (standing === 'elsewhere') run.notice(id, `${id} is in doing with ${agent} and is left alone.`);
    return run;
  }
}

/** A run that is not over is gone on with, and no other one begun; one that was given up is over. */
const refuseFormer = (
  former: OrchestrationState | undefined,
  { resume, feature }: OrchestrateInput,
): void => {
  if (resume !== true) {
    if (former === undefined || former.status === 'completed' || former.status === 'aborted') return;
    throw new SyncError('orchestration-unfinished', `The run over ${former.feature} is not over.`, {
      hint: 'Go on with it by "spec-kitty orchestrate --resume", or give it up by "spec-kitty orchestrate --abort".',
    });
  }
  if (former === undefined || former.status === 'aborted') {
    const why = former === undefined ? 'There is no run' : `The run over ${former.feature} was given up`;
    throw new SyncError('orchestration-absent', `${why}, so nothing can be resumed.`, {
      hint: 'Begin one with "spec-kitty orchestrate --feature" and the name of a feature.',
    });
  }
  if (feature === undefined || feature === former.feature) return;
  const message = `The run that can be resumed is over ${former.feature}, not over ${feature}.`;
  throw new SyncError('wrong-usage', message, { hint: 'Leave --feature out.' });
};

/** The state, and what a writer of it leaves beside it when it dies. */
const OWN_FILES = ['/.kittify/orchestration-state.json', '/.kittify/.orchestration-state.json.*'];
