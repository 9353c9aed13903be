import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { SyncError } from '../../domain/errors.js';
import type { SessionPolicy } from '../../domain/hub/session-policy.js';
import type { Log, Randomness, WallClock } from '../../ports/host.js';
import type { AccountStore, Secrets, EventStore, WebhookStore } from '../../ports/hub.js';
import { tryLockFile } from '../fs/process-lock.js';
import { migrate } from './hub-migrations.js';
import { SqlAccountStore } from './sql-account-store.js';
import { SqlEventStore } from './sql-event-store.js';
import { SqlWebhookStore } from './sql-webhook-store.js';
import { openSqliteDatabase } from './sqlite-database.js';

/** What a hub keeps: its events, its accounts and its webhooks, closed together. */
export interface HubStores {
  readonly store: EventStore;
  readonly accounts: AccountStore;
  readonly webhooks: WebhookStore;
  /** Closes all; safe to repeat. */
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
      await migrate(database, () => (serves ? undefined : lockData(dataDirectory).release));
      const store = await SqlEventStore.open(database, { clock, randomness, log, folds: serves });
      const accounts = await SqlAccountStore.open(database.writes, {
        secrets,
        clock,
        ...(options.policy === undefined ? {} : { policy: options.policy }),
      });
      return {
        store,
        accounts,
        webhooks: new SqlWebhookStore(database.writes, { secrets, clock }),
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

const lockData = (dataDirectory: string): NonNullable<ReturnType<typeof tryLockFile>> => {
  const lock = tryLockFile(join(dataDirectory, 'lock'));
  if (lock !== undefined) return lock;
  throw new SyncError('hub-busy', `Another hub already serves ${dataDirectory}.`, {
    hint: 'Stop it, or choose another directory with --data.',
  });
};
