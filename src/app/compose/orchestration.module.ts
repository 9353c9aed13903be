import { withoutToken } from '../../domain/child-environment.js';
import type { Parts } from './parts.js';
import type { Registrar } from './registrar.js';

/** What runs agents over a feature. */
export const orchestrationModule = (register: Registrar<Parts>): void => {
  register.single('agentCatalog', ['configs', 'environment'], async (configs, { env }) => {
    const { ConfigAgentCatalog } = await import('../../adapters/agents/config-agent-catalog.js');
    return new ConfigAgentCatalog(configs, env);
  });
  register.single('agentTrust', ['stateRoot'], async (root) => {
    const { FileAgentTrust } = await import('../../adapters/agents/file-agent-trust.js');
    return new FileAgentTrust(root);
  });
  register.single('agentRunner', ['environment'], async ({ env, program }) => {
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
  register.single('guardAgents', [], async () => {
    const { guardAgents } = await import('../../adapters/agents/guard-agents.js');
    return (input, isReady) => guardAgents(input, isReady);
  });
  register.single('agentWork', ['environment'], async ({ env }) => {
    const { GitAgentWork } = await import('../../adapters/agents/git-agent-work.js');
    return new GitAgentWork(env);
  });
  register.single('orchestrationStore', [], async () => {
    const { JsonOrchestrationStore } = await import('../../adapters/agents/json-orchestration-store.js');
    return new JsonOrchestrationStore();
  });
  register.single(
    'orchestrateFeature',
    [
      'repository',
      'merges',
      'featureFiles',
      'intents',
      'emitter',
      'resolveLeftOver',
      'agentRunner',
      'agentCatalog',
      'agentTrust',
      'agentWork',
      'orchestrationStore',
      'wallClock',
      'timer',
      'eventIds',
      'randomness',
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
  register.single('planOrchestration', ['repository', 'featureFiles', 'agentCatalog'], async (...ports) => {
    const { PlanOrchestration } = await import('../agents/plan-orchestration.js');
    return new PlanOrchestration(...ports);
  });
  register.single('orchestrationStatus', ['featureFiles', 'orchestrationStore'], async (...ports) => {
    const { OrchestrationStatus } = await import('../agents/orchestration-status.js');
    return new OrchestrationStatus(...ports);
  });
  register.single('abortOrchestration', ['orchestrationStore', 'timer', 'wallClock'], async (...ports) => {
    const { AbortOrchestration } = await import('../agents/abort-orchestration.js');
    return new AbortOrchestration(...ports);
  });
};
