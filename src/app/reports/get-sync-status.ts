import { hubKey } from '../../domain/outbox/account.js';
import { isBalanced, waitingOf } from '../../domain/outbox/accounting.js';
import { DEFAULT_SETTINGS } from '../../domain/events/settings.js';
import type { ClientPorts } from '../../ports/client.js';
import { readBackground } from '../delivery/background-reading.js';
import type { DataOf } from '../documents/all.js';
import { ofEveryOutbox, projectStatus, type ReportNeeds } from './examine-outbox.js';
import { UseCase } from '../use-case.js';

/** Where every captured event of this machine is, and what delivery depends on. */
export type SyncStatus = Omit<DataOf<'sync status'>, 'check'>;

type SyncStatusNeeds = ReportNeeds & Pick<ClientPorts, 'checkouts' | 'settings' | 'backgroundPost'>;

/** Says where every captured event is, from the records alone: no network, no waiting for anybody, no change. */
export class GetSyncStatus extends UseCase<SyncStatusNeeds> {
  async run(): Promise<SyncStatus> {
    const { checkouts: registry, settings, backgroundPost, wallClock } = this.ports;
    const nowMs = wallClock.nowMs();
    const [account, checkouts, set, background] = await Promise.all([
      this.ports.account(),
      registry.list(),
      settings.read(),
      readBackground(backgroundPost, nowMs),
    ]);
    const projects = await ofEveryOutbox(this.ports, async (outbox, situation) => {
      const status = await projectStatus(outbox, situation);
      const checkout = checkouts.find(({ projectUuid }) => projectUuid === outbox.project);
      return {
        ...status,
        balanced: isBalanced(status.accounting),
        waiting: waitingOf(status.accounting),
        oldestWaitingAgeMs: ageOf(status.oldestWaiting, nowMs),
        projectSlug: checkout?.projectSlug,
        projectPath: outbox.project === undefined ? undefined : checkout?.path,
      };
    });
    const maxQueueSize = set.maxQueueSize ?? DEFAULT_SETTINGS.maxQueueSize;
    const mostWaiting = Math.max(0, ...projects.map(({ waiting }) => waiting));
    return {
      projects,
      background,
      limits: { maxQueueSize, fullness: Math.min(1, mostWaiting / maxQueueSize) },
      settings: set,
      account: account && { hub: hubKey(account.hub), team: account.team, username: account.username },
      server: account === undefined ? set.serverUrl : account.hub.url,
    };
  }
}

/** In milliseconds, as far as the two clocks agree. */
const ageOf = (timestamp: string | undefined, nowMs: number): number | undefined => {
  const atMs = timestamp === undefined ? NaN : Date.parse(timestamp);
  return Number.isNaN(atMs) ? undefined : Math.max(0, nowMs - atMs);
};
