import { withoutToken } from '../../domain/child-environment.js';
import { batchIntervalMs, captureLimits, retentionMs } from '../outbox/capture-limits.js';
import type { Parts } from './parts.js';
import type { PartsContainer } from './parts-container.js';
import { link, recipes } from './use-cases.js';

type Client = PartsContainer<Parts>;

/** Everything else. The code of each part is loaded when somebody asks for it. */
export const laterParts = (client: Client): void => {
  hubParts(client);
  deliveryParts(client);
  agentParts(client);
  client.part('browser', ['environment'], async ({ environment: { env } }) => {
    const { SystemBrowser } = await import('../../adapters/host/system-browser.js');
    return new SystemBrowser(env);
  });
  client.part('merges', ['environment'], async ({ environment }) => {
    const { GitMerges } = await import('../../adapters/work/git-merges.js');
    return new GitMerges(environment.env);
  });
  client.part('foreignQueue', [], async () => {
    const { SqliteQueue } = await import('../../adapters/outbox/sqlite-queue.js');
    return new SqliteQueue();
  });
  client.part('stateFiles', ['stateRoot'], async ({ stateRoot }) => {
    const { FsStateFiles } = await import('../../adapters/reports/fs-state-files.js');
    return new FsStateFiles(stateRoot);
  });
  client.useCases(recipes);
};

/** The ways to a hub. */
const hubParts = (client: Client): void => {
  client.part('batchTransport', ['version', 'wallClock'], async ({ version, wallClock: clock }) => {
    const { GotBatchTransport } = await import('../../adapters/delivery/got-batch-transport.js');
    return new GotBatchTransport({ version, clock });
  });
  client.part('liveTransport', ['version', 'timer'], async (needs) => {
    const { WsLiveTransport } = await import('../../adapters/delivery/ws-live-transport.js');
    return new WsLiveTransport(needs);
  });
  client.part('tokenIssuer', ['version'], async (needs) => {
    const { GotTokenIssuer } = await import('../../adapters/delivery/got-token-issuer.js');
    return new GotTokenIssuer(needs);
  });
  client.part('receiptReader', ['version'], async (needs) => {
    const { GotReceiptReader } = await import('../../adapters/delivery/hub-pages.js');
    return new GotReceiptReader(needs);
  });
  client.part('eventReader', ['version'], async (needs) => {
    const { GotEventReader } = await import('../../adapters/delivery/hub-pages.js');
    return new GotEventReader(needs);
  });
};

/** What drives them. */
const deliveryParts = (client: Client): void => {
  client.part('sharing', ['checkouts', 'configs', 'stateFiles'], async (needs) => {
    const { SharingPolicy } = await import('../delivery/sharing.js');
    return new SharingPolicy(needs);
  });
  client.part('liveLinkTo', link, async (needs) => {
    const { LiveLink } = await import('../delivery/live-link.js');
    return (listeners) => new LiveLink(needs, listeners);
  });
  client.part('pacing', ['settings', 'timer', 'wallClock'], async ({ settings, timer, wallClock }) => {
    const { pacingBy } = await import('../delivery/courier.js');
    return pacingBy(async () => batchIntervalMs(await settings.read()), timer, wallClock);
  });
  client.part(
    'flush',
    [
      ...(['outboxes', 'sharing', 'hubReceipts', 'lamport', 'wallClock', 'randomness', 'timer'] as const),
      ...(['leftOvers', 'settings', 'machineReports', 'deliveryRoute', 'liveLink'] as const),
    ],
    async ({ leftOvers, settings, machineReports: reports, deliveryRoute, liveLink, ...needs }) => {
      const { Flush } = await import('../delivery/flush.js');
      return new Flush({
        ...{ ...needs, reports },
        // Who waits for it is answered by batches.
        route: (signal, isInsisted) => deliveryRoute.find(signal, isInsisted ? undefined : liveLink),
        retainMs: async () => retentionMs(await settings.read()),
        resolveLeftOvers: async (project) => leftOvers.resolve(project, captureLimits(await settings.read())),
      });
    },
  );
  client.part('doorbell', ['stateRoot'], async ({ stateRoot }) => {
    const { FsDoorbell } = await import('../../adapters/delivery/fs-doorbell.js');
    return new FsDoorbell(stateRoot.file('outbox'));
  });
  client.part('backgroundLog', ['stateRoot', 'wallClock'], async ({ stateRoot, wallClock }) => {
    const { BoundedFileLog } = await import('../../adapters/delivery/bounded-file-log.js');
    return new BoundedFileLog(stateRoot.file('sync', 'background.log'), wallClock);
  });
};

/** What runs agents over a feature. */
const agentParts = (client: Client): void => {
  client.part('agentCatalog', ['configs', 'environment'], async ({ configs, environment: { env } }) => {
    const { ConfigAgentCatalog } = await import('../../adapters/agents/config-agent-catalog.js');
    return new ConfigAgentCatalog(configs, env);
  });
  client.part('agentTrust', ['stateRoot'], async ({ stateRoot }) => {
    const { FileAgentTrust } = await import('../../adapters/agents/file-agent-trust.js');
    return new FileAgentTrust(stateRoot);
  });
  client.part('agentRunner', ['environment'], async ({ environment: { env, program } }) => {
    const { ProcessAgentRunner } = await import('../../adapters/agents/process-agent-runner.js');
    const { ProcessGuard } = await import('../../adapters/agents/agent-guard.js');
    const args = [...program.args, 'orchestrate', '--guard'];
    const guard = new ProcessGuard({ command: program.command, args, environment: withoutToken(env) });
    return new ProcessAgentRunner({ environment: env, guard });
  });
  client.part('guardAgents', [], async () => {
    const { guardAgents } = await import('../../adapters/agents/agent-guard.js');
    return { run: guardAgents };
  });
  client.part('agentWork', ['environment'], async ({ environment: { env } }) => {
    const { GitAgentWork } = await import('../../adapters/agents/git-agent-work.js');
    return new GitAgentWork(env);
  });
  client.part('orchestrationStore', [], async () => {
    const { JsonOrchestrationStore } = await import('../../adapters/agents/json-orchestration-store.js');
    return new JsonOrchestrationStore();
  });
};
