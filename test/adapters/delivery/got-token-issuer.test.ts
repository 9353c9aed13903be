import { GotTokenIssuer } from '../../../src/adapters/delivery/got-token-issuer.js';
import { ChaosHub } from '../../support/chaos-hub.js';
import type { Misbehaviour } from '../../support/misbehaviour.js';

const TOKENS = { access: 'a1', refresh: 'r1' };
const SHORT = { connectMs: 200, firstByteMs: 200, wholeMs: 300 };
/** Where the answer decides: a busy machine is to be given the time to read it. */
const GENEROUS = { connectMs: 5_000, firstByteMs: 15_000, wholeMs: 20_000 };

describe('GotTokenIssuer', () => {
  let server: ChaosHub;
  let subject: GotTokenIssuer;

  beforeEach(async () => {
    server = await ChaosHub.start();
    subject = new GotTokenIssuer({ version: '1.2.3', timeouts: GENEROUS });
  });
  afterEach(async () => {
    await subject.close();
    await server.close();
  });

  const signIn = (fault: Misbehaviour) => {
    server.on('/api/v1/token/').next(fault);
    return subject.signIn({ url: `${server.address.url}/` }, 'ada', 'hunter2');
  };
  const refresh = (fault: Misbehaviour) => {
    server.on('/api/v1/token/refresh/').next(fault);
    return subject.refresh(server.address, 'refresh-secret');
  };

  it.each([
    ['two lines', 'acme\nSigned out.'],
    ['an escape', 'acme\u001b[2J'],
    ['hidden characters', 'ac\u200bme'],
    ['reordered characters', '\u202eemca'],
    ['a line separator', 'acme\u2028x'],
  ])('does not understand an answer whose team or user is %s', async (_, name) => {
    const refused = {
      ok: false,
      error: { fault: 'unavailable', reason: 'the answer of the hub is not understood' },
    };
    expect(await signIn({ status: 200, body: { ...TOKENS, team_slug: name } })).toEqual(refused);
    for (const body of [
      { user: { username: name }, teams: ['acme'] },
      { user: 'ada', teams: [{ slug: name }] },
      { user: 'ada', teams: ['acme'], team_slug: name },
    ]) {
      server.on('/api/v1/me/').next({ status: 200, body });
      expect(await subject.identify(server.address, 'token')).toEqual(refused);
    }
  });

  it.each(['https://hub.example.org', 'hub 1', 'hub\n1', 7])(
    'takes a hub whose id is %j for one that has stated none',
    async (hubId) => {
      const issued = await signIn({ status: 200, body: { ...TOKENS, hub_id: hubId } });
      expect(issued).toMatchObject({ ok: true });
      expect(issued.ok && issued.value).not.toHaveProperty('hubId');
    },
  );

  it.each([
    [{}, 900, 604_800],
    [{ access_lifetime: 60, refresh_lifetime: '3600' }, 60, 3600],
    [{ expires_in: '120', refresh_expires_in: 7200 }, 120, 7200],
    [{ access_lifetime: 'soon', expires_in: 30 }, 30, 604_800],
    [{ access_lifetime: 0, refresh_lifetime: -5 }, 900, 604_800],
    [{ access_lifetime: null, refresh_lifetime: '' }, 900, 604_800],
    [{ access_lifetime: 1e300, refresh_lifetime: [] }, 900, 604_800],
  ])('reads the lifetimes %j as %d and %d seconds', async (lifetimes, access, whole) => {
    const issued = await signIn({ status: 200, body: { ...TOKENS, ...lifetimes } });
    expect(issued).toMatchObject({
      ok: true,
      value: { accessLifetimeSeconds: access, refreshLifetimeSeconds: whole },
    });
  });

  it.each([
    [{ access: 'a1' }],
    [{ refresh: 'r1' }],
    [{ access: '', refresh: 'r1' }],
    [{ access: 'a1', refresh: 5 }],
    [{ access: 'line\nbreak', refresh: 'r1' }],
    [[]],
    ['nonsense'],
  ])('does not take %j for tokens', async (body) => {
    const fault = {
      ok: false,
      error: { fault: 'unavailable', reason: 'the answer of the hub is not understood' },
    };
    expect(await signIn({ status: 200, body })).toEqual(fault);
    expect(await refresh({ status: 200, body })).toEqual(fault);
  });

  it('keeps team and hub id where they are names', async () => {
    const issued = await signIn({ status: 200, body: { ...TOKENS, team_slug: 'acme', hub_id: 7 } });
    expect(issued.ok && issued.value).toMatchObject({ teamSlug: 'acme' });
    expect(issued.ok && issued.value).not.toHaveProperty('hubId');
  });

  it.each(['acme\nSigned in.', 'ac\u200bme', '\x1b[2J', 'a\u2028b', 'a\u{e0041}', ' ', 'x'.repeat(201)])(
    'takes %j for no name',
    async (name) => {
      const issued = await signIn({ status: 200, body: { ...TOKENS, team_slug: name, hub_id: name } });
      expect(issued.ok && Object.keys(issued.value)).not.toEqual(expect.arrayContaining(['teamSlug']));
      expect(issued.ok && issued.value).not.toHaveProperty('hubId');
    },
  );

  it.each<Misbehaviour>(['never-answer', 'never-read'])(
    'waits for %j no longer than it may',
    async (fault) => {
      await subject.close();
      subject = new GotTokenIssuer({ version: '1.2.3', timeouts: SHORT });
      expect(await signIn(fault)).toEqual({
        ok: false,
        error: { fault: 'unavailable', reason: 'no answer in time' },
      });
    },
  );

  it.each<[Misbehaviour, string]>([
    ['reset', 'connection reset'],
    ['not-http', 'the answer cannot be read (HPE_INVALID_CONSTANT)'],
    [{ flood: 1024 ** 3 }, 'status 200 with a body over 1048576 bytes'],
    [{ flood: 1024 ** 3, gzip: true }, 'status 200 with a body over 1048576 bytes'],
    [{ status: 302, headers: { location: 'https://elsewhere.example.org/' } }, 'status 302: {}'],
    [{ status: 503, body: { detail: 'later' } }, 'status 503: later'],
    [{ status: 429, body: '' }, 'status 429'],
    [{ status: 204 }, 'status 204'],
  ])('says unavailable for %j', async (fault, reason) => {
    expect(await signIn(fault)).toEqual({ ok: false, error: { fault: 'unavailable', reason } });
    expect(server.requests.filter((request) => request.path !== '/api/v1/token/')).toEqual([]);
  });

  it.each<[Misbehaviour, string]>([
    [{ status: 401 }, 'refused'],
    [{ status: 400, body: { error: 'invalid_grant' } }, 'refused'],
    [{ status: 400, body: { error: 'bad request' } }, 'unavailable'],
    [{ status: 403 }, 'unavailable'],
    [{ status: 500 }, 'unavailable'],
  ])('reads the answer %j to a refresh as %s', async (fault, expected) => {
    expect(await refresh(fault)).toMatchObject({ ok: false, error: { fault: expected } });
  });

  it('never repeats a secret that the hub echoes', async () => {
    const answers = [
      await signIn({ status: 401, body: { detail: 'hunter2 is wrong' } }),
      await signIn({ status: 500, body: 'hunter2' }),
      await refresh({ status: 401, body: { detail: 'refresh-secret is spent' } }),
      await refresh({ status: 503, body: 'refresh-secret' }),
      await signIn({ status: 200, body: { access: 'only-access' } }),
    ];
    expect(JSON.stringify(answers)).not.toMatch(/hunter2|refresh-secret|only-access/);
    expect(answers[0]).toMatchObject({ error: { reason: '[redacted] is wrong' } });
  });

  it('sends an access token nowhere that it could break out of its header', async () => {
    expect(await subject.identify(server.address, 'a\r\nb')).toMatchObject({ error: { fault: 'refused' } });
    expect(await subject.liveToken(server.address, '')).toMatchObject({ error: { fault: 'refused' } });
    expect(server.requests).toEqual([]);
  });

  it.each<[number, unknown]>([
    [200, { ok: true }],
    [204, { ok: true }],
    [404, { ok: true }],
    [405, { ok: true }],
    [401, { error: { fault: 'refused' } }],
    [500, { error: { fault: 'unavailable' } }],
  ])('reads a %d to a revocation', async (status, expected) => {
    server.on('/api/v1/token/revoke/').next({ status });
    expect(await subject.revoke(server.address, 'refresh-secret')).toMatchObject(expected as object);
    expect(JSON.parse(server.requests[0]!.text)).toEqual({ refresh: 'refresh-secret' });
  });

  it.each<[unknown, unknown]>([
    [
      { user: 'ada', teams: ['acme', 'b'] },
      { username: 'ada', teams: ['acme', 'b'] },
    ],
    [
      { username: 'ada', teams: [{ slug: 'acme' }, { name: 'b' }, 5] },
      { username: 'ada', teams: ['acme', 'b'] },
    ],
    [
      { user: { username: 'ada' }, teams: [], hub_id: 'h' },
      { username: 'ada', teams: [], hubId: 'h' },
    ],
    [
      { user: { name: 'ada' }, teams: [{ team_slug: 'acme' }] },
      { username: 'ada', teams: ['acme'] },
    ],
  ])('reads who the bearer is from %j', async (body, who) => {
    server.on('/api/v1/me/').next({ status: 200, body });
    expect(await subject.identify(server.address, 'x')).toEqual({ ok: true, value: who });
  });

  it('does not know who the bearer is at a hub without that call, or with another answer', async () => {
    server
      .on('/api/v1/me/')
      .next({ status: 404 }, { status: 200, body: { teams: [] } }, { status: 200, body: [] });
    expect(await subject.identify(server.address, 'x')).toEqual({ ok: true, value: undefined });
    expect(await subject.identify(server.address, 'x')).toMatchObject({ error: { fault: 'unavailable' } });
    expect(await subject.identify(server.address, 'x')).toMatchObject({ error: { fault: 'unavailable' } });
  });

  it('asks for a live token with the bearer token and an empty body', async () => {
    const access = server.hub.signIns.machineToken('ada');
    await subject.liveToken(server.address, access);
    expect(server.requests[0]).toMatchObject({ method: 'POST', path: '/api/v1/ws-token/', text: '' });
    expect(server.requests[0]?.headers).toMatchObject({
      authorization: `Bearer ${access}`,
      'content-length': '0',
    });
    server.on('/api/v1/ws-token/').next({ status: 404 }, { status: 200, body: { ws_token: 7 } });
    expect(await subject.liveToken(server.address, access)).toMatchObject({
      error: { fault: 'unavailable' },
    });
    expect(await subject.liveToken(server.address, access)).toMatchObject({
      error: { fault: 'unavailable' },
    });
  });
});
