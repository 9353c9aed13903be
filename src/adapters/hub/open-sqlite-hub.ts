import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Migrator } from 'kysely';
import type { Migration } from 'kysely';
import { SyncError } from '../../domain/errors.js';
import type { SessionPolicy } from '../../domain/hub/session-policy.js';
import type { Log, Randomness, WallClock } from '../../ports/host.js';
import type { AccountStore, Secrets, EventStore } from '../../ports/hub.js';
import { tryLockFile } from '../fs/process-lock.js';
import type { HubDatabase } from './hub-database.js';
import { administration } from './migrations/administration.js';
import { boardsBesideTheLog } from './migrations/boards-beside-the-log.js';
import { initialTables } from './migrations/initial-tables.js';
import { SqlAccountStore } from './sql-account-store.js';
import { SqlEventStore } from './sql-event-store.js';
import { openSqliteDatabase } from './sqlite-database.js';

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
  /** Hears what breaks in the background. */
  readonly log: Log;
}

/**
 * Opens the data directory of a hub, making it when it is missing, for this user alone. One hub process serves a
 * directory at a time: fails with `hub-busy` while another one does. Administration may go on beside it, since the
 * database serialises its writers; data of an older version are brought up to date by whoever holds the lock, so that
 * no running hub finds its tables changed.
 */
export const openSqliteHub = async (options: SqliteHubOptions): Promise<HubStores> => {
  const { dataDirectory, clock, randomness, secrets, log } = options;
  makePrivateDirectory(dataDirectory);
  const serves = options.access !== 'administer';
  const lock = serves ? lockData(dataDirectory) : undefined;
  try {
    const database = await openSqliteDatabase(join(dataDirectory, 'hub.sqlite'));
    try {
      await migrate(database, () => (serves ? undefined : lockData(dataDirectory)));
      const store = await SqlEventStore.open(database, { clock, randomness, log, folds: serves });
      const accounts = await SqlAccountStore.open(database.writes, {
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
      await database.close();
      throw error;
    }
  } catch (error) {
    lock?.release();
    throw error;
  }
};

const makePrivateDirectory = (directory: string): void => {
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

const lockData = (dataDirectory: string): Lock => {
  const lock = tryLockFile(join(dataDirectory, 'lock'));
  if (lock !== undefined) return lock;
  throw new SyncError('hub-busy', `Another hub already serves ${dataDirectory}.`, {
    hint: 'Stop it, or choose another directory with --data.',
  });
};

type Lock = NonNullable<ReturnType<typeof tryLockFile>>;

/** Applied in the order of their names; a name never changes once released. */
const MIGRATIONS: Readonly<Record<string, Migration>> = {
  '0001-initial-tables': initialTables,
  '0002-boards-beside-the-log': boardsBesideTheLog,
  '0003-administration': administration,
};

/** Brings the tables up to date, holding the lock meanwhile; where nothing is to be done no lock is asked for. */
const migrate = async ({ writes }: HubDatabase, lockMeanwhile: () => Lock | undefined): Promise<void> => {
  const migrator = new Migrator({
    db: writes,
    provider: { getMigrations: () => Promise.resolve({ ...MIGRATIONS }) },
  });
  try {
    const pending = (await migrator.getMigrations()).some(({ executedAt }) => executedAt === undefined);
    if (!pending) return;
  } catch (error) {
    throw notUpToDate(error);
  }
  const lock = lockMeanwhile();
  try {
    const { error } = await migrator.migrateToLatest();
    if (error !== undefined) throw notUpToDate(error);
  } finally {
    lock?.release();
  }
};

const notUpToDate = (error: unknown): SyncError =>
  new SyncError('storage-failed', "The hub's tables could not be brought up to date.", {
    cause: error,
    hint: 'Restore the latest backup, or start the version of the hub that wrote the data.',
  });
