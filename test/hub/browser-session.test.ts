import { makeEvent, incoming, FEATURE, PROJECT } from '../support/hub-events.js';
import { PASSWORD, startTestHub, type TestHub } from '../support/hub.js';

describe('the session of a browser', () => {
  let hub: TestHub;

  beforeEach(async () => {
    hub = await startTestHub();
  });

  afterEach(() => hub.close());

  const post = (path: string, body: object, headers: Readonly<Record<string, string>> = {}) =>
    fetch(`${hub.url}${path}`, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json', ...headers },
    });
  const signIn = async (username = 'acme'): Promise<string> => {
    const response = await post('/api/v1/session/', { username, password: PASSWORD });
    expect(response.status).toBe(200);
    const cookie = response.headers.get('set-cookie') ?? '';
    expect(cookie).toMatch(/; Path=\/; HttpOnly; SameSite=Strict$/);
    return cookie.split(';', 1)[0] ?? '';
  };
  const me = (cookie: string) => fetch(`${hub.url}/api/v1/me/`, { headers: { cookie } });

  it('is a cookie that opens the API, until it is ended', async () => {
    const cookie = await signIn();
    expect(await (await me(cookie)).json()).toMatchObject({ username: 'acme', team_slug: 'acme' });
    const ended = await post('/api/v1/session/end/', {}, { cookie, origin: hub.url });
    expect(ended.headers.get('set-cookie')).toMatch(/=; Max-Age=0;/);
    expect((await me(cookie)).status).toBe(401);
  });

  it('is renewed on the way when its access token has expired', async () => {
    const cookie = await signIn();
    await hub.clock.advance(3_600_000);
    const response = await me(cookie);
    expect(response.status).toBe(200);
    const renewed = response.headers.get('set-cookie')?.split(';', 1)[0] ?? '';
    expect(renewed).not.toBe(cookie);
    expect((await me(renewed)).status).toBe(200);
  });

  it('changes nothing for a page of another site, nor for what does not say where it comes from', async () => {
    const cookie = await signIn();
    for (const headers of [{ cookie }, { cookie, origin: 'https://evil.example' }])
      expect((await post('/api/v1/ws-token/', {}, headers)).status).toBe(403);
    expect((await post('/api/v1/ws-token/', {}, { cookie, origin: hub.url })).status).toBe(200);
  });

  it('shows its own sign-ins only, and ends no others', async () => {
    const cookie = await signIn();
    const other = await signIn('zenith');
    const list = async (own: string) =>
      (
        (await (await fetch(`${hub.url}/api/v1/sessions/`, { headers: { cookie: own } })).json()) as {
          sessions: { id: string; current: boolean }[];
        }
      ).sessions;
    const [mine] = await list(cookie);
    expect(mine).toMatchObject({ kind: 'device', name: 'browser', current: true });
    const end = (own: string) =>
      post('/api/v1/sessions/end/', { id: mine?.id }, { cookie: own, origin: hub.url });
    expect((await end(other)).status).toBe(404);
    expect((await end(cookie)).status).toBe(200);
    expect((await me(cookie)).status).toBe(401);
  });

  it('reads the history of a work package and the flow of a feature, of its team alone', async () => {
    await hub.stores.store
      .forTeam('acme')
      .append([makeEvent({ lamport_clock: 2 }), makeEvent({ lamport_clock: 1 })].map(incoming));
    const read = async (path: string, user: string) =>
      (
        await fetch(`${hub.url}/api/v1/projects/${PROJECT}/features/${FEATURE}/${path}`, {
          headers: { cookie: await signIn(user) },
        })
      ).json();
    expect(await read('history/?work_package=WP01', 'acme')).toMatchObject({
      entries: [
        { sequence: 2, late: true, event: { lamport_clock: 1 } },
        { sequence: 1, late: false },
      ],
      more: false,
    });
    expect(await read('history/?work_package=WP02', 'acme')).toMatchObject({ entries: [] });
    expect(await read('flow/', 'acme')).toMatchObject({ days: [{ day: '2026-01-01', doing: 1 }] });
    expect(await read('history/', 'zenith')).toEqual({ entries: [], more: false });
  });
});
