import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { Webhook as Verifier } from 'standardwebhooks';
import { Webhooks } from '../../src/app/hub/webhooks.js';
import { incoming, makeEvent } from '../support/hub-events.js';
import { startTestHub, type TestHub } from '../support/hub.js';

interface Message {
  readonly id: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

describe('the webhooks of a hub', () => {
  let hub: TestHub;
  let server: Server;
  let url: string;
  let webhooks: Webhooks;
  /** What came, and what the next messages are answered; 204 when nothing is said. */
  const heard: Message[] = [];
  const answers: number[] = [];
  let wake: () => void = () => undefined;

  beforeEach(async () => {
    heard.length = answers.length = 0;
    hub = await startTestHub({ webhooks: true });
    webhooks = new Webhooks(hub.stores);
    server = createServer((request, response) => {
      void text(request).then((body) => {
        heard.push({ id: String(request.headers['webhook-id']), headers: request.headers, body });
        response.writeHead(answers.shift() ?? 204, { location: '/elsewhere' }).end();
        wake();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
  });

  afterEach(async () => {
    await hub.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  const messages = async (count: number): Promise<readonly Message[]> => {
    while (heard.length < count) await new Promise<void>((resolve) => (wake = resolve));
    return heard;
  };

  const store = async (count: number, team = 'acme') => {
    const events = Array.from({ length: count }, () => makeEvent({ team_slug: team }));
    await hub.stores.store.forTeam(team).append(events.map(incoming));
    return events;
  };

  it('tell of each event of the team that is stored from now on, signed', async () => {
    await store(2);
    const { id, secret } = await webhooks.add('acme', url);
    await store(1, 'zenith');
    const events = await store(3);
    const told = await messages(3);
    // By the library of those who wrote the standard; the hub of a test has a clock of its own.
    const verifier = new Verifier(secret);
    expect(verifier.sign(told[0]!.id, new Date(hub.clock.nowMs()), told[0]!.body)).toBe(
      told[0]!.headers['webhook-signature'],
    );
    expect(told.map((each) => each.id)).toEqual([3, 4, 5].map((sequence) => `${id}-${sequence}`));
    expect(told.map(({ body }) => JSON.parse(body) as unknown)).toEqual(
      events.map((event, at) => ({
        ...{ type: 'event.stored', timestamp: expect.stringMatching(/^\d{4}-.*Z$/) },
        data: { sequence: at + 3, event },
      })),
    );
  });

  it('tell again what was not taken, later and in order, and leave nothing out', async () => {
    const { id } = await webhooks.add('acme', url);
    answers.push(204, 500);
    await store(3);
    await messages(2);
    // A redirect is no receipt either, and is not followed.
    answers.push(302);
    await hub.clock.advance(5_000);
    await messages(3);
    await hub.clock.advance(10_000);
    const told = await messages(5);
    expect(told.map((each) => each.id)).toEqual([1, 2, 2, 2, 3].map((sequence) => `${id}-${sequence}`));
    while ((await webhooks.list())[0]?.through !== 3) await new Promise((resolve) => setImmediate(resolve));
  });

  it('never go back, and end when they are removed', async () => {
    const { id } = await webhooks.add('acme', url);
    await store(1);
    await messages(1);
    while ((await webhooks.list())[0]?.through !== 1) await new Promise((resolve) => setImmediate(resolve));
    await hub.stores.webhooks.advance(id, 0);
    expect((await webhooks.list())[0]?.through).toBe(1);
    await webhooks.remove(id);
    expect(await webhooks.list()).toEqual([]);
    await expect(webhooks.remove(id)).rejects.toMatchObject({ kind: 'input-invalid' });
  });

  it('are for teams that there are, at addresses that can be trusted with events', async () => {
    await expect(webhooks.add('nobody', url)).rejects.toMatchObject({ kind: 'input-invalid' });
    for (const address of [
      'http://hooks.example.com/x',
      'http://127.0.0.1.example/',
      'ftp://127.0.0.1/',
      'hooks',
    ])
      await expect(webhooks.add('acme', address)).rejects.toMatchObject({ kind: 'input-invalid' });
    expect(await webhooks.add('acme', 'http://[::1]:1/hook')).toMatchObject({ team: 'acme' });
  });
});
