import type { OrchestrationStanding } from '../../domain/workflow/orchestration/standing.js';
import type { ProgressListener } from './orchestration-progress.js';
import type { OrchestrationRequest } from './plan-orchestration.js';

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
}
