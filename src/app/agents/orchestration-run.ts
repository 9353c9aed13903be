import { beginStep } from '../../domain/agents/begin-step.js';
import { endStep } from '../../domain/agents/end-step.js';
import { nextSteps } from '../../domain/agents/next-steps.js';
import { observe } from '../../domain/agents/observe.js';
import type { OrchestrationState } from '../../domain/agents/state.js';
import type { Step, StepOutcome } from '../../domain/agents/step.js';
import type { FeatureView } from '../../domain/agents/view.js';
import { isSyncError } from '../../domain/errors.js';
import type { Lane } from '../../domain/events/lane.js';
import { loadFeature } from '../work/locate-feature.js';
import { announce, carryOut } from './carry-out-step.js';
import { viewOf } from './feature-view.js';
import type { OrchestrationContext } from './orchestration-context.js';
import { noteUsage } from './note-usage.js';
import type { Carried } from './run-agent.js';
import type { RunMemory } from './run-memory.js';

/**
 * Takes the steps of a run until there is none left: looks at the files, lets the domain decide, takes every step beside
 * the others, and looks again whenever one has ended. What a step is about is durable before it is taken, and so is what
 * became of it before the next one.
 */
export class OrchestrationRun {
  readonly #context: OrchestrationContext;
  readonly #memory: RunMemory;
  readonly #busy = new Set<string>();
  readonly #seen: SeenFeature;
  /** How many steps have ended: a look at the files that began before says nothing about their work packages. */
  #ended = 0;
  #wake: () => void = () => undefined;
  #breakage: { readonly error: unknown } | undefined;

  constructor(context: OrchestrationContext, memory: RunMemory, view: FeatureView) {
    this.#context = context;
    this.#memory = memory;
    const { checkout, feature, sources } = context;
    this.#seen = new SeenFeature(
      view,
      async () => viewOf(await loadFeature(sources.files, checkout.projectRoot, feature)),
      () => sources.clock.nowMs(),
    );
  }

  /** What is known of the files. */
  get view(): FeatureView {
    return this.#seen.view;
  }

  /**
   * Ends when nothing is left to do, or, when the signal aborts, as soon as every agent has stopped. `broken` is called
   * when a step found something that nobody thought of, or its state could not be written; the run then takes no further
   * step, and fails with that.
   */
  async run(signal: AbortSignal, broken: () => void): Promise<void> {
    const wake = (): void => this.#wake();
    signal.addEventListener('abort', wake, { once: true });
    try {
      while (await this.#turn(signal, broken));
    } finally {
      signal.removeEventListener('abort', wake);
    }
    if (this.#breakage !== undefined) throw this.#breakage.error;
  }

  /** Whether there is more to come. */
  async #turn(signal: AbortSignal, broken: () => void): Promise<boolean> {
    const ended = this.#ended;
    const woken = new Promise<void>((resolve) => (this.#wake = resolve));
    if (!signal.aborted && this.#breakage === undefined)
      await this.#guard(() => this.#launch(signal, broken), broken);
    if (this.#ended !== ended) return true;
    if (this.#busy.size === 0) return false;
    await woken;
    return true;
  }

  async #launch(signal: AbortSignal, broken: () => void): Promise<void> {
    const before = new Set(this.#busy);
    // Nothing is taken for the end of the run that was not looked at just now.
    if (this.#seen.isOld || before.size === 0) await this.#seen.look();
    if (signal.aborted) return;
    // What was busy when the look began may have been moved since: what was seen of it is old.
    const busy = new Set([...before, ...this.#busy]);
    const { state, notices } = observe(this.#memory.state, this.view, busy);
    this.#change(() => state);
    for (const { id, notice } of notices) this.#context.tell({ what: 'noticed', workPackageId: id, notice });
    for (const step of nextSteps(this.#memory.state, this.view, busy)) {
      this.#busy.add(step.id);
      this.#change((present) => beginStep(present, step));
      void this.#guard(() => this.#take(step, signal), broken).finally(() => {
        this.#busy.delete(step.id);
        this.#ended++;
        this.#wake();
      });
    }
    await this.#memory.save();
  }

  async #take(step: Step, signal: AbortSignal): Promise<void> {
    await this.#memory.save();
    if (step.step === 'work' && !step.assignment.isAnnounced) {
      const announced = await this.#attempt(() => announce(this.#context, step), signal);
      await this.#end(step, announced);
      if (announced.outcome !== 'announced') return;
    }
    const { took, ...outcome } = await this.#attempt(() => carryOut(this.#context, step, signal), signal);
    await this.#end(step, outcome);
    if (step.step === 'work' && took !== undefined) await noteUsage(this.#context, step, took);
  }

  /** What an agent has done is durable at once; all the rest the files prove, and the next save is soon enough. */

  async #end(step: Step, outcome: StepOutcome): Promise<void> {
    this.#change((state) => endStep(state, step, outcome));
    this.#seen.ended(step, outcome);
    this.#tellEnd(step, outcome);
    if (step.step === 'work' && outcome.outcome !== 'announced') await this.#memory.save();
  }

  /** The end of an agent's run was told; what came out of it only shows afterwards. */
  #tellEnd(step: Step, outcome: StepOutcome): void {
    const notice = noticeOf(step, outcome);
    if (notice !== undefined) this.#context.tell({ what: 'noticed', workPackageId: step.id, notice });
  }

  /** What keeps a step from being done pauses its work package. A repository in use is asked again before. */
  async #attempt(work: () => Promise<Carried>, signal: AbortSignal): Promise<Carried> {
    for (let tries = 1; ; tries++) {
      if (signal.aborted) return { outcome: 'not-done' };
      try {
        return await work();
      } catch (error) {
        if (!isSyncError(error)) throw error;
        if (error.kind === 'interrupted' || signal.aborted) return { outcome: 'not-done' };
        if (error.kind !== 'lock-busy' || tries >= TRIES) return impossible(error);
        await this.#context.sources.timer.sleep(RETRY_MS, signal);
      }
    }
  }

  #change(change: (state: OrchestrationState) => OrchestrationState): void {
    const before = new Map(this.#memory.state.workPackages.map((record) => [record.id, record.stage]));
    this.#memory.state = change(this.#memory.state);
    for (const { id, stage, pause } of this.#memory.state.workPackages) {
      if (stage !== 'paused' || pause === undefined || before.get(id) === 'paused') continue;
      const { reason, detail } = pause;
      this.#context.tell({ what: 'paused', workPackageId: id, reason, detail });
    }
  }

  /** Remembers the first breakage; there is nobody above a step who could catch it. */
  async #guard(work: () => Promise<void>, broken: () => void): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#breakage ??= { error };
      broken();
    }
  }
}

const TRIES = 3;
const RETRY_MS = 1_000;

const noticeOf = ({ step, id }: Step, outcome: StepOutcome): string | undefined => {
  if (step === 'hand-over' && outcome.outcome === 'agent-failed') return outcome.reason;
  if (outcome.outcome !== 'not-claimed') return undefined;
  return `${id} was not begun: somebody else was faster, or moved what it depends on.`;
};

const impossible = (error: {
  readonly kind: string;
  readonly message: string;
  readonly hint: string | undefined;
}): StepOutcome => ({
  outcome: 'impossible',
  reason: error.kind === 'merge-conflict' ? 'merge-conflict' : 'step-failed',
  detail: error.hint === undefined ? error.message : `${error.message} ${error.hint}`,
});

/**
 * What a run knows of the files of its feature. Reading all of them after every step would cost more than the steps of a
 * large feature: the run knows what it did itself, and looks when others may have done something. No step relies on it,
 * each finds out for itself in which lane its work package is.
 */
class SeenFeature {
  readonly #look: () => Promise<FeatureView>;
  readonly #nowMs: () => number;
  #view: FeatureView;
  #lookedAtMs = -Infinity;

  constructor(view: FeatureView, look: () => Promise<FeatureView>, nowMs: () => number) {
    this.#view = view;
    this.#look = look;
    this.#nowMs = nowMs;
  }

  get view(): FeatureView {
    return this.#view;
  }

  /** Whether the files have to be looked at before anything is decided. */
  get isOld(): boolean {
    const ageMs = this.#nowMs() - this.#lookedAtMs;
    // A clock that was set back says nothing about the age.
    return ageMs < 0 || ageMs >= OLD_MS;
  }

  async look(): Promise<void> {
    const atMs = this.#nowMs();
    this.#view = await this.#look();
    this.#lookedAtMs = atMs;
  }

  /** Takes over what came out of a step. Where an agent was at work or somebody else was faster, the files tell. */
  ended(step: Step, { outcome }: StepOutcome): void {
    const lane = LANE_AFTER[outcome];
    if (lane === 'unknown') this.#lookedAtMs = -Infinity;
    else if (lane !== undefined) this.#move(step.id, lane);
  }

  #move(id: string, lane: Lane): void {
    const seen = this.#view.workPackages.get(id);
    if (seen === undefined) return;
    const { detail: _former, ...rest } = seen;
    const workPackages = new Map(this.#view.workPackages).set(id, { ...rest, lane });
    this.#view = { ...this.#view, workPackages };
  }
}

const OLD_MS = 1_000;

const LANE_AFTER: Readonly<Record<StepOutcome['outcome'], Lane | 'unknown' | undefined>> = {
  claimed: 'doing',
  'handed-over': 'for_review',
  'sent-back': 'doing',
  finished: 'done',
  announced: undefined,
  merged: undefined,
  'not-claimed': 'unknown',
  'not-done': 'unknown',
  impossible: 'unknown',
  implemented: 'unknown',
  approved: 'unknown',
  'changes-requested': 'unknown',
  'agent-failed': 'unknown',
};
