import { hubKey, type Account } from '../../domain/delivery/account.js';
import { isBalanced } from '../../domain/delivery/accounting.js';
import type { CheckoutRegistry, SettingsReading, SettingsStore } from '../../ports/config.js';
import type { WallClock } from '../../ports/host.js';
import type { Outboxes } from '../../ports/queue.js';
import { projectStatus, type ProjectStatus } from '../sync/project-status.js';
import type { SharingPolicy } from '../sync/sharing-policy.js';

export interface SyncStatus {
  readonly account?: { readonly hub: string; readonly team: string; readonly username?: string };
  readonly server?: string;
  readonly projects: readonly (ProjectStatus & {
    readonly projectSlug?: string;
    readonly balanced: boolean;
  })[];
  readonly settings: SettingsReading;
}

export interface SyncStatusSources {
  readonly outboxes: Outboxes;
  readonly registry: CheckoutRegistry;
  readonly sharing: Pick<SharingPolicy, 'of'>;
  readonly settings: SettingsStore;
  readonly clock: WallClock;
  account(): Promise<Account | undefined>;
}

/** Says where every captured event is, from the records alone: no network, no lock, no change. */
export class GetSyncStatus {
  readonly #sources: SyncStatusSources;

  constructor(sources: SyncStatusSources) {
    this.#sources = sources;
  }

  async run(): Promise<SyncStatus> {
    const { outboxes, registry, sharing, settings, clock } = this.#sources;
    const [account, checkouts, keys, set] = await Promise.all([
      this.#sources.account(),
      registry.list(),
      outboxes.list(),
      settings.read(),
    ]);
    const projects = await Promise.all(
      keys.map(async (key) => {
        const shared = key === undefined ? 'on' : await sharing.of(key);
        const status = await projectStatus(outboxes.open(key), {
          account,
          sharing: shared,
          nowMs: clock.nowMs(),
        });
        const slug = checkouts.find(({ projectUuid }) => projectUuid === key)?.projectSlug;
        return {
          ...status,
          balanced: isBalanced(status.accounting),
          ...(slug === undefined ? {} : { projectSlug: slug }),
        };
      }),
    );
    return {
      projects,
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
