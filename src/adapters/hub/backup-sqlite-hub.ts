import { chmodSync, closeSync, copyFileSync, existsSync, openSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import { SyncError } from '../../domain/errors.js';
import type { Randomness, WallClock } from '../../ports/host.js';
import { HISTORY } from './hub-stores.js';
import { lockData, makePrivateDirectory, openSqliteDatabase } from './open-sqlite-hub.js';
import { rowsOf } from './hub-database.js';

/**
 * Writes all that a hub has into one new file, readable for this user alone, as it is at one moment; the hub may serve
 * meanwhile. Fails with `input-invalid` for a file that is there already or a directory without a hub.
 */
export const backUpSqliteHub = async (dataDirectory: string, file: string): Promise<void> => {
  requireHub(join(dataDirectory, DATABASE));
  makeEmpty(file);
  const database = await openSqliteDatabase(join(dataDirectory, DATABASE));
  try {
    await sql`vacuum into ${file}`.execute(database.writes);
  } catch (error) {
    rmSync(file, { force: true });
    throw new SyncError('storage-failed', `The backup ${file} could not be written.`, {
      cause: error,
      hint: 'Check that the disk has room; the hub is as it was.',
    });
  } finally {
    await database.close();
  }
};

/**
 * Puts a backup in the place of what a hub has, which is kept beside it, and gives the log another history, so that
 * clients offer again what they delivered since. Fails with `hub-busy` while a hub serves the directory, and with
 * `input-invalid` for a file that is no whole backup; then nothing has changed. Resolves to where the former data lie.
 */
export const restoreSqliteHub = async (
  dataDirectory: string,
  file: string,
  clock: WallClock,
  randomness: Randomness,
): Promise<string | undefined> => {
  requireHub(file);
  makePrivateDirectory(dataDirectory);
  const lock = lockData(dataDirectory);
  const [present, fresh] = [join(dataDirectory, DATABASE), join(dataDirectory, `${DATABASE}.restoring`)];
  try {
    removeDatabase(fresh);
    await copyDatabase(file, fresh, randomness.uuid());
    const former = existsSync(present) ? `${present}.${clock.nowMs()}` : undefined;
    if (former !== undefined)
      for (const suffix of SUFFIXES)
        if (existsSync(present + suffix)) renameSync(present + suffix, former + suffix);
    renameSync(fresh, present);
    return former;
  } finally {
    removeDatabase(fresh);
    lock.release();
  }
};

const DATABASE = 'hub.sqlite';

/** What SQLite keeps in files beside a database is part of it. */
const SUFFIXES = ['-wal', '-shm', ''];

/** Every page of the copy is looked at; one file is left of it. */
const copyDatabase = async (file: string, fresh: string, history: string): Promise<void> => {
  try {
    for (const suffix of ['', '-wal'])
      if (existsSync(file + suffix)) copyFileSync(file + suffix, fresh + suffix);
    // The backup may be kept where nobody can write.
    chmodSync(fresh, 0o600);
    const database = await openSqliteDatabase(fresh);
    try {
      const looking = sql<{ readonly integrity_check: string }>`pragma integrity_check`;
      const [found] = (await looking.execute(database.writes)).rows;
      if (found?.integrity_check !== 'ok') throw new Error(found?.integrity_check);
      await rowsOf(database.writes, 'hub_settings').put({ name: HISTORY, value: history });
      await sql`pragma wal_checkpoint(truncate)`.execute(database.writes);
    } finally {
      await database.close();
    }
  } catch (error) {
    throw new SyncError('input-invalid', `${file} is no whole backup of a hub.`, {
      cause: error,
      hint: 'Name a file that was written by: spec-kitty hub backup FILE',
    });
  }
};

const requireHub = (path: string): void => {
  if (existsSync(path)) return;
  throw new SyncError('input-invalid', `There is no ${path}.`, {
    hint: 'Name the data of a hub with --data, and a backup by its file.',
  });
};

/** SQLite writes into an empty file and keeps its mode. */
const makeEmpty = (file: string): void => {
  try {
    closeSync(openSync(file, 'wx', 0o600));
  } catch (error) {
    throw new SyncError('input-invalid', `${file} cannot be made, or is there already.`, {
      cause: error,
      hint: 'Choose another file.',
    });
  }
};

const removeDatabase = (path: string): void => {
  for (const suffix of SUFFIXES) rmSync(path + suffix, { force: true });
};
