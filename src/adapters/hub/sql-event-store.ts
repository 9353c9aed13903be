import type { Log, Randomness, WallClock } from '../../ports/host.js';
import type { EventStore, NewsListener, TeamEvents } from '../../ports/hub.js';
import { CellFolder } from './cell-folder.js';
import type { HubDatabase } from './hub-database.js';
import { settle, writeSetting } from './hub-settings.js';
import { teamEvents } from './sql-team-events.js';
import { orStorageFailed } from './storage-failure.js';

/** The setting that a restore replaces. */
export const HISTORY = 'history';

interface SqlEventStoreOptions {
  readonly clock: WallClock;
  readonly randomness: Randomness;
  readonly log: Log;
  /** Whether boards are folded in the background; whoever only administers leaves that to the hub. */
  readonly folds: boolean;
}

/** The event store on any database that Kysely speaks to. Its tables have to be up to date. */
export class SqlEventStore implements EventStore {
  readonly hubId: string;
  readonly history: string;
  readonly #database: HubDatabase;
  readonly #clock: WallClock;
  readonly #folder: CellFolder;
  readonly #folds: boolean;
  readonly #news = new TeamNews();

  private constructor(
    database: HubDatabase,
    { clock, log, folds }: SqlEventStoreOptions,
    [hubId, history]: readonly [hubId: string, history: string],
  ) {
    this.hubId = hubId;
    this.history = history;
    this.#database = database;
    this.#clock = clock;
    this.#folds = folds;
    this.#folder = new CellFolder(database, (error) => log.warn(`boards wait: ${String(error)}`));
  }

  /** Reads who this hub is. The store owns the database from then on. */
  static async open(database: HubDatabase, options: SqlEventStoreOptions): Promise<SqlEventStore> {
    const settled = (name: string) => settle(database.writes, name, () => options.randomness.uuid());
    const names = await orStorageFailed('say who it is', async () => {
      return [await settled('hub-id'), await settled(HISTORY)] as const;
    });
    const store = new SqlEventStore(database, options, names);
    if (options.folds) {
      await orStorageFailed('read its boards', () => store.#folder.wakeAll());
      database.exchange?.hear(
        () => store.#news.teams,
        (team, upTo) => store.#news.tell(team, upTo),
      );
    }
    return store;
  }

  forTeam(team: string): TeamEvents {
    return teamEvents(team, {
      database: this.#database,
      folder: this.#folder,
      clock: this.#clock,
      onStored: (upTo) => {
        if (this.#folds) this.#folder.wake(team);
        this.#news.tell(team, upTo);
        this.#database.exchange?.tell(team, upTo);
      },
    });
  }

  follow(team: string, listener: NewsListener): () => void {
    return this.#news.follow(team, listener);
  }

  async proveWriting(): Promise<void> {
    await orStorageFailed('write', () =>
      writeSetting(this.#database.writes, 'last-proof', String(this.#clock.nowMs())),
    );
  }

  async close(): Promise<void> {
    await this.#folder.close();
    await this.#database.close();
  }
}

/** Who wants to hear that a team has news, in one process. */
class TeamNews {
  readonly #followed = new Map<string, Followed>();

  /** Teams that somebody listens to. */
  get teams(): readonly string[] {
    return [...this.#followed.keys()];
  }

  /** Listens until the returned function is called. */
  follow(team: string, listener: Listener): () => void {
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

type Listener = (upTo: number) => void;

interface Followed {
  readonly listeners: Set<Listener>;
  told: number;
}
