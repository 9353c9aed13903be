import { readFileSync } from 'node:fs';
import { once } from 'node:events';
import { get } from 'node:https';
import { connect } from 'node:net';
import { join } from 'node:path';
import WebSocket from 'ws';
import { startHub, type RunningHub } from '../../src/app/hub/start-hub.js';
import { silentLog, startTestHub, type TestHub } from '../support/hub.js';
import { liveTokenFor } from '../support/live-client.js';

const read = (name: string): string =>
  readFileSync(join(import.meta.dirname, '..', 'fixtures', 'tls', name), 'utf8');

describe('a hub with a certificate', () => {
  const cert = read('cert.pem');
  let plain: TestHub;
  let hub: RunningHub;

  beforeEach(async () => {
    plain = await startTestHub();
    hub = await startHub({
      store: plain.stores.store,
      accounts: plain.stores.accounts,
      listener: { host: '127.0.0.1', port: 0, tls: { cert, key: read('key.pem') } },
      clock: plain.clock,
      log: silentLog,
      limits: { drainMs: 50 },
    });
  });

  afterEach(async () => {
    await hub.close();
    await plain.close();
  });

  it('serves https', async () => {
    expect(hub.url).toMatch(/^https:/);
    const body = await new Promise<string>((resolve, reject) => {
      get(`${hub.url}/healthz`, { ca: cert, agent: false }, (response) => {
        let text = '';
        response.on('data', (chunk) => (text += String(chunk)));
        response.on('end', () => resolve(text));
      }).on('error', reject);
    });
    expect(JSON.parse(body)).toEqual({ status: 'ok' });
  });

  it('does not wait for a connection that never finishes its handshake', async () => {
    const { hostname, port } = new URL(hub.url);
    const socket = connect(Number(port), hostname).on('error', () => undefined);
    await once(socket, 'connect');
    const ended = new Promise((resolve) => socket.once('close', resolve));
    await Promise.all([ended, hub.close()]);
  });

  it('serves wss', async () => {
    const token = await liveTokenFor(plain.url, await plain.tokenOf('acme'));
    const socket = new WebSocket(`${hub.url.replace('https', 'wss')}/ws/v1/events/`, {
      ca: cert,
      headers: { authorization: `Bearer ${token}` },
    });
    const first = await new Promise<string>((resolve, reject) => {
      socket.on('message', (data) => resolve(String(data)));
      socket.on('error', reject);
    });
    expect(JSON.parse(first)).toMatchObject({ type: 'snapshot' });
    socket.terminate();
  });

  it('says so when the certificate and the key are swapped', async () => {
    const listener = { host: '127.0.0.1', port: 0, tls: { cert: read('key.pem'), key: cert } };
    const { store, accounts } = plain.stores;
    await expect(
      startHub({ store, accounts, listener, clock: plain.clock, log: silentLog }),
    ).rejects.toMatchObject({
      kind: 'wrong-usage',
      message: 'The certificate and the key cannot be used; they may be swapped.',
      hint: expect.stringContaining('--tls-key') as string,
    });
  });
});
