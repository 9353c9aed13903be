import { EventEmitter } from 'node:events';
import type { Log, Randomness, WallClock } from '../../ports/host.js';
import type { AccountStore, EventStore, WebhookStore } from '../../ports/hub.js';
import { openBoards } from './boards.js';
import { type HubDatabase, orStorageFailed, orStorageFails, rowsOf } from './hub-database.js';
import type { NodeSecrets } from './node-secrets.js';
import { sqlPeople } from './sql-people.js';
import { sqlSessions } from './sql-sessions.js';
import { sqlSignIns } from './sql-sign-ins.js';
import { teamEvents } from './sql-team-events.js';
import { sqlWebhooks } from './sql-webhook-store.js';

/** The setting that a restore replaces. */
export const HISTORY = 'history';

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
  readonly secrets: NodeSecrets;
  /** Hears what breaks in the background. */
  readonly log: Log;
}

/** The stores on a database whose tables are up to date. They own the database from then on. */
export const openHubStores = async (
  database: HubDatabase,
  { secrets, clock, randomness }: HubStoresOptions,
): Promise<HubStores> => {
  const settings = rowsOf(database.writes, 'hub_settings');
  /** The first one to ask writes what is given here, and everybody gets that value for good. */
  const settle = async (name: string, value: string): Promise<string> => {
    const known = await settings.find({ name });
    if (known === undefined) await settings.add({ name, value });
    return known?.value ?? settle(name, value);
  };
  const settled = (name: string, value: string): Promise<string> =>
    orStorageFailed('say who it is', () => settle(name, value));
  const hubId = await settled('hub-id', randomness.uuid());
  const history = await settled(HISTORY, randomness.uuid());
  const hubSecret = await settled('token-secret', secrets.token());
  const nobodysHash = await secrets.hashPassword(secrets.token());
  const needs = { ...database, secrets, clock, hubSecret, nobodysHash };
  return {
    store: { hubId, history, ...eventStore(database, clock) },
    accounts: orStorageFails({ ...sqlPeople(needs), ...sqlSessions(needs), ...sqlSignIns(needs) }),
    webhooks: orStorageFails(sqlWebhooks(database.writes, secrets, clock)),
    close: () => database.close(),
  };
};

const eventStore = (
  database: HubDatabase,
  clock: WallClock,
): Pick<EventStore, 'forTeam' | 'follow' | 'proveWriting'> => {
  const boards = openBoards(database);
  const news = new EventEmitter().setMaxListeners(0);
  const told = new Map<string, number>();
  /** Says that a team may have events up to this sequence number; what was said before is not said again. */
  const tell = (team: string, upTo: number): void => {
    if (upTo <= (told.get(team) ?? 0)) return;
    told.set(team, upTo);
    news.emit('told', team, upTo);
  };
  return {
    forTeam: (team) => {
      const onStored = (upTo: number): void => {
        tell(team, upTo);
        database.exchange?.tell();
      };
      return teamEvents(team, { database, boards, clock, onStored });
    },
    follow: (team, listener) => {
      const hear = (of: string, upTo: number): void => (of === team ? listener(upTo) : undefined);
      news.on('told', hear);
      database.exchange?.hear(tell);
      return () => void news.off('told', hear);
    },
    proveWriting: () =>
      orStorageFailed('write', () =>
        rowsOf(database.writes, 'hub_settings').put({ name: 'last-proof', value: String(clock.nowMs()) }),
      ),
  };
};
