import { sql } from 'kysely';
import { isSyncError, SyncError } from '../../domain/errors.js';
import type { HubDatabase } from './hub-database.js';
import { migrate } from './hub-migrations.js';
import { openHubStores, type HubStores, type HubStoresOptions } from './hub-stores.js';
import { openPostgresDatabase } from './postgres-database.js';

interface PostgresHubOptions extends HubStoresOptions {
  /** `postgres://user:password@host/database`; never part of a message. */
  readonly databaseUrl: string;
}

/**
 * Opens a hub on a PostgreSQL database, on which any number of hubs may serve. Whoever comes first makes its tables; only
 * who serves brings those of an older version up to date. Fails with `storage-failed` when the server cannot be used.
 */
export const openPostgresHub = async (options: PostgresHubOptions): Promise<HubStores> => {
  const serves = options.access !== 'administer';
  const database = openPostgresDatabase(options.databaseUrl, options);
  try {
    await requireUsable(database);
    await migrate(database, (isEmpty) => {
      if (serves || isEmpty) return undefined;
      throw new SyncError('storage-failed', "The hub's tables are those of another version.", {
        hint: 'Stop the hubs on this database and start those of this version; they bring the tables up to date.',
      });
    });
    return await openHubStores(database, options);
  } catch (error) {
    await database.close();
    throw error;
  }
};

const requireUsable = async ({ writes }: HubDatabase): Promise<void> => {
  try {
    const { rows } = await sql<{ encoding: string }>`
      select current_setting('server_encoding') as encoding`.execute(writes);
    if (rows[0]?.encoding === 'UTF8') return;
    throw new SyncError('storage-failed', `The hub's database keeps texts as ${String(rows[0]?.encoding)}.`, {
      hint: 'Make a database with the encoding UTF8 for the hub.',
    });
  } catch (error) {
    if (isSyncError(error)) throw error;
    throw new SyncError('storage-failed', "The hub's database cannot be reached.", {
      cause: error,
      hint: 'Check that the address is right, that the server runs, and that the user may connect to the database.',
    });
  }
};
