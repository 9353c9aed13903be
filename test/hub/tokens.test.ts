import { startTestHub, PASSWORD, type TestHub } from '../support/hub.js';

type Body = Readonly<Record<string, unknown>>;

describe('signing in at the hub', () => {
  let hub: TestHub;
  beforeEach(async () => (hub = await startTestHub()));
  afterEach(() => hub.close());

  const post = async (
    path: string,
    body: unknown,
    token?: string,
  ): Promise<{ status: number; body: Body }> => {
    const response = await fetch(`${hub.url}${path}`, {
      method: 'POST',
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
    const text = await response.text();
    return { status: response.status, body: text === '' ? {} : (JSON.parse(text) as Body) };
  };

  const signIn = () => post('/api/v1/token/', { username: 'acme', password: PASSWORD });

  it("hands out tokens with lifetimes, team and the hub's id", async () => {
    expect(await signIn()).toEqual({
      status: 200,
      body: {
        access: expect.any(String),
        refresh: expect.any(String),
        access_lifetime: 900,
        refresh_lifetime: 604_800,
        team_slug: 'acme',
        hub_id: hub.stores.store.hubId,
      },
    });
  });

  it('refuses wrong credentials with 401 and repeats nothing of them', async () => {
    for (const body of [
      { username: 'acme', password: 'wrong-password' },
      { username: 'nobody', password: PASSWORD },
    ]) {
      const answer = await post('/api/v1/token/', body);
      expect(answer).toMatchObject({
        status: 401,
        body: { type: 'urn:spec-kitty-sync:problem:wrong-credentials' },
      });
      expect(JSON.stringify(answer.body)).not.toContain(body.password);
    }
    await hub.stores.accounts.removeMember('acme', 'acme');
    expect((await signIn()).status).toBe(403);
    expect(
      (await post('/api/v1/token/', { username: 'zenith', password: PASSWORD, team_slug: 'acme' })).status,
    ).toBe(403);
  });

  it('refuses bodies that lack what it needs', async () => {
    for (const body of ['', '[]', '{', {}, { username: 'acme' }, { username: 'acme', password: 7 }]) {
      expect((await post('/api/v1/token/', body)).status).toBe(400);
    }
    expect((await post('/api/v1/token/', { username: 'x'.repeat(20_000), password: 'y' })).status).toBe(413);
    expect((await post('/api/v1/token/refresh/', {})).status).toBe(400);
    expect((await post('/api/v1/token/revoke/', {})).status).toBe(400);
  });

  it('scenario 17: rotates, repeats a lost answer, and ends a session whose old token comes back late', async () => {
    const first = (await signIn()).body;
    const second = (await post('/api/v1/token/refresh/', { refresh: first['refresh'] })).body;
    expect(second).toMatchObject({ team_slug: 'acme', hub_id: hub.stores.store.hubId });
    expect((await post('/api/v1/token/refresh/', { refresh: first['refresh'] })).body).toEqual(second);
    hub.clock.set(hub.clock.nowMs() + 61_000);
    for (const refresh of [first['refresh'], second['refresh'], 'nonsense']) {
      expect(await post('/api/v1/token/refresh/', { refresh })).toMatchObject({
        status: 401,
        body: { type: 'urn:spec-kitty-sync:problem:session-ended', code: 'invalid_grant' },
      });
    }
    expect((await post('/api/v1/ws-token/', '', String(second['access']))).status).toBe(401);
  });

  it('refuses to renew the sign-in of somebody who left the team', async () => {
    const { refresh } = (await signIn()).body;
    await hub.stores.accounts.removeMember('acme', 'acme');
    expect((await post('/api/v1/token/refresh/', { refresh })).status).toBe(403);
  });

  it('revokes a session, known or not', async () => {
    const { access, refresh } = (await signIn()).body;
    expect((await post('/api/v1/token/revoke/', { refresh })).status).toBe(204);
    expect((await post('/api/v1/token/revoke/', { refresh: 'nonsense' })).status).toBe(204);
    expect((await post('/api/v1/token/refresh/', { refresh })).status).toBe(401);
    expect((await post('/api/v1/ws-token/', '', String(access))).status).toBe(401);
  });

  it('issues live tokens with their lifetime', async () => {
    const { access } = (await signIn()).body;
    expect(await post('/api/v1/ws-token/', '', String(access))).toEqual({
      status: 200,
      body: { ws_token: expect.any(String), expires_in: 900 },
    });
    expect((await post('/api/v1/ws-token/', '')).status).toBe(401);
  });

  it('says who the bearer is', async () => {
    const { access } = (await signIn()).body;
    const response = await fetch(`${hub.url}/api/v1/me/`, {
      headers: { authorization: `Bearer ${String(access)}` },
    });
    expect(await response.json()).toEqual({
      user: { username: 'acme' },
      username: 'acme',
      team_slug: 'acme',
      teams: ['acme'],
      hub_id: hub.stores.store.hubId,
      history: hub.stores.store.history,
      capabilities: ['ack', 'auth', 'sequence', 'report'],
    });
  });

  it('turns sign-ins away when there is no room to check a password', async () => {
    await hub.close();
    hub = await startTestHub({ limits: { signIns: 0, waitingSignIns: 0 } });
    const response = await fetch(`${hub.url}/api/v1/token/`, {
      method: 'POST',
      body: JSON.stringify({ username: 'acme', password: PASSWORD }),
    });
    expect(response.status).toBe(429);
    expect(response.headers.get('retry-after')).toBe('2');
  });
});
