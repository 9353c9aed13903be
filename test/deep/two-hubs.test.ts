import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EnvelopeDocument } from '../../src/domain/events/envelope.js';
import { featuresOf, incoming, makeEvent, PROJECT } from '../support/hub-events.js';
import { openHubStores, PASSWORD } from '../support/hub.js';
import { connectLive, liveTokenFor } from '../support/live-client.js';
import { startPostgres, type PostgresServer } from '../support/postgres.js';
import { succeed } from '../support/project.js';
import { startCli, type RunningCli } from '../support/run-cli.js';
import { createSandbox, type Sandbox } from '../support/sandbox.js';

/** How often one of the hubs is killed; more by hand with SPEC_KITTY_KILLS. */
const KILLS = Number(process.env['SPEC_KITTY_KILLS'] ?? 10);
const SENDERS = 4;
const BATCHES = 4;
const BATCH_EVENTS = 25;

let server: PostgresServer;
let sandbox: Sandbox;
const running: RunningCli[] = [];

beforeAll(async () => {
  server = await startPostgres();
  sandbox = await createSandbox();
}, 60_000);

afterAll(async () => {
  for (const hub of running) await hub.kill('SIGKILL');
  await sandbox.dispose();
  await server.stop();
});

const serve = async (file: string): Promise<{ url: string; kill: RunningCli['kill'] }> => {
  const hub = startCli(sandbox, ['hub', 'serve', '--port', '0', '--database-url-file', file]);
  running.push(hub);
  const [, url = ''] = await hub.waitFor(/The hub is at (https?:\S+)/);
  return { url, kill: hub.kill };
};

const tokenAt = async (url: string): Promise<string> => {
  const response = await fetch(`${url}/api/v1/token/`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username: 'ada', password: PASSWORD }),
  });
  return ((await response.json()) as { access: string }).access;
};

const readJson = async <T>(url: string, token: string): Promise<T> => {
  const response = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
  return (await response.json()) as T;
};

/** What one sender has: each event a step of one of its work packages. */
const eventsOf = (sender: number, round: number): readonly EnvelopeDocument[][] =>
  Array.from({ length: BATCHES }, (_, batch) =>
    Array.from({ length: BATCH_EVENTS }, (_each, at) =>
      makeEvent(
        {
          lamport_clock: (round * BATCHES + batch) * BATCH_EVENTS + at + 1,
          node_id: String(sender).repeat(12),
        },
        { wp_id: `WP0${1 + (at % 5)}`, new_status: at % 2 === 0 ? 'doing' : 'for_review' },
      ),
    ),
  );

it(
  `keep what they acknowledged when one of them is killed ${KILLS} times in the middle of a drain`,
  async () => {
    const file = join(sandbox.directory, 'database-url');
    writeFileSync(file, `${await server.createDatabase()}\n`);
    chmodSync(file, 0o600);
    const place = ['--database-url-file', file];
    await succeed(sandbox, ['hub', 'team', 'add', 'acme', ...place]);
    await succeed(sandbox, ['hub', 'user', 'add', 'ada', '--team', 'acme', '--password-stdin', ...place], {
      input: `${PASSWORD}\n`,
    });
    const steady = await serve(file);
    const token = await tokenAt(steady.url);
    const heard: number[] = [];
    const live = await connectLive(steady.url, await liveTokenFor(steady.url, token));
    await live.next('snapshot');
    live.socket.on('message', (data) => {
      const frame = JSON.parse(String(data)) as { type: string; hub_sequence: number };
      if (frame.type === 'event') heard.push(frame.hub_sequence);
    });

    const acknowledged: EnvelopeDocument[][] = Array.from({ length: SENDERS }, () => []);
    for (let round = 0; round < KILLS; round++) {
      const mortal = await serve(file);
      let answers = 0;
      /** Offers a batch until one of the hubs has answered; the other one is asked after each failure. */
      const deliver = async (batch: readonly EnvelopeDocument[], sender: number): Promise<void> => {
        for (let attempt = sender; ; attempt++) {
          const { url } = attempt % 2 === 0 ? mortal : steady;
          try {
            const response = await fetch(`${url}/api/v1/events/batch/`, {
              method: 'POST',
              headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
              body: JSON.stringify({ events: batch }),
            });
            const { results } = (await response.json()) as { results: { status: string }[] };
            expect(results.map(({ status }) => status === 'success' || status === 'duplicate')).toEqual(
              batch.map(() => true),
            );
            acknowledged[sender]?.push(...batch);
            // At another moment of the drain in each round.
            if (++answers === 2 + (round % 9)) void mortal.kill('SIGKILL');
            return;
          } catch (error) {
            // What fetch throws when a connection is refused or ends.
            if ((error as Error).name !== 'TypeError') throw error;
          }
        }
      };
      await Promise.all(
        acknowledged.map(async (_, sender) => {
          for (const batch of eventsOf(sender, round)) await deliver(batch, sender);
        }),
      );
      await mortal.kill('SIGKILL');
    }

    const stored: { sequence: number; event: EnvelopeDocument }[] = [];
    for (let after = 0, more = true; more;) {
      const page = await readJson<{ events: typeof stored; next: number; more: boolean }>(
        `${steady.url}/api/v1/events/?after=${after}&limit=500`,
        token,
      );
      stored.push(...page.events);
      ({ next: after, more } = page);
    }
    expect(stored).toHaveLength(KILLS * SENDERS * BATCHES * BATCH_EVENTS);
    for (const [sender, events] of acknowledged.entries()) {
      const own = stored.filter(({ event }) => event.node_id === String(sender).repeat(12));
      expect(own.map(({ event }) => event)).toEqual(events);
    }
    while (heard.length < stored.length) await live.next('event');
    expect(heard).toEqual(stored.map(({ sequence }) => sequence));

    const rebuilt = await openHubStores();
    const log = rebuilt.stores.store.forTeam('acme');
    for (const events of [...acknowledged].reverse()) await log.append(events.map(incoming));
    const { features } = await readJson<{ features: unknown }>(
      `${steady.url}/api/v1/projects/${PROJECT}/board/`,
      token,
    );
    expect(features).toEqual(JSON.parse(JSON.stringify(await featuresOf(log, PROJECT))));
    await rebuilt.remove();
    live.end();
    expect((await steady.kill()).code).toBe(0);
  },
  120_000 + KILLS * 60_000,
);
