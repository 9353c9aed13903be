import { letGo, paused } from '../../domain/agents/record.js';
import { nextTasks, type NextTask, type Task } from '../../domain/agents/next-tasks.js';
import { observe } from '../../domain/agents/observe.js';
import type { WorkPackageRecord } from '../../domain/agents/state.js';
import type { FeatureView } from '../../domain/agents/view.js';
import { isSyncError, type SyncError } from '../../domain/errors.js';
import { loadFeature } from '../work/locate-feature.js';
import { advance } from './advance.js';
import { announcePause } from './announce-pause.js';
import { viewOf } from './feature-view.js';
import type { OrchestrationContext } from './orchestration-context.js';
import type { RunMemory } from './run-memory.js';

/**
 * Takes the work packages of a run on until nothing is left to do: looks at the files, lets the domain say what is next
 * with each of them, does all of that beside each other, and looks again whenever something has ended. What is about to be
 * done is durable before, and so is what came of it before the next.
 */
export class OrchestrationRun {
  readonly #context: OrchestrationContext;
  readonly #memory: RunMemory;
  readonly #busy = new Map<string, Task>();
  readonly #seen: SeenFeature;
  /** How many tasks have ended: a look at the files that began before says nothing about their work packages. */
  #ended = 0;
  #wake: () => void = () => undefined;
  /** Whose pause the team has been told of. */
  readonly #announced = new Set<string>();
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
   * when a task found something that nobody thought of, or the state could not be written; the run then begins nothing
   * more, and fails with that.
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
    // What was busy when the look began may have been moved since: what was seen of it is old.
    const before = new Map(this.#busy);
    // Nothing is taken for the end of the run that was not looked at just now.
    if (this.#seen.isOld || before.size === 0) await this.#seen.look();
    if (signal.aborted) return;
    const busy = new Map([...before, ...this.#busy]);
    const { state, notices } = observe(this.#memory.state, this.view, (id) => busy.has(id));
    this.#memory.state = state;
    for (const { id, notice } of notices) this.#context.tell({ what: 'noticed', workPackageId: id, notice });
    for (const next of nextTasks(this.#memory.state, this.view, busy)) {
      this.#busy.set(next.id, next.task);
      void this.#guard(() => this.#take(next, signal), broken).finally(() => {
        this.#busy.delete(next.id);
        this.#ended++;
        this.#wake();
      });
    }
    await this.#memory.save();
    await this.#announcePauses();
  }

  /** What keeps a work package from going on pauses it. A repository in use is asked again before. */
  async #take({ id, task }: NextTask, signal: AbortSignal): Promise<void> {
    for (let tries = 1; !signal.aborted; tries++) {
      try {
        await advance(this.#context, id, task, signal);
        break;
      } catch (error) {
        if (!isSyncError(error) || this.#memory.isBroken) throw error;
        if (error.kind === 'interrupted' || signal.aborted) break;
        if (error.kind !== 'lock-busy' || tries >= TRIES) {
          this.#context.change(id, (record) => pausedBy(task === 'claim' ? letGo(record) : record, error));
          break;
        }
        await this.#context.sources.timer.sleep(RETRY_MS, signal);
      }
    }
    this.#seen.hasEnded(task, this.#context.record(id));
    await this.#announcePauses();
  }

  async #announcePauses(): Promise<void> {
    for (const record of this.#memory.state.workPackages) {
      if (record.pause === undefined || this.#announced.has(record.id)) continue;
      this.#announced.add(record.id);
      await announcePause(this.#context, record);
    }
  }

  /** Remembers the first breakage; there is nobody above a task who could catch it. */
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

const pausedBy = (record: WorkPackageRecord, { kind, message, hint }: SyncError): WorkPackageRecord =>
  paused(
    record,
    kind === 'merge-conflict' ? 'merge-conflict' : 'step-failed',
    hint === undefined ? message : `${message} ${hint}`,
  );

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

  /** The lane into which the run took a work package is known. Where an agent was at work, or nothing came of it, the files tell. */
  hasEnded(task: Task, { id, at: lane }: WorkPackageRecord): void {
    const seen = this.#view.workPackages.get(id);
    if (seen === undefined || lane === undefined || lane !== LANE_AFTER[task]) this.#lookedAtMs = -Infinity;
    else {
      const { detail: _former, ...rest } = seen;
      const workPackages = new Map(this.#view.workPackages).set(id, { ...rest, lane });
      this.#view = { ...this.#view, workPackages };
    }
  }
}

const OLD_MS = 1_000;

const LANE_AFTER: Readonly<Record<Task, WorkPackageRecord['at'] | 'unknown'>> = {
  claim: 'doing',
  'hand-over': 'for_review',
  'send-back': 'doing',
  finish: 'done',
  implement: 'unknown',
  review: 'unknown',
};
