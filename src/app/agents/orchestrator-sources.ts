import type {
  AgentCatalog,
  AgentRunner,
  AgentTrust,
  AgentWork,
  OrchestrationStore,
} from '../../ports/agents.js';
import type { EventIdSource, Randomness, Timer, WallClock } from '../../ports/host.js';
import type { FeatureFiles, Repository } from '../../ports/work.js';
import type { MergeWorkPackages } from '../work/merge-work-packages.js';
import type { PerformWork } from '../work/perform-work.js';

/** What an orchestration works with. */
export interface OrchestratorSources {
  readonly repository: Repository;
  readonly files: FeatureFiles;
  readonly runner: AgentRunner;
  readonly catalog: AgentCatalog;
  readonly trust: AgentTrust;
  readonly work: AgentWork;
  readonly store: OrchestrationStore;
  readonly clock: WallClock;
  readonly timer: Timer;
  readonly ids: EventIdSource;
  readonly randomness: Randomness;
  /** Work whose events carry this correlation id, which is that of the whole run. */
  perform(correlationId: string): PerformWork;
  /** Merges with that work. */
  merging(perform: PerformWork): Pick<MergeWorkPackages, 'run'>;
}
