import { sql } from 'kysely';
import { inTransaction } from '../../src/adapters/hub/hub-database.js';
import { openPostgresDatabase, openPostgresHub } from '../../src/adapters/hub/open-postgres-hub.js';
import type { HubStores } from '../../src/adapters/hub/hub-stores.js';
import { CryptoRandomness } from '../../src/adapters/host/node-host.js';
import { ControlledTime } from '../../src/adapters/memory/memory-host.js';
import { setUpSqliteHub } from '../adapters/hub/sqlite-hub-setup.js';
import { accountStoreContract } from '../contracts/account-store.contract.js';
import { webhookStoreContract } from '../contracts/webhook-store.contract.js';
import { eventStoreContract } from '../contracts/event-store.contract.js';
import { quickSecrets, silentLog } from '../support/hub.js';
import { incoming, makeEvent } from '../support/hub-events.js';
import { startPostgres, type PostgresServer } from '../support/postgres.js';

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres();
}, 60_000);
afterAll(() => server.stop(), 60_000);

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
  webhookStoreContract({
    name,
    setup: async () => {
      const { stores, time, reopen, dispose } = await make();
      return { subject: stores.webhooks, time, reopen: async () => (await reopen()).webhooks, dispose };
    },
  });
}

describe('hubs on one PostgreSQL database', () => {
  let at: Awaited<ReturnType<typeof setUp>>;
  beforeEach(async () => (at = await setUp()));
  afterEach(() => at.dispose());

  /** What a follower hears from now on; `reaches` resolves when it was told of a number. */
  const followAcme = ({ store }: HubStores) => {
    const heard: number[] = [];
    let onHeard = (): void => undefined;
    store.follow('acme', (upTo) => {
      heard.push(upTo);
      onHeard();
    });
    const reaches = (number: number): Promise<void> =>
      new Promise((resolve) => {
        onHeard = () => heard.some((each) => each >= number) && resolve();
        onHeard();
      });
    return { heard, reaches };
  };

  const storeOne = async ({ store }: HubStores): Promise<number> => {
    const [answer] = await store.forTeam('acme').append([incoming(makeEvent())]);
    return answer?.answer === 'stored' ? answer.sequence : Number.NaN;
  };

  it('make its tables once, whoever comes first', async () => {
    const hubs = await Promise.all([1, 2, 3, 4].map(() => at.open()));
    expect(new Set(hubs.map(({ store }) => store.hubId)).size).toBe(1);
    expect(await hubs[0]!.accounts.addTeam('acme')).toBe('added');
    expect(await hubs[3]!.accounts.addTeam('acme')).toBe('exists');
  });

  it('hear of what another one stored, each number once', async () => {
    const [one, other] = [await at.open(), await at.open()];
    const [here, there] = [followAcme(one), followAcme(other)];
    await storeOne(one);
    await there.reaches(1);
    const last = await storeOne(other);
    await Promise.all([here.reaches(last), there.reaches(last)]);
    expect([here.heard, there.heard]).toEqual([
      [1, 2],
      [1, 2],
    ]);
  });

  it('hear of it as well when every connection to the server was cut', async () => {
    const [one, other] = [await at.open(), await at.open()];
    const there = followAcme(other);
    await there.reaches(await storeOne(one));
    const database = openPostgresDatabase(at.databaseUrl, silentLog);
    await sql`select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid()`.execute(database.writes);
    await database.close();
    await there.reaches(await storeOne(await at.open()));
    await expect(one.store.proveWriting()).resolves.toBeUndefined();
  });

  it('go on when the server cuts a connection between two statements of a transaction', async () => {
    const [held, other] = [1, 2].map(() => openPostgresDatabase(at.databaseUrl, silentLog));
    const broken = held!.writes.transaction().execute(async (transaction) => {
      const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(transaction);
      const pid = rows[0]?.pid;
      await sql`select pg_terminate_backend(${pid})`.execute(other!.writes);
      const isThere = async (): Promise<boolean> =>
        (await sql`select 1 from pg_stat_activity where pid = ${pid}`.execute(other!.reads)).rows.length > 0;
      while (await isThere());
      await sql`select 1`.execute(transaction);
    });
    await expect(broken).rejects.toThrow();
    expect((await sql`select 1`.execute(held!.writes)).rows).toHaveLength(1);
    await held!.close();
    await other!.close();
  });

  it('say that they cannot write when the database is gone', async () => {
    const { store } = await at.open();
    const elsewhere = openPostgresDatabase(await server.createDatabase(), silentLog);
    const name = new URL(at.databaseUrl).pathname.slice(1);
    await sql`drop database ${sql.id(name)} with (force)`.execute(elsewhere.writes);
    await elsewhere.close();
    await expect(store.proveWriting()).rejects.toThrow("The hub's database did not write.");
  });

  it('find nothing under a name with NUL, which the database cannot hold', async () => {
    const { store, accounts } = await at.open();
    expect(await store.forTeam('acme').board({ project: 'a\0b' })).toEqual({ features: [] });
    expect(await accounts.signIn({ username: 'a\0', password: 'x' })).toEqual({
      ok: false,
      error: 'wrong-credentials',
    });
  });

  it('repeat a transaction that the database undid because of a deadlock', async () => {
    await at.open();
    const database = openPostgresDatabase(at.databaseUrl, silentLog);
    const { writes } = database;
    await writes
      .insertInto('teams')
      .values(['a', 'b'].map((slug) => ({ slug, added_at_ms: 0 })))
      .execute();
    let attempts = 0;
    let arrived = 0;
    let bothArrived = (): void => undefined;
    const both = new Promise<void>((resolve) => (bothArrived = resolve));
    const lock = (first: string, second: string) =>
      inTransaction(writes, async (db) => {
        attempts++;
        const add = (slug: string) =>
          db
            .updateTable('teams')
            .set((row) => ({ added_at_ms: row('added_at_ms', '+', 1) }))
            .where('slug', '=', slug)
            .execute();
        await add(first);
        if (++arrived === 2) bothArrived();
        await both;
        await add(second);
      });
    await Promise.all([lock('a', 'b'), lock('b', 'a')]);
    const rows = await writes.selectFrom('teams').select('added_at_ms').execute();
    await database.close();
    expect(rows).toEqual([{ added_at_ms: 2 }, { added_at_ms: 2 }]);
    expect(attempts).toBe(3);
  });
});
