import { request } from 'node:http';
import { OwnNames } from '../../src/app/hub/own-names.js';
import { startHub } from '../../src/app/hub/start-hub.js';
import { silentLog, startTestHub, type TestHub } from '../support/hub.js';

describe('names under which a hub is called', () => {
  let hub: TestHub;
  beforeEach(async () => (hub = await startTestHub()));
  afterEach(() => hub.close());

  const call = (
    path: string,
    headers: Readonly<Record<string, string>>,
    method = 'GET',
  ): Promise<{ status: number | undefined; body: string }> =>
    new Promise((resolve, reject) => {
      const sent = request(`${hub.url}${path}`, { method, headers }, (answer) => {
        let body = '';
        answer.on('data', (chunk) => (body += String(chunk)));
        answer.on('end', () => resolve({ status: answer.statusCode, body }));
      });
      sent.on('error', reject);
      sent.end();
    });

  it('are its own: another one reaches nothing', async () => {
    for (const host of ['evil.example', 'localhost.evil.example', 'evil.example:80']) {
      expect([host, (await call('/healthz', { host })).status]).toEqual([host, 421]);
    }
    for (const host of ['localhost', 'localhost:1', '127.0.0.1', '[::1]:8787', '192.168.1.7:8787']) {
      expect([host, (await call('/healthz', { host })).status]).toEqual([host, 200]);
    }
  });

  it('are those of pages that may change something', async () => {
    const own = hub.url;
    for (const origin of ['http://evil.example', 'null', 'http://127.0.0.1:1']) {
      const refused = await call('/api/v1/token/', { origin }, 'POST');
      expect([origin, refused.status]).toEqual([origin, 403]);
      expect(refused.body).toContain('foreign-origin');
      expect((await call('/healthz', { origin })).status).toBe(200);
      const upgrade = { origin, connection: 'upgrade', upgrade: 'websocket' };
      expect((await call('/ws/v1/events/', upgrade)).status).toBe(403);
    }
    expect((await call('/api/v1/token/', { origin: own }, 'POST')).status).toBe(400);
  });

  it('include the announced one', async () => {
    const names = new OwnNames({ host: '0.0.0.0', publicUrl: 'https://hub.example.com/kitty/' });
    const judge = (headers: Readonly<Record<string, string>>) =>
      names.judge({ method: 'POST', headers } as never)?.kind;
    expect(judge({ host: 'hub.example.com' })).toBeUndefined();
    expect(judge({ host: 'localhost', origin: 'https://hub.example.com' })).toBeUndefined();
    expect(judge({ host: 'other.example.com' })).toBe('unknown-host');
    expect(names.base({ headers: {} } as never)).toBe('https://hub.example.com/kitty');
  });

  it.each([
    ['0.0.0.0', undefined, true],
    ['0.0.0.0', 'https://hub.example.com', false],
    ['127.0.0.1', undefined, false],
  ])('listening on %s as %s warns of words in the clear: %s', async (host, publicUrl, warns) => {
    const warnings: string[] = [];
    const { store, accounts } = hub.stores;
    const open = await startHub({
      ...{ store, accounts, clock: hub.clock },
      listener: { host, port: 0, ...(publicUrl === undefined ? {} : { publicUrl }) },
      log: { ...silentLog, warn: (line) => warnings.push(line) },
    });
    await open.close();
    expect(warnings.some((line) => line.includes('without TLS'))).toBe(warns);
  });
});
