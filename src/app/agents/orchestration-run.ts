import { changeRecord, untouched, type Change } from '../../domain/agents/record.js';
import { standingOf, type OrchestrationStanding } from './standing.js';
import type { OrchestrationState, WorkPackageRecord } from '../../domain/agents/state.js';
import type { FeatureView } from '../../domain/agents/view.js';
import { workPackageBranch } from '../../domain/work/feature-slug.js';
import type { ClientPorts } from '../../ports/client.js';
import type { AgentCommand, OrchestratorPlace } from '../../ports/agents.js';
import type { Checkout } from '../../ports/events.js';
import type { Emission, EventEmitter } from '../outbox/event-emitter.js';
import type { FeatureDraft } from '../work/feature-draft.js';
import { findWorkPackage, type FeatureState, type FiledWorkPackage } from '../work/feature-state.js';
import { loadFeature } from '../work/locate-feature.js';
import type { MergingPorts, PerformedWork, WorkOutcome } from '../work/perform-work.js';
import type { ResolveLeftOver } from '../work/resolve-left-over.js';
import { workOnFeature, type FeaturePlan } from '../work/work-on-feature.js';
import type { OrchestrationProgress, ProgressListener } from './orchestration-progress.js';
import { viewOf } from './plan-orchestration.js';

/** What an orchestration works with. */
export interface OrchestrationPorts
  extends
    Omit<MergingPorts, 'perform'>,
    Pick<
      ClientPorts,
      | 'intents'
      | 'agentRunner'
      | 'agentCatalog'
      | 'agentTrust'
      | 'agentWork'
      | 'orchestrationStore'
      | 'wallClock'
      | 'timer'
      | 'eventIds'
      | 'randomness'
    > {
  readonly emitter: Pick<EventEmitter, 'begin'>;
  readonly resolveLeftOver: Pick<ResolveLeftOver, 'run'>;
}

/** What a run begins with in this process. */
interface RunBeginning {
  readonly place: OrchestratorPlace;
  readonly commands: readonly AgentCommand[];
  readonly state: OrchestrationState;
  readonly view: FeatureView;
  readonly onProgress?: ProgressListener | undefined;
}

/** One run in this process: its state and that one's way to the disk, and what each of its steps works with. */
export class OrchestrationRun {
  readonly ports: OrchestrationPorts;
  /** With what performs its work: all events of it belong to the run. */
  readonly merging: MergingPorts;
  readonly place: OrchestratorPlace;
  readonly commands: readonly AgentCommand[];
  readonly checkout: Checkout;
  readonly feature: string;
  /** What became of the events of its work, in order, and who did the last of it. */
  readonly outcomes: WorkOutcome[] = [];
  emission: Emission | undefined;
  /** What was paused and is still to be announced to the team. */
  readonly paused: WorkPackageRecord[] = [];
  /** Whether the state could not be written: then no work may go on. */
  isBroken = false;
  /** What was last seen of the files. */
  view: FeatureView;
  #state: OrchestrationState;
  #written: OrchestrationState | undefined;
  readonly #onProgress: ProgressListener | undefined;
  readonly #writes = new Turns();
  readonly #works = new Turns();

  constructor(ports: OrchestrationPorts, merging: MergingPorts, beginning: RunBeginning) {
    const { place, commands, state, view, onProgress } = beginning;
    this.ports = ports;
    this.merging = merging;
    this.place = place;
    this.commands = commands;
    this.checkout = place.checkout;
    this.feature = state.feature;
    this.view = view;
    this.#state = state;
    this.#onProgress = onProgress;
  }

  get state(): OrchestrationState {
    return this.#state;
  }

  /** Whoever is paused by it is told of. */
  set state(state: OrchestrationState) {
    const before = new Set(this.#state.workPackages.flatMap(({ id, pause }) => (pause ? [id] : [])));
    this.#state = state;
    for (const record of state.workPackages) {
      const { id, pause } = record;
      if (pause === undefined || before.has(id)) continue;
      this.paused.push(record);
      this.tell({ what: 'paused', workPackageId: id, ...pause });
    }
  }

  /** What the state has of a work package, which it knows. */
  record(id: string): WorkPackageRecord {
    return this.#state.workPackages.find((record) => record.id === id) ?? untouched(id);
  }

  change(id: string, change: Change): void {
    this.state = changeRecord(this.#state, id, change);
  }

  /** Resolves when the present state, or a later one, is durable. Fails as the store does. */
  save(): Promise<void> {
    return this.#writes.take(async () => {
      const state = this.#state;
      if (state === this.#written) return;
      try {
        await this.ports.orchestrationStore.write(this.place, { ...state, updatedAt: this.now() });
      } catch (error) {
        this.isBroken = true;
        throw error;
      }
      this.#written = state;
    });
  }

  /** ISO 8601 UTC. */
  now(): string {
    return new Date(this.ports.wallClock.nowMs()).toISOString();
  }

  standing(): OrchestrationStanding {
    return standingOf(this.#state, this.view);
  }

  tell(progress: OrchestrationProgress): void {
    this.#onProgress?.(progress, () => this.standing());
  }

  notice(workPackageId: string, notice: string): void {
    this.tell({ what: 'noticed', workPackageId, notice });
  }

  /** The feature as its files say now. */
  load(): Promise<FeatureState> {
    return loadFeature(this.ports.files, this.checkout.projectRoot, this.feature);
  }

  async look(): Promise<void> {
    this.view = viewOf(await this.load());
  }

  branch(id: string): string {
    return workPackageBranch(this.feature, id);
  }

  /** Commit at the end of a work package's branch; `undefined` when there is no branch. */
  tip(id: string): Promise<string | undefined> {
    return this.ports.repository.branchTip(this.checkout, this.branch(id));
  }

  /** Absolute path of the work tree of a work package. */
  worktree(id: string): string {
    return `${this.checkout.projectRoot}/.worktrees/${this.branch(id)}`;
  }

  /**
   * Work of this process waits for its turn here: the wait for the repository's lock has an end, and many agents at once
   * must not use it up among themselves.
   */
  turn<T>(work: () => Promise<T>): Promise<T> {
    return this.#works.take(work);
  }

  /** A piece of work in its turn. Returns what it is about, and remembers what became of its events. */
  async perform<R>(work: () => Promise<PerformedWork<R>>): Promise<R> {
    return this.keep(await this.turn(work));
  }

  /** A piece of work on a work package, as the files have it under the repository's lock. */
  workOn<R>(
    workPackageId: string,
    agent: string,
    plan: (filed: FiledWorkPackage, draft: FeatureDraft) => FeaturePlan<R>,
  ): Promise<R> {
    const { checkout, feature, merging } = this;
    const input = { checkout, feature, workPackageId, agent };
    return this.perform(() =>
      workOnFeature(merging, input, undefined, (draft) =>
        plan(findWorkPackage(draft.state, workPackageId), draft),
      ),
    );
  }

  /** Remembers what became of the events of a piece of work; returns what it is about. */
  keep<R>({ leftOver, outcomes, emission, result }: PerformedWork<R>): R {
    this.outcomes.push(...(leftOver?.outcomes ?? []), ...outcomes);
    this.emission = emission ?? this.emission;
    return result;
  }
}

/** Pieces of work one after the other, in the order in which they came. */
class Turns {
  #last: Promise<unknown> = Promise.resolve();

  take<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work);
    this.#last = turn.catch(() => undefined);
    return turn;
  }
}
