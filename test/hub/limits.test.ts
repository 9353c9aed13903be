import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { FEATURE, makeEvent, mintId, PROJECT } from '../support/hub-events.js';
import { replacing, silentLog, startTestHub, type TestHub, type TestHubOptions } from '../support/hub.js';
import { connectLive, liveTokenFor, type LiveClient } from '../support/live-client.js';

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly results: readonly Readonly<Record<string, unknown>>[];
}

describe('what is sent within the limits', () => {
  let hub: TestHub;
  let access: string;
  const start = async (options: TestHubOptions = {}): Promise<void> => {
    hub = await startTestHub(options);
    access = await hub.tokenOf('acme');
  };
  afterEach(() => hub.close());

  const post = async (body: string, zipped = true): Promise<Answer> => {
    const response = await fetch(`${hub.url}/api/v1/events/batch/`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${access}`,
        ...(zipped ? { 'content-encoding': 'gzip' } : {}),
      },
      body: zipped ? new Uint8Array(gzipSync(body)) : body,
    });
    const text = await response.text();
    const parsed = JSON.parse(text) as { results?: Answer['results'] };
    return { status: response.status, text, results: parsed.results ?? [] };
  };

  const joined = async (): Promise<LiveClient> => {
    const client = await connectLive(hub.url, await liveTokenFor(hub.url, access));
    expect(await client.next()).toMatchObject({ type: 'snapshot' });
    return client;
  };

  it('is explained in an answer that does not grow with what is wrong', async () => {
    await start();
    const key = 'k'.repeat(8192);
    const deep = makeEvent({ lamport_clock: 1, [key]: Array.from({ length: 3000 }, () => 1e16) });
    const [one] = (await post(JSON.stringify({ events: [deep] }))).results;
    expect(one).toMatchObject({ event_id: deep.event_id, status: 'error', code: 'schema' });
    expect(JSON.stringify(one).length).toBeLessThan(8_192);
    const many = await post(JSON.stringify({ events: Array.from({ length: 1000 }, () => ({})) }));
    expect(many.results).toHaveLength(1000);
    expect(many.results[0]).toMatchObject({
      code: 'schema',
      error_message: expect.stringContaining('payload'),
    });
    expect(many.results[999]).toMatchObject({ code: 'schema', error_message: expect.any(String) });
    expect(many.text.length).toBeLessThan(300_000);
  });

  it('is judged for each event, however many values it has, with an answer of its own', async () => {
    await start({ limits: { eventValues: 1000 } });
    const heavy = makeEvent({}, { note: Array.from({ length: 1001 }, () => 0) });
    const light = makeEvent();
    const { results } = await post(JSON.stringify({ events: [heavy, light] }));
    expect(results).toMatchObject([
      { event_id: heavy.event_id, code: 'event-too-large' },
      { event_id: light.event_id, status: 'success' },
    ]);
    const client = await joined();
    for (let count = 0; count < 200; count++) client.send(heavy);
    expect(await client.closed).toBe(1008);
  });

  it('names things by at most 200 bytes, and without NUL, or is refused for that alone', async () => {
    await start();
    const long = 'ä'.repeat(101);
    const good = [
      makeEvent({ node_id: 'n'.repeat(200), aggregate_id: 'ä'.repeat(100) }),
      makeEvent({}, { note: 'x'.repeat(5000), nul: '\u0000' }),
    ];
    const bad = [
      makeEvent({ node_id: long }),
      makeEvent({ aggregate_id: 'a\u0000b' }),
      makeEvent({ event_type: long }),
      makeEvent({ project_slug: long }),
      makeEvent({}, { feature_slug: `${FEATURE}\u0000` }),
    ];
    const { results } = await post(JSON.stringify({ events: [...good, ...bad] }));
    expect(results.map(({ status, code }) => [status, code])).toEqual([
      ...good.map(() => ['success', undefined]),
      ...bad.map(() => ['error', 'schema']),
    ]);
  });

  it('is stored with a clock beyond reason, marked, and followed by nobody', async () => {
    await start();
    const events = [makeEvent({ lamport_clock: 2 ** 48 - 1 }), makeEvent({ lamport_clock: 7 })];
    expect((await post(JSON.stringify({ events }))).results).toMatchObject([
      { status: 'success' },
      { status: 'success' },
    ]);
    const acme = hub.stores.store.forTeam('acme');
    expect(await acme.position()).toMatchObject({ lamport: 7, sequence: 2 });
    expect((await acme.read({ after: 0, limit: 2 })).events.map(({ known }) => known)).toEqual([false, true]);
    expect(await acme.board({ project: PROJECT })).toMatchObject({
      features: [{ work_packages: [{ events: 1, last_event: { lamport_clock: 7 } }] }],
    });
  });

  it('waits for its turn by team, so that nobody waits for a crowd', async () => {
    await start({ limits: { waitingBatches: 3 } });
    const batch = () => JSON.stringify({ events: Array.from({ length: 300 }, () => makeEvent()) });
    const answers = await Promise.all(Array.from({ length: 12 }, () => post(batch())));
    const statuses = answers.map(({ status }) => status);
    expect(new Set(statuses)).toEqual(new Set([200, 429]));
    expect(statuses.filter((status) => status === 200).length).toBeGreaterThanOrEqual(4);
    expect((await post(batch())).status).toBe(200);
  });

  it('is not taken in by more bytes at once than the hub holds', async () => {
    await start({ limits: { heldBytesPerTeam: 100_000 } });
    const events = Array.from({ length: 400 }, () => makeEvent());
    expect((await post(JSON.stringify({ events }), false)).status).toBe(429);
    expect((await post(JSON.stringify({ events }))).status).toBe(200);
    expect((await post(JSON.stringify({ events: events.slice(0, 100) }), false)).status).toBe(200);
  });

  it('ends a session that sends nothing but renewals or pings', async () => {
    await start();
    const renewing = await joined();
    for (let count = 0; count < 500; count++) renewing.send({ type: 'auth', token: 'x' });
    expect(await renewing.closed).toBe(1008);
    const pinging = await joined();
    for (let count = 0; count < 500; count++) pinging.socket.ping();
    expect(await pinging.closed).toBe(1008);
    const polite = await joined();
    const pong = new Promise((resolve) => polite.socket.on('pong', resolve));
    polite.socket.ping();
    await pong;
    polite.end();
  });

  it('is not stored when its sender was taken out of the team, whose sessions end, idle or not', async () => {
    await start({ limits: { membershipCheckMs: 20 } });
    const [writing, idle] = [await joined(), await joined()];
    await hub.stores.accounts.removeMember('acme', 'acme');
    // The session that was asked about last may still write; the next question ends it.
    expect(await idle.closed).toBe(4401);
    for (let count = 0; count < 3; count++) writing.send(makeEvent());
    expect(await writing.closed).toBe(4401);
    expect((await hub.stores.store.forTeam('acme').position()).sequence).toBe(0);
  });

  it('is answered one request after the other on one connection, and not kept for who does not read', async () => {
    await start({ limits: { requestsPerConnection: 20 } });
    const { hostname, port } = new URL(hub.url);
    const ask = (path: string) =>
      `GET ${path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${access}\r\n\r\n`;
    const socket = connect(Number(port), hostname);
    let heard = '';
    socket.on('data', (chunk) => (heard += String(chunk)));
    socket.write(ask('/healthz') + ask('/api/v1/me/') + ask('/readyz') + ask('/nothing'));
    const isAnswered = () => heard.includes('urn:spec-kitty-sync:problem:not-found');
    while (!isAnswered()) await new Promise((resolve) => socket.once('data', resolve));
    const places = ['"status":"ok"', '"username"', '"status":"ok"', 'not-found'].reduce<number[]>(
      (found, text) => [...found, heard.indexOf(text, found.at(-1) ?? 0)],
      [],
    );
    expect(places).toEqual([...places].sort((a, b) => a - b));
    const ended = new Promise((resolve) => socket.on('close', resolve));
    socket.write(ask('/healthz').repeat(500));
    await ended;
    expect((await fetch(`${hub.url}/healthz`)).status).toBe(200);
  });

  it('is forgotten when more of it comes on one connection than may wait', async () => {
    const warnings: string[] = [];
    const log = { ...silentLog, warn: (message: string) => warnings.push(message) };
    await start({ log, limits: { requestsPerConnection: 20 } });
    const { hostname, port } = new URL(hub.url);
    const socket = connect(Number(port), hostname);
    const ended = new Promise((resolve) => socket.on('close', resolve));
    socket.write('GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(100));
    await ended;
    expect((await fetch(`${hub.url}/healthz`)).status).toBe(200);
    expect(warnings).toEqual([]);
  });

  it('hears a whole batch as news in the order of its numbers, shared by all who listen', async () => {
    await start();
    const [left, right] = [await joined(), await joined()];
    const events = Array.from({ length: 700 }, (_, at) =>
      makeEvent({ event_id: mintId(), lamport_clock: at }, { note: 'é'.repeat(at % 200) }),
    );
    await post(JSON.stringify({ events }));
    for (const client of [left, right]) {
      for (const [at, event] of events.entries())
        expect(await client.next('event')).toEqual({ ...event, type: 'event', hub_sequence: at + 1 });
      client.end();
    }
  });

  it('opens many sessions at once with two snapshots', async () => {
    await start();
    await post(JSON.stringify({ events: [makeEvent()] }));
    const { store } = hub.stores;
    const forTeam = store.forTeam.bind(store);
    const acme = forTeam('acme');
    const recent = acme.recentWorkPackages.bind(acme);
    let [asked, release] = [0, (): void => undefined];
    const released = new Promise<void>((resolve) => (release = resolve));
    const recentWorkPackages = async (limit: number) => {
      asked++;
      await released;
      return recent(limit);
    };
    Object.assign(store, { forTeam: (team: string) => replacing(forTeam(team), { recentWorkPackages }) });
    const tokens = await Promise.all(Array.from({ length: 40 }, () => liveTokenFor(hub.url, access)));
    const clients = await Promise.all(tokens.map((token) => connectLive(hub.url, token)));
    release();
    for (const frame of await Promise.all(clients.map((client) => client.next())))
      expect(frame).toMatchObject({ type: 'snapshot', sequence: 1, work_packages: [{ wp_id: 'WP01' }] });
    expect(asked).toBe(2);
    for (const client of clients) client.end();
  });
});
