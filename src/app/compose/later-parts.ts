import { withoutToken } from '../../domain/child-environment.js';
import { batchIntervalMs, captureLimits, retentionMs } from '../outbox/capture-limits.js';
import type { ClientParts } from './parts.js';
import { recipes } from './use-cases.js';

/** Everything else. The code of each part is loaded when somebody asks for it. */
export const laterParts = (client: ClientParts): void => {
  client.later({ ...WAYS_TO_HUB, ...AGENTS, ...OTHERS });
  deliveryParts(client);
  client.useCases(recipes);
};

type Later = Parameters<ClientParts['later']>[0];

/** The ways to a hub. */
const WAYS_TO_HUB: Later = {
  batchTransport: async ({ version, wallClock: clock }) => {
    const { GotBatchTransport } = await import('../../adapters/delivery/got-batch-transport.js');
    return new GotBatchTransport({ version, clock });
  },
  liveTransport: async ({ version, timer }) =>
    new (await import('../../adapters/delivery/ws-live-transport.js')).WsLiveTransport({ version, timer }),
  tokenIssuer: async ({ version }) =>
    new (await import('../../adapters/delivery/got-token-issuer.js')).GotTokenIssuer({ version }),
  receiptReader: async ({ version }) =>
    new (await import('../../adapters/delivery/hub-pages.js')).GotReceiptReader({ version }),
  eventReader: async ({ version }) =>
    new (await import('../../adapters/delivery/hub-pages.js')).GotEventReader({ version }),
};

/** What drives them. */
const deliveryParts = (client: ClientParts): void =>
  client.later({
    sharing: async (parts) => new (await import('../delivery/sharing.js')).SharingPolicy(parts),
    liveLinkTo: async (parts) => {
      const { LiveLink } = await import('../delivery/live-link.js');
      return (listeners) => new LiveLink(parts, listeners);
    },
    pacing: async ({ settings, timer, wallClock }) => {
      const { pacingBy } = await import('../delivery/courier.js');
      return pacingBy(async () => batchIntervalMs(await settings.read()), timer, wallClock);
    },
    flush: async (parts) => {
      const { outboxes, sharing, hubReceipts, lamport, wallClock, randomness, timer } = parts;
      const { leftOvers, settings, deliveryRoute } = parts;
      const { Flush } = await import('../delivery/flush.js');
      const reports = await client.get('machineReports');
      return new Flush({
        ...{ outboxes, sharing, hubReceipts, lamport, wallClock, randomness, timer, reports },
        // Who waits for it is answered by batches.
        route: async (signal, isInsisted) =>
          deliveryRoute.find(signal, isInsisted ? undefined : await client.get('liveLink')),
        retainMs: async () => retentionMs(await settings.read()),
        resolveLeftOvers: async (project) => leftOvers.resolve(project, captureLimits(await settings.read())),
      });
    },
    doorbell: async ({ stateRoot }) =>
      new (await import('../../adapters/delivery/fs-doorbell.js')).FsDoorbell(stateRoot.file('outbox')),
    backgroundLog: async ({ stateRoot, wallClock }) => {
      const { BoundedFileLog } = await import('../../adapters/delivery/bounded-file-log.js');
      return new BoundedFileLog(stateRoot.file('sync', 'background.log'), wallClock);
    },
  });

/** What runs agents over a feature. */
const AGENTS: Later = {
  agentCatalog: async ({ configs, environment: { env } }) =>
    new (await import('../../adapters/agents/config-agent-catalog.js')).ConfigAgentCatalog(configs, env),
  agentTrust: async ({ stateRoot }) =>
    new (await import('../../adapters/agents/file-agent-trust.js')).FileAgentTrust(stateRoot),
  agentRunner: async ({ environment: { env, program } }) => {
    const { ProcessAgentRunner } = await import('../../adapters/agents/process-agent-runner.js');
    const { ProcessGuard } = await import('../../adapters/agents/agent-guard.js');
    const args = [...program.args, 'orchestrate', '--guard'];
    const guard = new ProcessGuard({ command: program.command, args, environment: withoutToken(env) });
    return new ProcessAgentRunner({ environment: env, guard });
  },
  guardAgents: async () => {
    const { guardAgents } = await import('../../adapters/agents/agent-guard.js');
    return { run: guardAgents };
  },
  agentWork: async ({ environment: { env } }) =>
    new (await import('../../adapters/agents/git-agent-work.js')).GitAgentWork(env),
  orchestrationStore: async () =>
    new (await import('../../adapters/agents/json-orchestration-store.js')).JsonOrchestrationStore(),
};

const OTHERS: Later = {
  browser: async ({ environment: { env } }) =>
    new (await import('../../adapters/host/system-browser.js')).SystemBrowser(env),
  merges: async ({ environment: { env } }) =>
    new (await import('../../adapters/work/git-merges.js')).GitMerges(env),
  foreignQueue: async () => new (await import('../../adapters/outbox/sqlite-queue.js')).SqliteQueue(),
  stateFiles: async ({ stateRoot }) =>
    new (await import('../../adapters/reports/fs-state-files.js')).FsStateFiles(stateRoot),
};
