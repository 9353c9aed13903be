import { withoutToken } from '../../domain/child-environment.js';
import type { Registrar } from './registrar.js';
import { TOKENS } from './tokens.js';

/** What runs agents over a feature. */
export const orchestrationModule = (register: Registrar): void => {
  register.single(TOKENS.agentCatalog, [TOKENS.configs, TOKENS.environment], async (configs, { env }) => {
    const { ConfigAgentCatalog } = await import('../../adapters/agents/config-agent-catalog.js');
    return new ConfigAgentCatalog(configs, env);
  });
  register.single(TOKENS.agentTrust, [TOKENS.stateRoot], async (root) => {
    const { FileAgentTrust } = await import('../../adapters/agents/file-agent-trust.js');
    return new FileAgentTrust(root);
  });
  register.single(TOKENS.agentRunner, [TOKENS.environment], async ({ env, program }) => {
    const [{ ProcessAgentRunner }, { ProcessGuard }] = await Promise.all([
      import('../../adapters/agents/process-agent-runner.js'),
      import('../../adapters/agents/agent-guard.js'),
    ]);
    const { command, args } = program;
    const guard = new ProcessGuard({
      command,
      args: [...args, 'orchestrate', '--guard'],
      environment: withoutToken(env),
    });
    return new ProcessAgentRunner({ environment: env, guard });
  });
  register.single(TOKENS.guardAgents, [], async () => {
    const { guardAgents } = await import('../../adapters/agents/guard-agents.js');
    return (input, isReady) => guardAgents(input, isReady);
  });
  register.single(TOKENS.agentWork, [TOKENS.environment], async ({ env }) => {
    const { GitAgentWork } = await import('../../adapters/agents/git-agent-work.js');
    return new GitAgentWork(env);
  });
  register.single(TOKENS.orchestrationStore, [], async () => {
    const { JsonOrchestrationStore } = await import('../../adapters/agents/json-orchestration-store.js');
    return new JsonOrchestrationStore();
  });
  register.single(
    TOKENS.orchestrateFeature,
    [
      TOKENS.repository,
      TOKENS.merges,
      TOKENS.featureFiles,
      TOKENS.intents,
      TOKENS.emitter,
      TOKENS.resolveLeftOver,
      TOKENS.agentRunner,
      TOKENS.agentCatalog,
      TOKENS.agentTrust,
      TOKENS.agentWork,
      TOKENS.orchestrationStore,
      TOKENS.wallClock,
      TOKENS.timer,
      TOKENS.eventIds,
      TOKENS.randomness,
    ],
    async (
      repository,
      merges,
      files,
      intents,
      emitter,
      resolve,
      runner,
      catalog,
      trust,
      work,
      store,
      clock,
      timer,
      ids,
      randomness,
    ) => {
      const [{ OrchestrateFeature }, { MergeWorkPackages }, { PerformWork }] = await Promise.all([
        import('../agents/orchestrate-feature.js'),
        import('../work/merge-work-packages.js'),
        import('../work/perform-work.js'),
      ]);
      return new OrchestrateFeature({
        repository,
        files,
        runner,
        catalog,
        trust,
        work,
        store,
        clock,
        timer,
        ids,
        randomness,
        perform: (correlationId) =>
          new PerformWork(
            repository,
            files,
            intents,
            { begin: (checkout) => emitter.begin(checkout, correlationId) },
            resolve,
          ),
        merging: (perform) => new MergeWorkPackages(repository, merges, files, perform),
      });
    },
  );
  register.single(
    TOKENS.planOrchestration,
    [TOKENS.repository, TOKENS.featureFiles, TOKENS.agentCatalog],
    async (...ports) => {
      const { PlanOrchestration } = await import('../agents/plan-orchestration.js');
      return new PlanOrchestration(...ports);
    },
  );
  register.single(
    TOKENS.orchestrationStatus,
    [TOKENS.featureFiles, TOKENS.orchestrationStore],
    async (...ports) => {
      const { OrchestrationStatus } = await import('../agents/orchestration-status.js');
      return new OrchestrationStatus(...ports);
    },
  );
  register.single(
    TOKENS.abortOrchestration,
    [TOKENS.orchestrationStore, TOKENS.timer, TOKENS.wallClock],
    async (...ports) => {
      const { AbortOrchestration } = await import('../agents/abort-orchestration.js');
      return new AbortOrchestration(...ports);
    },
  );
};
