import { jest } from '@jest/globals';
import { StderrLog } from '../../src/adapters/host/log.js';
import { People } from '../../src/app/hub/people.js';
import { PASSWORD, startTestHub, type TestHub, type TestHubOptions } from '../support/hub.js';
import { connectLive, liveTokenFor } from '../support/live-client.js';

type Body = Readonly<Record<string, string>>;

describe('accounts of a hub that serves', () => {
  let hub: TestHub;
  let said: string[];
  const start = async (options: TestHubOptions = {}): Promise<void> => {
    said = [];
    const log = new StderrLog({ write: (text) => said.push(text.trimEnd()) });
    hub = await startTestHub({ ...options, log });
  };
  afterEach(() => hub.close());

  const post = (
    path: string,
    body: Body,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Response> => fetch(`${hub.url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  const signIn = (password = PASSWORD, username = 'acme') => post('/api/v1/token/', { username, password });
  const submit = (path: string, fields: Body) =>
    fetch(`${hub.url}${path}`, { method: 'POST', body: new URLSearchParams(fields) });
  const audited = () => said.filter((line) => line.startsWith('audit '));

  it('closes what is open when its right is taken back, whoever does that', async () => {
    await start({ limits: { membershipCheckMs: 10 } });
    const people = new People(hub.stores.accounts);
    const takeBack: Record<string, () => Promise<unknown>> = {
      session: () => people.endSessions('device', { user: 'acme' }),
      password: () => people.setPassword('acme', PASSWORD),
      membership: () => people.leave('acme', 'acme').then(() => people.join('acme', 'zenith')),
      user: () => people.removeUser('acme'),
    };
    for (const [what, ended] of Object.entries(takeBack)) {
      const client = await connectLive(hub.url, await liveTokenFor(hub.url, await hub.tokenOf('acme')));
      const other = await connectLive(hub.url, await liveTokenFor(hub.url, await hub.tokenOf('zenith')));
      await ended();
      expect([what, await client.closed]).toEqual([what, 4401]);
      expect(other.socket.readyState).toBe(other.socket.OPEN);
      other.end();
    }
    expect(audited().filter((line) => line.startsWith('audit taken-back'))).not.toHaveLength(0);
  });

  it('asks once for all that is open, however much that is', async () => {
    await start({ limits: { membershipCheckMs: 10 } });
    const { accounts } = hub.stores;
    const open = await Promise.all(
      Array.from({ length: 12 }, async () =>
        connectLive(hub.url, await liveTokenFor(hub.url, await hub.tokenOf('acme'))),
      ),
    );
    const one = jest.spyOn(accounts, 'identify');
    const all = jest.spyOn(accounts, 'identifyAll');
    await new People(accounts).endSessions('device', { user: 'acme' });
    expect(await Promise.all(open.map((client) => client.closed))).toEqual(open.map(() => 4401));
    expect(one.mock.calls).toEqual([]);
    expect(all).toHaveBeenCalledTimes(1);
  });

  it('opens one connection with a live token', async () => {
    await start();
    const token = await liveTokenFor(hub.url, await hub.tokenOf('acme'));
    const client = await connectLive(hub.url, token);
    await expect(connectLive(hub.url, token)).rejects.toThrow('401');
    client.end();
  });

  it('throttles guesses at a user and from an address, and no one who knows the password', async () => {
    await start({ limits: { attemptsByUser: { burst: 3, everyMs: 60_000 } } });
    for (let round = 0; round < 6; round++) expect((await signIn()).status).toBe(200);
    const guesses = [];
    for (let round = 0; round < 5; round++) guesses.push((await signIn('guess number one')).status);
    expect(guesses).toEqual([401, 401, 401, 429, 429]);
    const refused = await signIn();
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '60']);
    expect((await signIn(PASSWORD, 'zenith')).status).toBe(200);
    hub.clock.set(hub.clock.nowMs() + 60_000);
    expect((await signIn()).status).toBe(200);
  });

  it('counts an address over all users', async () => {
    await start({ limits: { attemptsByAddress: { burst: 2, everyMs: 60_000 } } });
    expect((await signIn('wrong password', 'bo')).status).toBe(401);
    expect((await signIn('wrong password', 'cy')).status).toBe(401);
    expect((await signIn()).status).toBe(429);
  });

  it('writes one line for each sign-in, refusal and end, without secrets', async () => {
    await start();
    const { access, refresh } = (await (await signIn()).json()) as Body;
    await signIn('guess number one', 'nobody "quoted"\nadmin');
    await post('/api/v1/token/refresh/', { refresh: 'nonsense' });
    await post('/api/v1/token/revoke/', { refresh: refresh! });
    await fetch(`${hub.url}/api/v1/me/`, { headers: { authorization: `Bearer ${access!}` } });
    expect(audited().map((line) => line.replaceAll(/session="\w+"/g, 'session=…'))).toEqual([
      'audit sign-in purpose="tokens" user="acme" team="acme" address="127.0.0.1"',
      'audit sign-in-refused purpose="tokens" user="nobody \\"quoted\\"\\nadmin" address="127.0.0.1" reason="wrong-credentials"',
      'audit access-refused purpose="refresh" reason="unknown" address="127.0.0.1"',
      'audit session-ended user="acme" team="acme" session=… address="127.0.0.1"',
      'audit access-refused reason="revoked" address="127.0.0.1"',
    ]);
    for (const secret of [access!, refresh!, PASSWORD, 'guess number one', 'nonsense']) {
      expect(said.join('\n')).not.toContain(secret);
    }
  });

  it('signs in a device by a code that a person types on a page', async () => {
    await start();
    const codes = (await (await post('/api/v1/device/code/', { device: 'shelf' })).json()) as Body;
    expect(codes).toMatchObject({
      verification_uri: `${hub.url}/device`,
      verification_uri_complete: `${hub.url}/device?user_code=${codes['user_code']!}`,
      user_code: expect.stringMatching(/^[A-Z]{4}-[A-Z]{4}$/),
      expires_in: 900,
      interval: 5,
    });
    const ask = () => submit('/api/v1/device/token/', { device_code: codes['device_code']! });
    expect([(await ask()).status, ((await (await ask()).json()) as Body)['error']]).toEqual([
      400,
      'slow_down',
    ]);
    const shown = await fetch(`${hub.url}/device?user_code=${codes['user_code']!}%22%3E%3Cb%3E`);
    expect(shown.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(await shown.text()).not.toContain('"><b>');
    const person = { user_code: codes['user_code']!, username: 'acme' };
    expect((await submit('/device', { ...person, password: 'guess number one' })).status).toBe(401);
    expect((await submit('/device', { ...person, password: PASSWORD, team_slug: 'zenith' })).status).toBe(
      403,
    );
    expect((await submit('/device', { ...person, password: PASSWORD, user_code: 'XXXX-XXXX' })).status).toBe(
      400,
    );
    expect((await submit('/device', { username: 'acme' })).status).toBe(400);
    expect((await submit('/device', { ...person, password: PASSWORD })).status).toBe(200);
    hub.clock.set(hub.clock.nowMs() + 5000);
    expect(await (await ask()).json()).toMatchObject({ team_slug: 'acme', refresh: expect.any(String) });
    expect(((await (await ask()).json()) as Body)['error']).toBe('expired_token');
    expect(await hub.stores.accounts.sessions('device')).toMatchObject([{ user: 'acme', name: 'shelf' }]);
  });

  it('lets only so many devices of an address ask', async () => {
    await start({ limits: { devicesByAddress: { burst: 1, everyMs: 1000 } } });
    expect((await post('/api/v1/device/code/', {})).status).toBe(200);
    expect((await post('/api/v1/device/code/', {})).status).toBe(429);
  });

  it('makes the first user by a link that works once', async () => {
    await start();
    expect(hub.setupUrl).toBeUndefined();
    const { accounts } = hub.stores;
    for (const user of ['acme', 'zenith']) await accounts.removeUser(user);
    const first = { username: 'ada', password: PASSWORD, team: 'first' };
    const code = (await accounts.mintSetupCode()) ?? '';
    expect(await (await fetch(`${hub.url}/setup?code=${code}`)).text()).toContain(code);
    expect((await submit('/setup', { ...first, code: 'guess' })).status).toBe(403);
    expect((await submit('/setup', { ...first, code, team: '' })).status).toBe(400);
    const refused = await submit('/setup', { ...first, code, team: 'No Slug' });
    expect(refused.status).toBe(400);
    const next = /name="code"[^>]*value="([^"]+)"/.exec(await refused.text())?.[1] ?? '';
    expect((await submit('/setup', { ...first, code: next })).status).toBe(200);
    expect((await submit('/setup', { ...first, code: next })).status).toBe(403);
    expect((await signIn(PASSWORD, 'ada')).status).toBe(200);
  });
});
