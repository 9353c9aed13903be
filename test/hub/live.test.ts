import { FEATURE, makeEvent, PROJECT } from '../support/hub-events.js';
import { replacing, startTestHub, type TestHub, type TestHubOptions } from '../support/hub.js';
import { connectLive, liveTokenFor, type LiveClient } from '../support/live-client.js';

describe('live sessions', () => {
  let hub: TestHub;
  let clients: LiveClient[];

  const start = async (options: TestHubOptions = {}): Promise<void> => {
    hub = await startTestHub(options);
    clients = [];
  };

  const connect = async (team = 'acme'): Promise<LiveClient> => {
    const client = await connectLive(hub.url, await liveTokenFor(hub.url, await hub.tokenOf(team)));
    clients.push(client);
    return client;
  };

  const joined = async (team = 'acme'): Promise<LiveClient> => {
    const client = await connect(team);
    expect(await client.next()).toMatchObject({ type: 'snapshot' });
    return client;
  };

  afterEach(async () => {
    for (const client of clients) client.end();
    await hub.close();
  });

  it('begins with a snapshot that says what the hub can do and where it stands', async () => {
    await start();
    const before = await joined();
    const event = makeEvent({ lamport_clock: 12 });
    before.send(event);
    await before.next('ack');
    const client = await connect();
    expect(await client.next()).toEqual({
      type: 'snapshot',
      work_packages: [
        {
          project_uuid: PROJECT,
          feature_slug: FEATURE,
          wp_id: 'WP01',
          title: null,
          status: 'doing',
          agent: null,
          lamport_clock: 12,
        },
      ],
      capabilities: ['ack', 'auth', 'sequence', 'report'],
      sequence: 1,
      lamport_clock: 12,
      limits: { batch_events: 1000, batch_bytes: 1_048_576, event_bytes: 65_536 },
      hub_id: hub.stores.store.hubId,
      history: hub.stores.store.history,
    });
  });

  it('acknowledges each event after its commit with the answer a batch would give', async () => {
    await start();
    const client = await joined();
    const event = makeEvent();
    const stranger = makeEvent({ team_slug: 'zenith' });
    for (const sent of [event, event, { ...event, lamport_clock: 9 }, stranger, { event_id: 'x' }])
      client.send(sent);
    const acks = [];
    for (let count = 0; count < 5; count++) acks.push(await client.next('ack'));
    expect(acks.map(({ event_id, status, code }) => [event_id, status, code])).toEqual([
      [event.event_id, 'success', undefined],
      [event.event_id, 'duplicate', undefined],
      [event.event_id, 'error', 'id-conflict'],
      [stranger.event_id, 'error', 'unknown-team'],
      ['x', 'error', 'schema'],
    ]);
    const { events } = await hub.stores.store.forTeam('acme').read({ after: 0, limit: 10 });
    expect(events.map(({ document }) => document)).toEqual([JSON.stringify(event)]);
  });

  it('tells the team of what a session or a batch stored, but not the sender and no other team', async () => {
    await start();
    const [sender, reader, stranger] = [await joined(), await joined(), await joined('zenith')];
    const first = makeEvent({ type: 'snapshot' });
    sender.send(first);
    expect(await reader.next()).toEqual({ ...first, hub_sequence: 1, type: 'event' });
    expect(await sender.next()).toMatchObject({ type: 'ack', event_id: first.event_id });
    const second = makeEvent();
    await fetch(`${hub.url}/api/v1/events/batch/`, {
      method: 'POST',
      headers: { authorization: `Bearer ${await hub.tokenOf('acme')}` },
      body: JSON.stringify({ events: [second, second] }),
    });
    expect(await sender.next()).toEqual({ type: 'event', hub_sequence: 2, ...second });
    expect(await reader.next()).toEqual({ type: 'event', hub_sequence: 2, ...second });
    const own = makeEvent({ team_slug: 'zenith' });
    stranger.send(own);
    expect(await stranger.next()).toMatchObject({ type: 'ack', event_id: own.event_id });
  });

  it('stores what arrives together, from several sockets, completely', async () => {
    await start();
    const [left, right] = [await joined(), await joined()];
    const events = Array.from({ length: 200 }, (_, at) => makeEvent({ lamport_clock: at }));
    for (const [at, event] of events.entries()) (at % 2 === 0 ? left : right).send(event);
    for (let count = 0; count < 100; count++) {
      expect(await left.next('ack')).toMatchObject({ status: 'success' });
      expect(await right.next('ack')).toMatchObject({ status: 'success' });
    }
    expect((await hub.stores.store.forTeam('acme').receipts({ after: 0, limit: 500 })).receipts).toHaveLength(
      200,
    );
  });

  it('numbers every event and tells of them in that order, whatever way they came', async () => {
    await start();
    const [left, right, reader] = [await joined(), await joined(), await joined()];
    const accessToken = await hub.tokenOf('acme');
    const events = Array.from({ length: 300 }, (_, at) => makeEvent({ lamport_clock: at }));
    const batches: Promise<unknown>[] = [];
    for (const [at, event] of events.entries()) {
      if (at % 3 < 2) (at % 3 === 0 ? left : right).send(event);
      else {
        const headers = { authorization: `Bearer ${accessToken}` };
        const body = JSON.stringify({ events: [event] });
        batches.push(fetch(`${hub.url}/api/v1/events/batch/`, { method: 'POST', headers, body }));
      }
      if (at % 50 === 0) await Promise.all(batches.splice(0));
    }
    const heard: number[] = [];
    while (heard.length < events.length) heard.push(Number((await reader.next('event'))['hub_sequence']));
    expect(heard).toEqual(events.map((_, at) => at + 1));
    await Promise.all(batches);
  });

  it('ignores malformed frames, and ends a session that sends nothing else', async () => {
    await start();
    const client = await joined();
    client.socket.send(Buffer.from([1, 2, 3]));
    for (const noise of ['{', '[]', '7', 'null']) client.send(noise);
    client.send(makeEvent());
    expect(await client.next()).toMatchObject({ type: 'ack', status: 'success' });
    for (let count = 0; count < 200; count++) client.send('noise');
    expect(await client.closed).toBe(1008);
  });

  it('opens with a live token only', async () => {
    await start();
    const access = await hub.tokenOf('acme');
    await expect(connectLive(hub.url, '')).rejects.toThrow('401');
    await expect(connectLive(hub.url, access)).rejects.toThrow('401');
    const token = await liveTokenFor(hub.url, access);
    await expect(connectLive(hub.url, token, '/ws/v2/events/')).rejects.toThrow('404');
    clients.push(await connectLive(hub.url, token, '//ws/v1/events'));
  });

  it('opens only so many sessions for one user', async () => {
    await start({ limits: { socketsPerUser: 1 } });
    await joined();
    await expect(connect()).rejects.toThrow('429');
    await joined('zenith');
  });

  it('renews a session in place with a token of the same user', async () => {
    await start({ limits: { pingIntervalMs: 20 } });
    const client = await joined();
    client.send({ type: 'auth', token: await liveTokenFor(hub.url, await hub.tokenOf('zenith')) });
    expect(await client.next('auth')).toEqual({ type: 'auth', status: 'refused' });
    hub.clock.set(hub.clock.nowMs() + 899_000);
    client.send({ type: 'auth', token: await liveTokenFor(hub.url, await hub.tokenOf('acme')) });
    expect(await client.next('auth')).toEqual({ type: 'auth', status: 'ok' });
    hub.clock.set(hub.clock.nowMs() + 60_000);
    client.send(makeEvent());
    expect(await client.next('ack')).toMatchObject({ status: 'success' });
    expect(await client.next('ping')).toMatchObject({ timestamp: expect.any(Number) });
    hub.clock.set(hub.clock.nowMs() + 900_000);
    expect(await client.closed).toBe(4401);
  });

  it('ends a session whose sign-in was revoked', async () => {
    await start({ limits: { pingIntervalMs: 20 } });
    const signedIn = await hub.stores.accounts.signIn({ username: 'acme', password: 'correct horse' });
    if (!signedIn.ok) throw new Error(signedIn.error);
    const client = await connectLive(hub.url, await liveTokenFor(hub.url, signedIn.value.access));
    clients.push(client);
    await hub.stores.accounts.revoke(signedIn.value.refresh);
    expect(await client.closed).toBe(4401);
  });

  it('pings, and gives up on a client that stays silent', async () => {
    await start({ limits: { pingIntervalMs: 20, silenceMs: 1000 } });
    const [lively, silent] = [await joined(), await joined()];
    const pongs = setInterval(() => lively.send({ type: 'pong', timestamp: 1 }), 20);
    expect(await silent.next('ping')).toMatchObject({ type: 'ping' });
    expect(await silent.closed).toBe(1006);
    lively.send(makeEvent());
    expect(await lively.next('ack')).toMatchObject({ status: 'success' });
    clearInterval(pongs);
  });

  it('scenario 15: stores once what a session sent before it broke and a batch sends again', async () => {
    await start();
    const client = await joined();
    const events = Array.from({ length: 20 }, () => makeEvent());
    for (const event of events) client.send(event);
    client.end();
    await client.closed;
    const response = await fetch(`${hub.url}/api/v1/events/batch/`, {
      method: 'POST',
      headers: { authorization: `Bearer ${await hub.tokenOf('acme')}` },
      body: JSON.stringify({ events }),
    });
    const { results } = (await response.json()) as { results: { status: string }[] };
    expect(results).toHaveLength(20);
    for (const { status } of results) expect(['success', 'duplicate']).toContain(status);
    const { receipts } = await hub.stores.store.forTeam('acme').receipts({ after: 0, limit: 100 });
    expect(receipts).toHaveLength(20);
    expect(new Set(receipts.map(({ eventId }) => eventId)).size).toBe(20);
  });

  it('answers a flood of events completely', async () => {
    await start();
    const client = await joined();
    const events = Array.from({ length: 1500 }, (_, at) => makeEvent({ lamport_clock: at }));
    for (const event of events) client.send(event);
    const answered = new Set<unknown>();
    for (const _ of events) answered.add((await client.next('ack'))['event_id']);
    expect(answered.size).toBe(1500);
  });

  it('gives up on a reader that does not read, and on nobody else', async () => {
    await start({ limits: { unreadBytes: 2_000_000 } });
    const [slow, sender, reader] = [await joined(), await joined(), await joined()];
    const ended = new Promise((resolve) => slow.socket.on('close', resolve));
    slow.socket.pause();
    // Who reads is a megabyte behind at most, and who does not is soon behind by more than the systems' buffers and the limit.
    for (let sent = 0; sent < 200; sent += 10) {
      for (let count = 0; count < 10; count++) sender.send(makeEvent({}, { note: 'x'.repeat(100_000) }));
      for (let count = 0; count < 10; count++)
        expect(await sender.next('ack')).toMatchObject({ status: 'success' });
      for (let count = 1; count <= 10; count++)
        expect(await reader.next('event')).toMatchObject({ hub_sequence: sent + count });
    }
    slow.socket.resume();
    await ended;
  });

  it('keeps its sessions while the store cannot say who they are', async () => {
    await start({ limits: { pingIntervalMs: 20 } });
    const client = await joined();
    const { accounts } = hub.stores;
    const identify = accounts.identify.bind(accounts);
    Object.assign(accounts, { identify: () => Promise.reject(new Error('disk')) });
    expect(await client.next('ping')).toMatchObject({ type: 'ping' });
    expect(await client.next('ping')).toMatchObject({ type: 'ping' });
    client.send({ type: 'auth', token: 'x' });
    expect(await client.next('auth')).toEqual({ type: 'auth', status: 'refused' });
    Object.assign(accounts, { identify });
    client.send(makeEvent());
    expect(await client.next('ack')).toMatchObject({ status: 'success' });
  });

  it('ends a session whose snapshot cannot be read', async () => {
    await start();
    const { store } = hub.stores;
    const forTeam = store.forTeam.bind(store);
    const position = () => Promise.reject(new Error('disk'));
    Object.assign(store, { forTeam: (team: string) => replacing(forTeam(team), { position }) });
    expect(await (await connect()).closed).toBe(1011);
  });

  it('opens no session while it stops', async () => {
    await start();
    const token = await liveTokenFor(hub.url, await hub.tokenOf('acme'));
    const { accounts } = hub.stores;
    const { openLive } = accounts;
    let asked = (): void => undefined;
    const isAsked = new Promise<void>((resolve) => (asked = resolve));
    let answer = (): void => undefined;
    const mayAnswer = new Promise<void>((resolve) => (answer = resolve));
    Object.assign(accounts, {
      openLive: async (...request: Parameters<typeof openLive>) => {
        asked();
        await mayAnswer;
        return openLive(...request);
      },
    });
    const refused = connectLive(hub.url, token).then(
      () => 'opened',
      () => 'refused',
    );
    await isAsked;
    const closed = hub.close();
    answer();
    expect(await refused).toBe('refused');
    await closed;
  });

  it('ends sessions with 1012 when it stops, which older clients do not take for a delivery, after answering what it was sent', async () => {
    await start();
    const client = await joined();
    const event = makeEvent();
    client.send(event);
    expect(await client.next('ack')).toMatchObject({ event_id: event.event_id, status: 'success' });
    await hub.close();
    expect(await client.closed).toBe(1012);
    await expect(fetch(`${hub.url}/healthz`)).rejects.toThrow();
  });
});
