import { withoutToken } from '../../domain/child-environment.js';
import type { Parts } from './parts.js';
import type { Composing } from './parts-container.js';
import { agentsUseCases } from './use-cases.js';

/** What runs agents over a feature. */
export const orchestrationModule = ({ part, useCases }: Composing<Parts>): void => {
  part('agentCatalog', ['configs', 'environment'], async ({ configs, environment: { env } }) => {
    const { ConfigAgentCatalog } = await import('../../adapters/agents/config-agent-catalog.js');
    return new ConfigAgentCatalog(configs, env);
  });
  part('agentTrust', ['stateRoot'], async ({ stateRoot: root }) => {
    const { FileAgentTrust } = await import('../../adapters/agents/file-agent-trust.js');
    return new FileAgentTrust(root);
  });
  part('agentRunner', ['environment'], async ({ environment: { env, program } }) => {
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
  part('guardAgents', [], async () => {
    const { guardAgents } = await import('../../adapters/agents/guard-agents.js');
    return { run: (input, isReady) => guardAgents(input, isReady) };
  });
  part('agentWork', ['environment'], async ({ environment: { env } }) => {
    const { GitAgentWork } = await import('../../adapters/agents/git-agent-work.js');
    return new GitAgentWork(env);
  });
  part('orchestrationStore', [], async () => {
    const { JsonOrchestrationStore } = await import('../../adapters/agents/json-orchestration-store.js');
    return new JsonOrchestrationStore();
  });
  part(
    'orchestrateFeature',
    [
      ...(['repository', 'files', 'timer', 'randomness', 'merges', 'intents', 'emitter'] as const),
      ...(['agentRunner', 'agentCatalog', 'agentTrust', 'agentWork', 'orchestrationStore'] as const),
      ...(['resolveLeftOver', 'wallClock', 'eventIds'] as const),
    ],
    async ({ repository, files, timer, randomness, merges, intents, emitter, ...needs }) => {
      const [{ OrchestrateFeature }, { MergeWorkPackages }, { PerformWork }] = await Promise.all([
        import('../agents/orchestrate-feature.js'),
        import('../work/merge-work-packages.js'),
        import('../work/perform-work.js'),
      ]);
      const { agentRunner: runner, agentCatalog: catalog, agentTrust: trust, agentWork: work } = needs;
      const { orchestrationStore: store, wallClock: clock, eventIds: ids, resolveLeftOver } = needs;
      return new OrchestrateFeature({
        ...{ repository, files, timer, randomness, runner, catalog, trust, work, store, clock, ids },
        perform: (correlationId) =>
          new PerformWork({
            ...{ repository, files, intents, resolveLeftOver },
            emitter: { begin: (checkout) => emitter.begin(checkout, correlationId) },
          }),
        merging: (perform) => new MergeWorkPackages({ repository, merges, files, perform }),
      });
    },
  );
  useCases(agentsUseCases);
};
