import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { SyncError } from '../../domain/errors.js';
import { tryLockFile } from '../fs/process-lock.js';
import type { HubDatabase } from './hub-database.js';
import { migrate } from './hub-migrations.js';
import { openHubStores, type HubStores, type HubStoresOptions } from './hub-stores.js';
import { openSqliteDatabase } from './sqlite-database.js';

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
    try {
      await database?.close();
    } finally {
      lock?.release();
    }
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
