import { hubKey, type Account } from '../../domain/outbox/account.js';
import { isBalanced, waitingOf } from '../../domain/outbox/accounting.js';
import { DEFAULT_SETTINGS } from '../../domain/events/settings.js';
import type { BackgroundPost } from '../../ports/delivery.js';
import type { CheckoutRegistry, SettingsReading, SettingsStore } from '../../ports/events.js';
import { readBackground, type BackgroundReading } from '../delivery/background-reading.js';
import { ofEveryOutbox, projectStatus, type ProjectStatus, type ReportNeeds } from './examine-outbox.js';

export interface SyncStatus {
  readonly account?: { readonly hub: string; readonly team: string; readonly username?: string };
  readonly server?: string;
  readonly projects: readonly (ProjectStatus & {
    readonly projectSlug?: string;
    /** A checkout of it on this machine. */
    readonly projectPath?: string;
    readonly balanced: boolean;
    /** Events that wait, whether or not they may go: what the limit is about. */
    readonly waiting: number;
    /** How long ago the oldest event that waits happened, in milliseconds, as far as the two clocks agree. */
    readonly oldestWaitingAgeMs?: number;
  })[];
  readonly background: BackgroundReading;
  readonly limits: {
    /** In each project, further events are refused when so many wait. */
    readonly maxQueueSize: number;
    /** The fullest project's share of it, from 0 to 1. */
    readonly fullness: number;
  };
  readonly settings: SettingsReading;
}

interface SyncStatusNeeds extends ReportNeeds {
  readonly checkouts: CheckoutRegistry;
  readonly settings: SettingsStore;
  readonly backgroundPost: Pick<BackgroundPost, 'heartbeat' | 'isOccupied'>;
}

/** Says where every captured event is, from the records alone: no network, no waiting for anybody, no change. */
export class GetSyncStatus {
  readonly #needs: SyncStatusNeeds;

  constructor(needs: SyncStatusNeeds) {
    this.#needs = needs;
  }

  async run(): Promise<SyncStatus> {
    const { checkouts: registry, settings, backgroundPost, wallClock } = this.#needs;
    const nowMs = wallClock.nowMs();
    const [account, checkouts, set, background] = await Promise.all([
      this.#needs.account(),
      registry.list(),
      settings.read(),
      readBackground(backgroundPost, nowMs),
    ]);
    const projects = await ofEveryOutbox(this.#needs, async (outbox, situation) => {
      const status = await projectStatus(outbox, situation);
      const checkout = checkouts.find(({ projectUuid }) => projectUuid === outbox.project);
      const slug = checkout?.projectSlug;
      return {
        ...status,
        balanced: isBalanced(status.accounting),
        waiting: waitingOf(status.accounting),
        ...ageOf(status.oldestWaiting, nowMs),
        ...(slug === undefined ? {} : { projectSlug: slug }),
        ...(outbox.project === undefined || checkout === undefined ? {} : { projectPath: checkout.path }),
      };
    });
    const maxQueueSize = set.maxQueueSize ?? DEFAULT_SETTINGS.maxQueueSize;
    const mostWaiting = Math.max(0, ...projects.map(({ waiting }) => waiting));
    return {
      projects,
      background,
      limits: { maxQueueSize, fullness: Math.min(1, mostWaiting / maxQueueSize) },
      settings: set,
      ...(account === undefined ? {} : { account: describe(account), server: account.hub.url }),
      ...(account === undefined && set.serverUrl !== undefined ? { server: set.serverUrl } : {}),
    };
  }
}

const describe = (account: Account): NonNullable<SyncStatus['account']> => ({
  hub: hubKey(account.hub),
  team: account.team,
  ...(account.username === undefined ? {} : { username: account.username }),
});

const ageOf = (timestamp: string | undefined, nowMs: number): { readonly oldestWaitingAgeMs?: number } => {
  const atMs = timestamp === undefined ? NaN : Date.parse(timestamp);
  return Number.isNaN(atMs) ? {} : { oldestWaitingAgeMs: Math.max(0, nowMs - atMs) };
};
