import { chmodSync, closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { Kysely, SqliteDialect, SqliteDriver } from 'kysely';
import type { CompiledQuery, DatabaseConnection, SqliteDatabase, SqliteStatement } from 'kysely';
import { SyncError } from '../../domain/errors.js';
import { tryLockFile } from '../fs/process-lock.js';
import { loadSqliteDriver } from '../fs/sqlite-driver.js';
import type { SqliteDriver as NativeDriver } from '../fs/sqlite-driver.js';
import { patiently, type HubDatabase } from './hub-database.js';
import { migrate } from './hub-migrations.js';
import { openHubStores, type HubStores, type HubStoresOptions } from './hub-stores.js';
import type { HubTables } from './schema.js';

/**
 * Opens the data directory of a hub, making it when it is missing, for this user alone. One hub process serves a
 * directory at a time: fails with `hub-busy` while another one does. Administration may go on beside it, since the
 * database serialises its writers; data of an older version are brought up to date by whoever holds the lock, so that
 * no running hub finds its tables changed.
 */
export const openSqliteHub = async (
  options: HubStoresOptions & { readonly dataDirectory: string },
): Promise<HubStores> => {
  const { dataDirectory } = options;
  makePrivateDirectory(dataDirectory);
  const serves = options.access !== 'administer';
  const lock = serves ? lockData(dataDirectory) : undefined;
  let database: HubDatabase | undefined;
  try {
    database = await openSqliteDatabase(join(dataDirectory, 'hub.sqlite'));
    await migrate(database, () => (serves ? undefined : lockData(dataDirectory).release));
    const stores = await openHubStores(database, options);
    return { ...stores, close: () => stores.close().finally(() => lock?.release()) };
  } catch (error) {
    await database?.close();
    lock?.release();
    throw error;
  }
};

/** For this user alone, where it is missing. */
export const makePrivateDirectory = (directory: string): void => {
  try {
    // A directory that is there already keeps its mode: somebody else may have reasons for it.
    mkdirSync(directory, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new SyncError('storage-failed', `The hub's data directory ${directory} cannot be made.`, {
      cause: error,
      hint: 'Choose a directory that you own with --data.',
    });
  }
};

/** The lock of a hub that serves the directory; fails with `hub-busy`. */
export const lockData = (dataDirectory: string): NonNullable<ReturnType<typeof tryLockFile>> => {
  const lock = tryLockFile(join(dataDirectory, 'lock'));
  if (lock !== undefined) return lock;
  throw new SyncError('hub-busy', `Another hub already serves ${dataDirectory}.`, {
    hint: 'Stop it, or choose another directory with --data.',
  });
};

/**
 * Opens the hub's SQLite file, for this user alone from its creation on. A commit is on disk before it returns:
 * write-ahead log with `synchronous = FULL`. Readers have a connection of their own, so that they wait for no writer.
 * Throws `dependency-missing` when the optional driver cannot be had.
 */
export const openSqliteDatabase = async (path: string): Promise<HubDatabase> => {
  const Database = await loadSqliteDriver();
  const open: Connection[] = [];
  const close = (): void => open.splice(0).forEach((driver) => driver.close());
  const connect = (pragmas: readonly string[]): Kysely<HubTables> => {
    const driver = new Database(path, { timeout: OPENING_MS });
    open.push(driver);
    for (const pragma of pragmas) driver.exec(`pragma ${pragma}`);
    const database = rememberStatements(driver);
    const createDriver = () => new PatientDriver({ database });
    const dialect = Object.assign(new SqliteDialect({ database }), { createDriver });
    return new Kysely<HubTables>({ dialect });
  };
  try {
    closeSync(openSync(path, 'a', PRIVATE));
    // Of an earlier version they could be read by others; SQLite gives the files beside it the same mode.
    if (process.platform !== 'win32') chmodSync(path, PRIVATE);
    const writes = connect([...PRAGMAS, 'synchronous = FULL', 'foreign_keys = ON']);
    const reads = connect([...PRAGMAS, 'query_only = ON']);
    return { reads, writes, close: () => Promise.resolve(close()) };
  } catch (error) {
    close();
    throw new SyncError('storage-failed', `The hub's database ${path} cannot be opened.`, {
      cause: error,
      hint: 'Check that the file is a database of this hub and that the disk has room.',
    });
  }
};

const PRIVATE = 0o600;

/** While it is opened nobody else is served yet, so that SQLite itself may wait. */
const OPENING_MS = 5000;

const PRAGMAS = ['journal_mode = WAL', 'cache_size = -65536', 'busy_timeout = 0'];

/**
 * Waits for the lock of another process without holding up this one: SQLite's own waiting would stop the event loop,
 * and with it everything that needs no lock. Only the first statement of a transaction and a statement on its own can
 * meet one.
 */
class PatientDriver extends SqliteDriver {
  override async acquireConnection(): Promise<DatabaseConnection> {
    const connection = await super.acquireConnection();
    return {
      executeQuery: (query: CompiledQuery) => patiently(() => connection.executeQuery(query)),
      streamQuery: (query, size) => connection.streamQuery(query, size),
    };
  }
}

type Connection = InstanceType<NativeDriver>;

/**
 * Kysely prepares every query anew; the texts are few, so each is prepared once. It gives the values of a statement as one
 * list, and asks first whether it answers with rows.
 */
const rememberStatements = (driver: Connection): SqliteDatabase => {
  const statements = new Map<string, SqliteStatement>();
  return {
    close: () => undefined,
    prepare: (sql) => {
      const known = statements.get(sql);
      if (known !== undefined) return known;
      // Every transaction here writes. One that begins by reading would fail, not wait, when another process that
      // administers the same file wrote in between.
      const statement = driver.prepare(sql === 'begin' ? 'begin immediate' : sql);
      const prepared: SqliteStatement = {
        reader: statement.columns().length > 0,
        all: (values) => statement.all(...values),
        run: (values) => statement.run(...values),
        iterate: (values) => statement.iterate(...values),
      };
      statements.set(sql, prepared);
      return prepared;
    },
  };
};
