import type { Log, Randomness, WallClock } from '../../ports/host.js';
import type { AccountStore, EventStore, NewsListener, Secrets, WebhookStore } from '../../ports/hub.js';
import { openBoards } from './boards.js';
import { type HubDatabase, orStorageFailed, orStorageFails, settle, writeSetting } from './hub-database.js';
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
  readonly secrets: Secrets;
  /** Hears what breaks in the background. */
  readonly log: Log;
}

/** The stores on a database whose tables are up to date. They own the database from then on. */
export const openHubStores = async (database: HubDatabase, options: HubStoresOptions): Promise<HubStores> => {
  const { secrets, clock } = options;
  const store = await openEventStore(database, options);
  const hubSecret = await orStorageFailed('give its secret', () =>
    settle(database.writes, 'token-secret', () => secrets.token()),
  );
  const nobodysHash = await secrets.hashPassword(secrets.token());
  const needs = { ...database, secrets, clock, hubSecret, nobodysHash };
  return {
    store,
    accounts: orStorageFails({ ...sqlPeople(needs), ...sqlSessions(needs), ...sqlSignIns(needs) }),
    webhooks: orStorageFails(sqlWebhooks(database.writes, secrets, clock)),
    close: () => store.close(),
  };
};

const openEventStore = async (
  database: HubDatabase,
  { clock, randomness }: HubStoresOptions,
): Promise<EventStore> => {
  const settled = (name: string): Promise<string> =>
    orStorageFailed('say who it is', () => settle(database.writes, name, () => randomness.uuid()));
  const [hubId, history] = [await settled('hub-id'), await settled(HISTORY)];
  const boards = openBoards(database);
  const news = teamNews();
  return {
    hubId,
    history,
    forTeam: (team) => {
      const onStored = (upTo: number): void => {
        news.tell(team, upTo);
        database.exchange?.tell();
      };
      return teamEvents(team, { database, boards, clock, onStored });
    },
    follow: (team, listener) => {
      const unfollow = news.follow(team, listener);
      database.exchange?.hear(news.followed, news.tell);
      return unfollow;
    },
    proveWriting: () =>
      orStorageFailed('write', () => writeSetting(database.writes, 'last-proof', String(clock.nowMs()))),
    close: () => database.close(),
  };
};

/** Who wants to hear that a team has news, in one process. */
const teamNews = () => {
  const listeners = new Map<string, Set<NewsListener>>();
  const told = new Map<string, number>();
  return {
    /** Teams that somebody listens to. */
    followed: (): readonly string[] => [...listeners.keys()],
    /** Listens until the returned function is called. */
    follow: (team: string, listener: NewsListener) => {
      const own = listeners.get(team) ?? new Set();
      listeners.set(team, own.add(listener));
      return () => {
        own.delete(listener);
        if (own.size === 0 && listeners.get(team) === own) listeners.delete(team);
      };
    },
    /** Says that the team may have events up to this sequence number; what was said before is not said again. */
    tell: (team: string, upTo: number): void => {
      if (upTo <= (told.get(team) ?? 0)) return;
      told.set(team, upTo);
      for (const listener of listeners.get(team) ?? []) listener(upTo);
    },
  };
};
