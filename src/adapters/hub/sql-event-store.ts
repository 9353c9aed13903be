import type { Log, Randomness, WallClock } from '../../ports/host.js';
import type { EventStore, NewsListener } from '../../ports/hub.js';
import { CellFolder } from './cell-folder.js';
import { type HubDatabase, orStorageFailed, settle, writeSetting } from './hub-database.js';
import { teamEvents } from './sql-team-events.js';

/** The setting that a restore replaces. */
export const HISTORY = 'history';

interface EventStoreOptions {
  readonly clock: WallClock;
  readonly randomness: Randomness;
  readonly log: Log;
  /** Whether boards are folded in the background; whoever only administers leaves that to the hub. */
  readonly folds: boolean;
}

/** The event store on any database that Kysely speaks to, which it owns from then on. Its tables have to be up to date. */
export const openEventStore = async (
  database: HubDatabase,
  { clock, randomness, log, folds }: EventStoreOptions,
): Promise<EventStore> => {
  const settled = (name: string): Promise<string> =>
    orStorageFailed('say who it is', () => settle(database.writes, name, () => randomness.uuid()));
  const [hubId, history] = [await settled('hub-id'), await settled(HISTORY)];
  const folder = new CellFolder(database, (error) => log.warn(`boards wait: ${String(error)}`));
  const news = new TeamNews();
  if (folds) {
    await orStorageFailed('read its boards', () => folder.wakeAll());
    database.exchange?.hear(
      () => news.teams,
      (team, upTo) => news.tell(team, upTo),
    );
  }
  return {
    hubId,
    history,
    forTeam: (team) => {
      const onStored = (upTo: number): void => {
        if (folds) folder.wake(team);
        news.tell(team, upTo);
        database.exchange?.tell(team, upTo);
      };
      return teamEvents(team, { database, folder, clock, onStored });
    },
    follow: (team, listener) => news.follow(team, listener),
    proveWriting: () =>
      orStorageFailed('write', () => writeSetting(database.writes, 'last-proof', String(clock.nowMs()))),
    close: async () => {
      await folder.close();
      await database.close();
    },
  };
};

/** Who wants to hear that a team has news, in one process. */
class TeamNews {
  readonly #followed = new Map<string, { readonly listeners: Set<NewsListener>; told: number }>();

  /** Teams that somebody listens to. */
  get teams(): readonly string[] {
    return [...this.#followed.keys()];
  }

  /** Listens until the returned function is called. */
  follow(team: string, listener: NewsListener): () => void {
    const followed = this.#followed.get(team) ?? { listeners: new Set(), told: 0 };
    followed.listeners.add(listener);
    this.#followed.set(team, followed);
    return () => {
      followed.listeners.delete(listener);
      if (followed.listeners.size === 0 && this.#followed.get(team) === followed) this.#followed.delete(team);
    };
  }

  /** Says that the team may have events up to this sequence number; what was said before is not said again. */
  tell(team: string, upTo: number): void {
    const followed = this.#followed.get(team);
    if (followed === undefined || upTo <= followed.told) return;
    followed.told = upTo;
    for (const listener of followed.listeners) listener(upTo);
  }
}
