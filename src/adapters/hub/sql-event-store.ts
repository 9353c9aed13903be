import { sql, type Kysely } from 'kysely';
import type { EventStore, TeamEvents } from '../../ports/hub.js';
import type { Randomness, WallClock } from '../../ports/host.js';
import { settle } from './hub-settings.js';
import { migrate } from './migrate.js';
import type { HubTables } from './schema.js';
import { SqlTeamEvents } from './sql-team-events.js';
import { orStorageFailed } from './storage-failure.js';

/** The event store on any database that Kysely speaks to. */
export class SqlEventStore implements EventStore {
  readonly hubId: string;
  readonly #db: Kysely<HubTables>;
  readonly #clock: WallClock;

  private constructor(db: Kysely<HubTables>, clock: WallClock, hubId: string) {
    this.#db = db;
    this.#clock = clock;
    this.hubId = hubId;
  }

  /** Brings the tables up to date and reads who this hub is. The store owns the database from then on. */
  static async open(db: Kysely<HubTables>, clock: WallClock, randomness: Randomness): Promise<SqlEventStore> {
    await migrate(db);
    const hubId = await orStorageFailed('say who it is', () => settle(db, 'hub-id', () => randomness.uuid()));
    return new SqlEventStore(db, clock, hubId);
  }

  forTeam(team: string): TeamEvents {
    return new SqlTeamEvents(this.#db, team, this.#clock);
  }

  async ping(): Promise<void> {
    await orStorageFailed('answer', () => sql`select 1`.execute(this.#db));
  }

  async close(): Promise<void> {
    await this.#db.destroy();
  }
}
