import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { SyncError } from '../../src/domain/errors.js';
import { startHub } from '../../src/app/hub/start-hub.js';
import type { AccountStore, EventStore } from '../../src/ports/hub.js';
import { makeEvent } from '../support/hub-events.js';
import { PASSWORD, replacing, silentLog, startTestHub, type TestHub } from '../support/hub.js';
import { connectLive, liveTokenFor } from '../support/live-client.js';

/** Speaks raw bytes to the hub and resolves with everything it says until it hangs up. */
const speak = (hub: TestHub, text: string): Promise<string> =>
  new Promise((resolve) => {
    const { hostname, port } = new URL(hub.url);
    const socket: Socket = connect(Number(port), hostname, () => socket.write(text));
    let heard = '';
    socket.on('data', (chunk) => (heard += String(chunk)));
    socket.on('error', () => resolve(heard));
    socket.on('close', () => resolve(heard));
  });

const diskFull = () => Promise.reject(new SyncError('storage-failed', 'The disk is full.'));

/** A store that can still read what little it has, but has no room for more. */
const fullStore = (store: EventStore): EventStore => ({
  hubId: store.hubId,
  history: store.history,
  forTeam: (team) => {
    const events = store.forTeam(team);
    return {
      append: diskFull,
      read: (query) => events.read(query),
      sequenceOf: (eventId) => events.sequenceOf(eventId),
      receipts: (query) => events.receipts(query),
      projects: (query) => events.projects(query),
      board: (query) => events.board(query),
      recentWorkPackages: (limit) => events.recentWorkPackages(limit),
      eventsAbout: (query) => events.eventsAbout(query),
      noteReport: diskFull,
      reports: () => events.reports(),
      position: () => events.position(),
    };
  },
  follow: (team, listener) => store.follow(team, listener),
  proveWriting: diskFull,
});

/** Accounts that fail in a way nobody foresaw. */
const mistakenAccounts = (accounts: AccountStore): AccountStore => {
  const identify = () => Promise.reject(new TypeError('secret detail'));
  return replacing(accounts, { identify, openLive: identify });
};

describe('a hub under strain', () => {
  let hub: TestHub;
  afterEach(() => hub.close());

  it('answers slow headers and slow bodies with 408', async () => {
    hub = await startTestHub({ limits: { headersTimeoutMs: 80, requestTimeoutMs: 120 } });
    const slowHead = await speak(hub, 'POST /api/v1/token/ HTTP/1.1\r\nHost: localhost\r\n');
    const slowBody = await speak(
      hub,
      'POST /api/v1/token/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{',
    );
    for (const heard of [slowHead, slowBody]) {
      expect(heard).toMatch(/^HTTP\/1\.1 408 /);
      expect(heard).toContain('application/problem+json');
      expect(heard).toContain('urn:spec-kitty-sync:problem:request-timeout');
    }
  });

  it('answers noise and huge headers with problems', async () => {
    hub = await startTestHub();
    expect(await speak(hub, 'not http\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 .*malformed-request/s);
    const huge = `GET / HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`;
    expect(await speak(hub, huge)).toMatch(/^HTTP\/1\.1 431 .*headers-too-large/s);
    expect(await speak(hub, 'GET // HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n')).toMatch(
      /^HTTP\/1\.1 404 /,
    );
    expect((await fetch(`${hub.url}/healthz`)).status).toBe(200);
  });

  it('hangs up on a body that is far beyond every limit', async () => {
    hub = await startTestHub();
    const head = 'POST /api/v1/token/ HTTP/1.1\r\nHost: localhost\r\n';
    expect(await speak(hub, `${head}Content-Length: 99999999999\r\n\r\n`)).toMatch(/^HTTP\/1\.1 413 /);
    const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`;
    expect(await speak(hub, `${head}Transfer-Encoding: chunked\r\n\r\n${chunk.repeat(5)}`)).toMatch(
      /^HTTP\/1\.1 413 /,
    );
  });

  it('survives a client that hangs up in the middle of a body', async () => {
    hub = await startTestHub();
    const { hostname, port } = new URL(hub.url);
    await new Promise<void>((resolve) => {
      const socket = connect(Number(port), hostname, () => {
        socket.write('POST /api/v1/token/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{', () =>
          socket.destroy(),
        );
      });
      socket.on('close', () => resolve());
    });
    expect((await fetch(`${hub.url}/healthz`)).status).toBe(200);
  });

  it('says that nothing was stored when the disk is full, and is not ready', async () => {
    hub = await startTestHub();
    const warnings: string[] = [];
    const broken = await startHub({
      store: fullStore(hub.stores.store),
      accounts: hub.stores.accounts,
      listener: { host: '127.0.0.1', port: 0 },
      clock: hub.clock,
      log: { ...silentLog, warn: (message) => warnings.push(message) },
    });
    const access = await hub.tokenOf('acme');
    const response = await fetch(`${broken.url}/api/v1/events/batch/`, {
      method: 'POST',
      headers: { authorization: `Bearer ${access}` },
      body: JSON.stringify({ events: [makeEvent()] }),
    });
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '5']);
    expect((await fetch(`${broken.url}/readyz`)).status).toBe(503);
    expect((await fetch(`${broken.url}/healthz`)).status).toBe(200);
    const client = await connectLive(broken.url, await liveTokenFor(broken.url, access));
    const event = makeEvent();
    client.send(event);
    expect(await client.next('ack')).toEqual({ type: 'ack', event_id: event.event_id, status: 'pending' });
    client.end();
    await broken.close();
    expect(warnings).toEqual(['The disk is full.', 'The disk is full.']);
  });

  it('answers a mistake of its own with 500 and no details', async () => {
    hub = await startTestHub();
    const warnings: string[] = [];
    const mistaken = await startHub({
      store: hub.stores.store,
      accounts: mistakenAccounts(hub.stores.accounts),
      listener: { host: '127.0.0.1', port: 0 },
      clock: hub.clock,
      log: { ...silentLog, warn: (message) => warnings.push(message) },
    });
    const response = await fetch(`${mistaken.url}/api/v1/me/`, { headers: { authorization: 'Bearer x' } });
    expect(response.status).toBe(500);
    expect(await response.text()).not.toContain('secret detail');
    await expect(connectLive(mistaken.url, 'x')).rejects.toThrow('503');
    expect(warnings.join('\n')).toContain('secret detail');
    await mistaken.close();
  });

  it('finishes the request under way before it stops, and stops only once', async () => {
    hub = await startTestHub();
    const body = JSON.stringify({ events: Array.from({ length: 500 }, () => makeEvent()) });
    const token = await hub.tokenOf('acme');
    const answer = fetch(`${hub.url}/api/v1/events/batch/`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
      body,
    });
    await fetch(`${hub.url}/healthz`);
    const [response] = await Promise.all([answer, hub.close()]);
    expect(response.status).toBe(200);
    expect(((await response.json()) as { results: unknown[] }).results).toHaveLength(500);
    await hub.close();
  });

  it('answers the first request of a connection that was made before it began to stop', async () => {
    hub = await startTestHub();
    const { hostname, port } = new URL(hub.url);
    const socket = connect(Number(port), hostname);
    await once(socket, 'connect');
    await fetch(`${hub.url}/healthz`);
    const closed = hub.close();
    socket.write('GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n');
    let heard = '';
    for await (const chunk of socket) heard += String(chunk);
    expect(heard).toMatch(/^HTTP\/1\.1 200 /);
    await closed;
  });

  it('forgets tokens that expired long ago, and says when it cannot', async () => {
    hub = await startTestHub();
    const { store, accounts } = hub.stores;
    const old = await accounts.signIn({ username: 'acme', password: PASSWORD });
    hub.clock.set(hub.clock.nowMs() + 30 * 86_400_000);
    let pruned = (): void => undefined;
    const asked = new Promise<void>((resolve) => (pruned = resolve));
    const warnings: string[] = [];
    const watched = replacing(accounts, {
      prune: async (beforeMs: number) => {
        await accounts.prune(beforeMs);
        pruned();
        throw new Error('but then the disk failed');
      },
    });
    const listener = { host: '127.0.0.1', port: 0 };
    const log = { ...silentLog, warn: (message: string) => warnings.push(message) };
    const limits = { pruneIntervalMs: 10 };
    const pruning = await startHub({ store, accounts: watched, listener, clock: hub.clock, log, limits });
    await asked;
    await pruning.close();
    expect(await accounts.rotate(old.ok ? old.value.refresh : '')).toEqual({ ok: false, error: 'unknown' });
    expect(warnings).toContain('but then the disk failed');
  });

  it('says when its address is taken', async () => {
    hub = await startTestHub();
    const { store, accounts } = hub.stores;
    const listener = { host: '127.0.0.1', port: Number(new URL(hub.url).port) };
    await expect(
      startHub({ store, accounts, listener, clock: hub.clock, log: silentLog }),
    ).rejects.toMatchObject({
      kind: 'wrong-usage',
    });
  });
});
