import { Kysely, SqliteDialect, type SqliteDatabase, type SqliteStatement } from 'kysely';
import { SyncError } from '../../domain/errors.js';
import { loadSqliteDriver, type SqliteDriver } from '../fs/sqlite-driver.js';
import type { HubTables } from './schema.js';

/**
 * Opens the hub's SQLite file. A commit is on disk before it returns: write-ahead log with `synchronous = FULL`.
 * Throws `dependency-missing` when the optional driver cannot be had.
 */
export const openSqliteDatabase = async (path: string): Promise<Kysely<HubTables>> => {
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
