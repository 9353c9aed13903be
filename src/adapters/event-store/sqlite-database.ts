import { Kysely, SqliteDialect, type SqliteDatabase, type SqliteStatement } from 'kysely';
import { SyncError } from '../../domain/errors.js';
import type { HubTables } from './schema.js';

/**
 * Opens the hub's SQLite file. A commit is on disk before it returns: write-ahead log with `synchronous = FULL`.
 * Throws `dependency-missing` when the optional driver is not installed.
 */
export const openSqliteDatabase = async (path: string): Promise<Kysely<HubTables>> => {
  const Database = await loadDriver();
  try {
    const driver = new Database(path);
    driver.pragma('journal_mode = WAL');
    driver.pragma('synchronous = FULL');
    driver.pragma('foreign_keys = ON');
    driver.pragma('busy_timeout = 5000');
    driver.pragma('cache_size = -65536');
    return new Kysely<HubTables>({ dialect: new SqliteDialect({ database: rememberStatements(driver) }) });
  } catch (error) {
    throw new SyncError('storage-failed', `The hub's database ${path} cannot be opened.`, {
      cause: error,
      hint: 'Check that the file is a database of this hub and that the disk has room.',
    });
  }
};

type Driver = typeof import('better-sqlite3');

const REMEMBERED_STATEMENTS = 200;

const loadDriver = async (): Promise<Driver> => {
  try {
    return (await import('better-sqlite3')).default;
  } catch (error) {
    throw new SyncError('dependency-missing', 'The SQLite driver better-sqlite3 is not installed.', {
      cause: error,
      hint: 'Run npm install better-sqlite3, or give the hub a PostgreSQL database with --database-url.',
    });
  }
};

/** Kysely prepares every query anew; the texts are few, so each is prepared once and the oldest forgotten. */
const rememberStatements = (driver: SqliteDatabase): SqliteDatabase => {
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
      const prepared = driver.prepare(sql === 'begin' ? 'begin immediate' : sql);
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
