import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { SessionPolicy } from '../../domain/hub/session-policy.js';
import { SyncError } from '../../domain/errors.js';
import type { AccountStore, Secrets, EventStore } from '../../ports/hub.js';
import type { Randomness, WallClock } from '../../ports/host.js';
import { tryLockFile } from '../fs/process-lock.js';
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

export interface SqliteHubOptions {
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
