import type { OrchestrationState, WorkPackageRecord } from '../../domain/agents/state.js';
import type { AgentCommand, OrchestratorPlace } from '../../ports/agents.js';
import type { Checkout } from '../../ports/events.js';
import type { OrchestrationProgress } from './orchestration-progress.js';
import type { OrchestratorSources } from './orchestrator-sources.js';
import type { PerformWork } from '../work/perform-work.js';
import type { RunTurns } from './run-turns.js';
import type { PerformedWork } from '../work/work-plan.js';

/** What every step of one run works with. */
export interface OrchestrationContext {
  readonly sources: OrchestratorSources;
  readonly checkout: Checkout;
  readonly place: OrchestratorPlace;
  readonly feature: string;
  readonly runId: string;
  readonly commands: ReadonlyMap<string, AgentCommand>;
  /** Its events belong to this run. */
  readonly perform: PerformWork;
  readonly turns: RunTurns;
  /** The state at this moment. */
  state(): OrchestrationState;
  /** What the state has of a work package, which it knows. */
  record(id: string): WorkPackageRecord;
  /** Who is paused by that is told of. */
  change(id: string, change: (record: WorkPackageRecord) => WorkPackageRecord): void;
  /** Resolves when the present state, or a later one, is durable; at once when it is already. Fails as the store does. */
  save(): Promise<void>;
  tell(progress: OrchestrationProgress): void;
  /** Remembers what became of the events of a piece of work. */
  keep<R>(work: PerformedWork<R>): R;
}
