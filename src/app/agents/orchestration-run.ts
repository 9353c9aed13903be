import { changeRecord, untouched } from '../../domain/agents/record.js';
import { standingOf, type OrchestrationStanding } from '../../domain/agents/standing.js';
import type { OrchestrationState, WorkPackageRecord } from '../../domain/agents/state.js';
import type { FeatureView } from '../../domain/agents/view.js';
import { workPackageBranch } from '../../domain/work/feature-slug.js';
import type {
  AgentCatalog,
  AgentCommand,
  AgentRunner,
  AgentTrust,
  AgentWork,
  OrchestrationStore,
  OrchestratorPlace,
} from '../../ports/agents.js';
import type { Checkout } from '../../ports/events.js';
import type { EventIdSource, Randomness, Timer, WallClock } from '../../ports/host.js';
import type { FeatureFiles, IntentStore, Merges, Repository } from '../../ports/work.js';
import type { Emission, EventEmitter } from '../outbox/event-emitter.js';
import type { FeatureDraft } from '../work/feature-draft.js';
import { findWorkPackage, type FeatureState, type FiledWorkPackage } from '../work/feature-state.js';
import { loadFeature } from '../work/locate-feature.js';
import type { PerformWork } from '../work/perform-work.js';
import type { ResolveLeftOver } from '../work/resolve-left-over.js';
import { featureWork, type FeaturePlan } from '../work/work-on-feature.js';
import type { PerformedWork, WorkOutcome, WorkRequest, WorkSubject } from '../work/work-plan.js';
import type { OrchestrationProgress, ProgressListener } from './orchestration-progress.js';
import { viewOf } from './plan-orchestration.js';

/** What an orchestration works with. */
export interface OrchestrationPorts {
  readonly repository: Repository;
  readonly files: FeatureFiles;
  readonly merges: Merges;
  readonly intents: IntentStore;
  readonly emitter: Pick<EventEmitter, 'begin'>;
  readonly resolveLeftOver: Pick<ResolveLeftOver, 'run'>;
  readonly agentRunner: AgentRunner;
  readonly agentCatalog: AgentCatalog;
  readonly agentTrust: AgentTrust;
  readonly agentWork: AgentWork;
  readonly orchestrationStore: OrchestrationStore;
  readonly wallClock: WallClock;
  readonly timer: Timer;
  readonly eventIds: EventIdSource;
  readonly randomness: Randomness;
}

/** What a run begins with in this process. */
interface RunBeginning {
  readonly place: OrchestratorPlace;
  readonly commands: ReadonlyMap<string, AgentCommand>;
  /** Its events belong to the run. */
  readonly performWork: PerformWork;
  readonly state: OrchestrationState;
  readonly view: FeatureView;
  readonly onProgress?: ProgressListener | undefined;
}

/** One run in this process: its state and that one's way to the disk, and what each of its steps works with. */
export class OrchestrationRun {
  readonly ports: OrchestrationPorts;
  readonly place: OrchestratorPlace;
  readonly checkout: Checkout;
  readonly feature: string;
  readonly commands: ReadonlyMap<string, AgentCommand>;
  readonly performWork: PerformWork;
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

  constructor(ports: OrchestrationPorts, beginning: RunBeginning) {
    const { place, commands, performWork, state, view, onProgress } = beginning;
    this.ports = ports;
    this.place = place;
    this.checkout = place.checkout;
    this.feature = state.feature;
    this.commands = commands;
    this.performWork = performWork;
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

  change(id: string, change: (record: WorkPackageRecord) => WorkPackageRecord): void {
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

  /** A piece of work of this run, under the repository's lock. */
  async perform<R>(subject: WorkSubject, plan: WorkRequest<R>['plan']): Promise<R> {
    const { checkout, feature, performWork } = this;
    const request = { checkout, subject: { feature, ...subject }, plan };
    return this.keep(await this.turn(() => performWork.run(request)));
  }

  /** The same for one that is about a work package, as the files have it by then. */
  workOn<R>(
    workPackageId: string,
    agent: string,
    plan: (filed: FiledWorkPackage, draft: FeatureDraft) => FeaturePlan<R>,
  ): Promise<R> {
    const subject = { workPackageId, agent };
    const work = featureWork<R>(this.ports.files, this, subject, (draft) =>
      plan(findWorkPackage(draft.state, workPackageId), draft),
    );
    return this.perform(subject, work.plan);
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
