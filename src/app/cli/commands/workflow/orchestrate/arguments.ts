export interface OrchestrateArgs {
  readonly agents: readonly string[];
  readonly maxParallel: number | undefined;
  readonly noMerge: boolean;
  readonly dryRun: boolean;
  readonly status: boolean;
  readonly resume: boolean;
  readonly abort: boolean;
  readonly trustAgents: boolean;
  /** The process that ends agents whose orchestrator is gone. */
  readonly guard: boolean;
}
