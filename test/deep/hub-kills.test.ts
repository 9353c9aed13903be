import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Drain, serve, setUpHub, type Serving } from '../support/drain.js';
import { connectLive, liveTokenFor } from '../support/live-client.js';
import { startPostgres, type PostgresServer } from '../support/postgres.js';
import { createSandbox, type Sandbox } from '../support/sandbox.js';

/** How often a hub is killed; more by hand with SPEC_KITTY_KILLS. */
const KILLS = Number(process.env['SPEC_KITTY_KILLS'] ?? 10);
const LONG_MS = 120_000 + KILLS * 60_000;

let server: PostgresServer;
let sandbox: Sandbox;
const running = new Set<Serving>();

beforeAll(async () => {
  server = await startPostgres();
  sandbox = await createSandbox();
}, 60_000);

afterAll(async () => {
  for (const hub of running) await hub.kill('SIGKILL');
  await sandbox.dispose();
  await server.stop();
});

const start = async (place: readonly string[]): Promise<Serving> => {
  const hub = await serve(sandbox, place);
  running.add(hub);
  return hub;
};

/** A place for a hub's data, with its team and user. */
const PLACES = {
  SQLite: async () => ['--data', join(sandbox.directory, 'hub')],
  PostgreSQL: async () => {
    const file = join(sandbox.directory, `database-url-${running.size}`);
    writeFileSync(file, `${await server.createDatabase()}\n`);
    chmodSync(file, 0o600);
    return ['--database-url-file', file];
  },
};

it(
  `two hubs keep what they acknowledged when one of them is killed ${KILLS} times in the middle of a drain`,
  async () => {
    const place = await PLACES.PostgreSQL();
    const token = await setUpHub(sandbox, place);
    const steady = await start(place);
    const heard: number[] = [];
    const live = await connectLive(steady.url, await liveTokenFor(steady.url, token));
    await live.next('snapshot');
    live.socket.on('message', (data) => {
      const frame = JSON.parse(String(data)) as { type: string; hub_sequence: number };
      if (frame.type === 'event') heard.push(frame.hub_sequence);
    });

    const drain = new Drain(token);
    for (let round = 0; round < KILLS; round++) {
      const mortal = await start(place);
      await drain.round(
        (attempt) => (attempt % 2 === 0 ? mortal : steady).url,
        // At another moment of the drain in each round.
        (answers) => answers === 2 + (round % 9) && void mortal.kill('SIGKILL'),
      );
      await mortal.kill('SIGKILL');
      // A session whose token runs out, or that is silent, is ended.
      live.send({ type: 'auth', token: await liveTokenFor(steady.url, token) });
      expect(await live.next('auth')).toMatchObject({ status: 'ok' });
    }

    const stored = await drain.expectKept(steady.url);
    while (heard.length < stored.length) await live.next('event');
    expect(heard).toEqual(stored.map(({ sequence }) => sequence));
    live.end();
    expect((await steady.kill()).code).toBe(0);
  },
  LONG_MS,
);

it.each(Object.entries(PLACES))(
  `a hub on %s that is killed ${KILLS} times under load keeps what it acknowledged`,
  async (_, choose) => {
    const place = await choose();
    const drain = new Drain(await setUpHub(sandbox, place));
    let hub = start(place);
    for (let round = 0; round < KILLS; round++) {
      await drain.round(
        async () => (await hub).url,
        (answers) => {
          if (answers !== 1 + (round % 12)) return;
          hub = hub.then(async (killed) => {
            await killed.kill('SIGKILL');
            return start(place);
          });
        },
      );
    }
    await drain.expectKept((await hub).url);
    expect((await (await hub).kill()).code).toBe(0);
  },
  LONG_MS,
);
