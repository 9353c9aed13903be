import type { SessionPolicy } from '../../domain/hub/session-policy.js';
import type { Log, Randomness, WallClock } from '../../ports/host.js';
import type { AccountStore, EventStore, Secrets, WebhookStore } from '../../ports/hub.js';
import type { HubDatabase } from './hub-database.js';
import { openAccountStore } from './sql-account-store.js';
import { openEventStore } from './sql-event-store.js';
import { openWebhookStore } from './sql-webhook-store.js';

/** What a hub keeps: its events, its accounts and its webhooks, closed together. */
export interface HubStores {
  readonly store: EventStore;
  readonly accounts: AccountStore;
  readonly webhooks: WebhookStore;
  /** Closes all; safe to repeat. */
  close(): Promise<void>;
}

export interface HubStoresOptions {
  /** `serve`: as a process that answers for the data; `administer`: a short look beside it. Default `serve`. */
  readonly access?: 'serve' | 'administer';
  readonly clock: WallClock;
  readonly randomness: Randomness;
  readonly secrets: Secrets;
  readonly policy?: SessionPolicy | undefined;
  /** Hears what breaks in the background. */
  readonly log: Log;
}

/** The stores on a database whose tables are up to date. They own the database from then on. */
export const openHubStores = async (
  database: HubDatabase,
  { access, ...needs }: HubStoresOptions,
): Promise<HubStores> => {
  const store = await openEventStore(database, { ...needs, folds: access !== 'administer' });
  const accounts = await openAccountStore(database, needs);
  return {
    store,
    accounts,
    webhooks: openWebhookStore(database.writes, needs),
    close: () => store.close(),
  };
};
