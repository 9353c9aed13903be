import { hubKey, type Account } from '../../domain/outbox/account.js';
import { isBalanced, waitingOf } from '../../domain/outbox/accounting.js';
import { DEFAULT_SETTINGS } from '../../domain/events/settings.js';
import type { BackgroundPost } from '../../ports/delivery.js';
import type { CheckoutRegistry, SettingsReading, SettingsStore } from '../../ports/events.js';
import type { WallClock } from '../../ports/host.js';
import type { Outboxes } from '../../ports/outbox.js';
import { readBackground, type BackgroundReading } from './background-reading.js';
import { projectStatus, type ProjectStatus } from './project-status.js';
import type { SharingPolicy } from '../delivery/sharing-policy.js';

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

interface SyncStatusSources {
  readonly outboxes: Outboxes;
  readonly checkouts: CheckoutRegistry;
  readonly sharing: Pick<SharingPolicy, 'of'>;
  readonly settings: SettingsStore;
  readonly wallClock: WallClock;
  readonly backgroundPost: Pick<BackgroundPost, 'heartbeat' | 'isOccupied'>;
  account(): Promise<Account | undefined>;
}

/** Says where every captured event is, from the records alone: no network, no waiting for anybody, no change. */
export class GetSyncStatus {
  readonly #sources: SyncStatusSources;

  constructor(sources: SyncStatusSources) {
    this.#sources = sources;
  }

  async run(): Promise<SyncStatus> {
    const { outboxes, checkouts: registry, sharing, settings, wallClock: clock } = this.#sources;
    const nowMs = clock.nowMs();
    const [account, checkouts, keys, set, background] = await Promise.all([
      this.#sources.account(),
      registry.list(),
      outboxes.list(),
      settings.read(),
      readBackground(this.#sources.backgroundPost, nowMs),
    ]);
    const projects = await Promise.all(
      keys.map(async (key) => {
        const shared = key === undefined ? 'on' : await sharing.of(key);
        const status = await projectStatus(outboxes.open(key), {
          account,
          sharing: shared,
          nowMs,
        });
        const checkout = checkouts.find(({ projectUuid }) => projectUuid === key);
        const slug = checkout?.projectSlug;
        return {
          ...status,
          balanced: isBalanced(status.accounting),
          waiting: waitingOf(status.accounting),
          ...ageOf(status.oldestWaiting, nowMs),
          ...(slug === undefined ? {} : { projectSlug: slug }),
          ...(key === undefined || checkout === undefined ? {} : { projectPath: checkout.path }),
        };
      }),
    );
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
