import { Kysely, PostgresDialect, PostgresQueryCompiler, sql } from 'kysely';
import type { DataTypeNode } from 'kysely';
import pg from 'pg';
import { SyncError } from '../../domain/errors.js';
import type { Log } from '../../ports/host.js';
import type { HubDatabase } from './hub-database.js';
import { migrate } from './hub-migrations.js';
import { openHubStores, type HubStores, type HubStoresOptions } from './hub-stores.js';
import { postgresNews } from './postgres-news.js';
import type { HubTables } from './schema.js';

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
  const database = openPostgresDatabase(options.databaseUrl, options.log);
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
  const asking = sql<{ encoding: string }>`select current_setting('server_encoding') as encoding`;
  const { rows } = await asking.execute(writes).catch((error: unknown) => {
    throw new SyncError('storage-failed', "The hub's database cannot be reached.", {
      cause: error,
      hint: 'Check that the address is right, that the server runs, and that the user may connect to the database.',
    });
  });
  if (rows[0]?.encoding === 'UTF8') return;
  throw new SyncError('storage-failed', `The hub's database keeps texts as ${String(rows[0]?.encoding)}.`, {
    hint: 'Make a database with the encoding UTF8 for the hub.',
  });
};

/**
 * A hub's database on a PostgreSQL server, and all that differs there from SQLite. Commits are on the server's disk
 * before they return, whatever the server does by default. Nothing connects before the first statement.
 */
export const openPostgresDatabase = (address: string, log: Log): HubDatabase => {
  const settings = {
    connectionString: address,
    application_name: 'spec-kitty-hub',
    connectionTimeoutMillis: CONNECTING_MS,
    keepAlive: true,
    types: { getTypeParser },
  };
  const onConnect = prepareSession as (client: pg.ClientBase) => void;
  const pool = new pg.Pool({ ...settings, max: CONNECTIONS, onConnect });
  // A connection that broke is replaced by the next one who needs it. One that breaks between two statements of a
  // transaction belongs to nobody who would hear of it: the statement that follows fails.
  const noteEnd = (error: Error): void => log.debug(`a connection to the database ended: ${error.message}`);
  pool.on('error', noteEnd).on('connect', (client) => client.on('error', noteEnd));
  const createQueryCompiler = () => new HubQueryCompiler();
  const dialect = Object.assign(new PostgresDialect({ pool }), { createQueryCompiler });
  const db = new Kysely<HubTables>({ dialect });
  const exchange = postgresNews({ db, connect: () => new pg.Client(settings), log });
  let closing: Promise<void> | undefined;
  return {
    reads: db,
    writes: db,
    exchange,
    close: () => (closing ??= exchange.close().then(() => pool.end())),
  };
};

const CONNECTING_MS = 5000;

/** Many more than can wait for the row of a team at once: a hub stores one batch at a time, and folds one slice. */
const CONNECTIONS = 12;

/** All counters and times of a hub are whole numbers that a `number` holds exactly; the driver gives them as text. */
const getTypeParser = ((oid: number, format?: 'text' | 'binary') =>
  oid === pg.types.builtins.INT8
    ? Number
    : pg.types.getTypeParser(oid, format as 'text')) as typeof pg.types.getTypeParser;

/**
 * What a server may have set otherwise; the pool waits for it, whatever its types say. A hub that stops in the middle of
 * a transaction would hold the row of its team: the server ends such a session.
 */
const prepareSession = async (client: pg.ClientBase): Promise<void> => {
  await client.query(
    `set session characteristics as transaction isolation level read committed;
     set idle_in_transaction_session_timeout = '30s';
     select set_config('synchronous_commit', 'on', false) where current_setting('synchronous_commit') = 'off'`,
  );
};

class HubQueryCompiler extends PostgresQueryCompiler {
  /** Texts are in the order of their bytes, as in SQLite, and not in that of a language. */
  protected override visitDataType(node: DataTypeNode): void {
    super.visitDataType(node);
    if (node.dataType === 'text') this.append(' collate "C"');
  }

  /**
   * PostgreSQL has no text with the character NUL. Events with it are refused before they come here, and documents
   * cannot hold it; who asks for such a name finds nothing, as in SQLite, and in what a device calls itself U+FFFD takes
   * its place.
   */
  protected override appendValue(value: unknown): void {
    super.appendValue(typeof value === 'string' ? value.replaceAll('\0', '\ufffd') : value);
  }
}
