import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { sql, Migrator, Kysely, SqliteDialect } from 'kysely';
import type { Migration, SqliteDatabase, SqliteStatement } from 'kysely';
import { SyncError } from '../../domain/errors.js';
import type { SessionPolicy } from '../../domain/hub/session-policy.js';
import type { Randomness, WallClock } from '../../ports/host.js';
import type { AccountStore, Secrets, EventStore, TeamEvents } from '../../ports/hub.js';
import { tryLockFile } from '../fs/process-lock.js';
import { loadSqliteDriver } from '../fs/sqlite-driver.js';
import type { SqliteDriver } from '../fs/sqlite-driver.js';
import { settle } from './hub-settings.js';
import { initialTables } from './migrations/initial-tables.js';
import type { HubTables } from './schema.js';
import { SqlAccountStore } from './sql-account-store.js';
import { SqlTeamEvents } from './sql-team-events.js';
import { orStorageFailed } from './storage-failure.js';

/** What a hub keeps: its events and its accounts, closed together. */
export interface HubStores {
  readonly store: EventStore;
  readonly accounts: AccountStore;
  /** Closes both; safe to repeat. */
  close(): Promise<void>;
}

interface SqliteHubOptions {
  readonly dataDirectory: string;
  /** `serve`: as the one process that answers for the data; `administer`: a short look beside it. Default `serve`. */
  readonly access?: 'serve' | 'administer';
  readonly clock: WallClock;
  readonly randomness: Randomness;
  readonly secrets: Secrets;
  readonly policy?: SessionPolicy;
}

/**
 * Opens the data directory of a hub, making it when it is missing, for this user alone. One hub process serves a
 * directory at a time: fails with `hub-busy` while another one does. Administration may go on beside it, since the
 * database serialises its writers.
 */
export const openSqliteHub = async (options: SqliteHubOptions): Promise<HubStores> => {
  const { dataDirectory, clock, randomness, secrets } = options;
  makePrivateDirectory(dataDirectory);
  const serves = options.access !== 'administer';
  const lock = serves ? tryLockFile(join(dataDirectory, 'lock')) : undefined;
  if (serves && lock === undefined) {
    throw new SyncError('hub-busy', `Another hub already serves ${dataDirectory}.`, {
      hint: 'Stop it, or choose another directory with --data.',
    });
  }
  try {
    const db = await openSqliteDatabase(join(dataDirectory, 'hub.sqlite'));
    try {
      const store = await SqlEventStore.open(db, clock, randomness);
      const accounts = await SqlAccountStore.open(db, {
        secrets,
        clock,
        ...(options.policy === undefined ? {} : { policy: options.policy }),
      });
      return {
        store,
        accounts,
        close: async () => {
          try {
            await store.close();
          } finally {
            lock?.release();
          }
        },
      };
    } catch (error) {
      await db.destroy();
      throw error;
    }
  } catch (error) {
    lock?.release();
    throw error;
  }
};

const makePrivateDirectory = (directory: string): void => {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    if (process.platform !== 'win32') chmodSync(directory, 0o700);
  } catch (error) {
    throw new SyncError('storage-failed', `The hub's data directory ${directory} cannot be made.`, {
      cause: error,
      hint: 'Choose a directory that you own with --data.',
    });
  }
};

/** The event store on any database that Kysely speaks to. */
class SqlEventStore implements EventStore {
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

/** Applied in the order of their names; a name never changes once released. */
const MIGRATIONS: Readonly<Record<string, Migration>> = {
  '0001-initial-tables': initialTables,
};

/** Brings the tables up to date. Runs at every start; of several hubs that start at once, the first one does the work. */
const migrate = async (db: Kysely<HubTables>): Promise<void> => {
  const migrator = new Migrator({
    db,
    provider: { getMigrations: () => Promise.resolve({ ...MIGRATIONS }) },
  });
  const { error } = await migrator.migrateToLatest();
  if (error === undefined) return;
  throw new SyncError('storage-failed', "The hub's tables could not be brought up to date.", {
    cause: error,
    hint: 'Restore the latest backup, or start the version of the hub that wrote the data.',
  });
};

/**
 * Opens the hub's SQLite file. A commit is on disk before it returns: write-ahead log with `synchronous = FULL`.
 * Throws `dependency-missing` when the optional driver cannot be had.
 */
const openSqliteDatabase = async (path: string): Promise<Kysely<HubTables>> => {
  const Database = await loadSqliteDriver();
  try {
    const driver = new Database(path, { timeout: BUSY_MS });
    try {
      for (const pragma of PRAGMAS) driver.exec(`pragma ${pragma}`);
    } catch (error) {
      driver.close();
      throw error;
    }
    return new Kysely<HubTables>({ dialect: new SqliteDialect({ database: rememberStatements(driver) }) });
  } catch (error) {
    throw new SyncError('storage-failed', `The hub's database ${path} cannot be opened.`, {
      cause: error,
      hint: 'Check that the file is a database of this hub and that the disk has room.',
    });
  }
};

const BUSY_MS = 5000;

const PRAGMAS = ['journal_mode = WAL', 'synchronous = FULL', 'foreign_keys = ON', 'cache_size = -65536'];

const REMEMBERED_STATEMENTS = 200;

type Connection = InstanceType<SqliteDriver>;

/** Kysely prepares every query anew; the texts are few, so each is prepared once and the oldest forgotten. */
const rememberStatements = (driver: Connection): SqliteDatabase => {
  const statements = new Map<string, SqliteStatement>();
  return {
    close: () => {
      statements.clear();
      driver.close();
    },
    prepare: (sql) => {
      const known = statements.get(sql);
      if (known !== undefined) return known;
      // Every transaction here writes. One that begins by reading would fail, not wait, when another process that
      // administers the same file wrote in between.
      const prepared = prepare(driver, sql === 'begin' ? 'begin immediate' : sql);
      if (statements.size >= REMEMBERED_STATEMENTS) {
        for (const oldest of statements.keys()) {
          statements.delete(oldest);
          break;
        }
      }
      statements.set(sql, prepared);
      return prepared;
    },
  };
};

/** Kysely gives the values of a statement as one list and asks first whether it answers with rows. */
const prepare = (driver: Connection, sql: string): SqliteStatement => {
  const statement = driver.prepare(sql);
  return {
    reader: statement.columns().length > 0,
    all: (values) => statement.all(...values),
    run: (values) => statement.run(...values),
    iterate: (values) => statement.iterate(...values),
  };
};
