import { sql } from 'kysely';
import { isSyncError, SyncError } from '../../domain/errors.js';
import type { SessionPolicy } from '../../domain/hub/session-policy.js';
import type { Log, Randomness, WallClock } from '../../ports/host.js';
import type { Secrets } from '../../ports/hub.js';
import type { HubDatabase } from './hub-database.js';
import { migrate } from './hub-migrations.js';
import type { HubStores } from './open-sqlite-hub.js';
import { openPostgresDatabase } from './postgres-database.js';
import { SqlAccountStore } from './sql-account-store.js';
import { SqlWebhookStore } from './sql-webhook-store.js';
import { SqlEventStore } from './sql-event-store.js';

interface PostgresHubOptions {
  /** `postgres://user:password@host/database`; never part of a message. */
  readonly databaseUrl: string;
  /** `serve`: as one of the hubs on this database; `administer`: a short look beside them. Default `serve`. */
  readonly access?: 'serve' | 'administer';
  readonly clock: WallClock;
  readonly randomness: Randomness;
  readonly secrets: Secrets;
  readonly policy?: SessionPolicy;
  /** Hears what breaks in the background. */
  readonly log: Log;
}

/**
 * Opens a hub on a PostgreSQL database, on which any number of hubs may serve. Whoever comes first makes its tables; only
 * who serves brings those of an older version up to date. Fails with `storage-failed` when the server cannot be used.
 */
export const openPostgresHub = async (options: PostgresHubOptions): Promise<HubStores> => {
  const { clock, secrets, randomness, log } = options;
  const serves = options.access !== 'administer';
  const database = openPostgresDatabase(options.databaseUrl, { log, randomness });
  try {
    await requireUsable(database);
    await migrate(database, (isEmpty) => {
      if (serves || isEmpty) return undefined;
      throw new SyncError('storage-failed', "The hub's tables are those of another version.", {
        hint: 'Stop the hubs on this database and start those of this version; they bring the tables up to date.',
      });
    });
    const store = await SqlEventStore.open(database, { clock, randomness, log, folds: serves });
    const accounts = await SqlAccountStore.open(database.writes, {
      secrets,
      clock,
      ...(options.policy === undefined ? {} : { policy: options.policy }),
    });
    const webhooks = new SqlWebhookStore(database.writes, { secrets, clock });
    return { store, accounts, webhooks, close: () => store.close() };
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
