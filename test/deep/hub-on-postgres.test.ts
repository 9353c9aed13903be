import { openPostgresHub } from '../../src/adapters/hub/open-postgres-hub.js';
import type { HubStores } from '../../src/adapters/hub/open-sqlite-hub.js';
import { CryptoRandomness } from '../../src/adapters/host/crypto-randomness.js';
import { ControlledTime } from '../../src/adapters/memory/controlled-time.js';
import { setUpSqliteHub } from '../adapters/hub/sqlite-hub-setup.js';
import { accountStoreContract } from '../contracts/account-store.contract.js';
import { eventStoreContract } from '../contracts/event-store.contract.js';
import { quickSecrets, silentLog } from '../support/hub.js';
import { startPostgres, type PostgresServer } from '../support/postgres.js';

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres();
}, 60_000);
afterAll(() => server.stop());

const setUp = async () => {
  const databaseUrl = await server.createDatabase();
  const time = new ControlledTime();
  const opened: HubStores[] = [];
  const open = async (): Promise<HubStores> => {
    const stores = await openPostgresHub({
      databaseUrl,
      clock: time,
      randomness: new CryptoRandomness(),
      secrets: quickSecrets,
      log: silentLog,
    });
    opened.push(stores);
    return stores;
  };
  return {
    open,
    time,
    databaseUrl,
    dispose: async () => {
      for (const stores of opened) await stores.close();
    },
  };
};

// Both in one process: what is compiled for one database must not be run on the other.
for (const name of ['PostgreSQL', 'SQLite'] as const) {
  const make = async () => {
    if (name === 'SQLite') return setUpSqliteHub();
    const { open, time, dispose } = await setUp();
    return { stores: await open(), time, reopen: open, dispose };
  };
  eventStoreContract({
    name,
    durable: true,
    setup: async () => {
      const { stores, reopen, dispose } = await make();
      return { subject: stores.store, reopen: async () => (await reopen()).store, dispose };
    },
  });
  accountStoreContract({
    name,
    durable: true,
    setup: async () => {
      const { stores, time, reopen, dispose } = await make();
      return { subject: stores.accounts, time, reopen: async () => (await reopen()).accounts, dispose };
    },
  });
}
