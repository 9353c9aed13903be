import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { makeEvent, mintId, PROJECT } from '../support/hub-events.js';
import { startTestHub, type TestHub } from '../support/hub.js';

interface BatchAnswer {
  readonly results: readonly Readonly<Record<string, unknown>>[];
}

describe('batches', () => {
  let hub: TestHub;
  let token: string;

  beforeEach(async () => {
    hub = await startTestHub();
    token = await hub.tokenOf('acme');
  });

  afterEach(() => hub.close());

  const post = (
    body: string | Uint8Array,
    headers: Readonly<Record<string, string>> = {},
    path = '/api/v1/events/batch/',
  ) =>
    fetch(`${hub.url}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
      body: body as string,
    });

  const send = async (events: readonly unknown[]): Promise<BatchAnswer> => {
    const body = gzipSync(JSON.stringify({ events }));
    const response = await post(body, { 'content-encoding': 'gzip' });
    expect(response.status).toBe(200);
    return (await response.json()) as BatchAnswer;
  };

  it('stores and marks what the emitter of an older client lets through', async () => {
    const payload = { wp_id: 'WP01', previous_status: 'planned', new_status: 'doing', feature_slug: '001-a' };
    const odd = [
      makeEvent({ event_id: `${mintId()}\n` }),
      makeEvent({ payload: { ...payload, changed_by: '' } }),
      makeEvent({ payload: { ...payload, wp_id: 'WP01\n' } }),
      makeEvent({ payload: { ...payload, cost: 1e308 } }),
      makeEvent({ timestamp: '20260203T101112' }),
    ];
    expect(await send(odd)).toEqual({
      results: odd.map(({ event_id }) => ({ event_id, status: 'success' })),
    });
    expect(await send(odd)).toMatchObject({ results: odd.map(() => ({ status: 'duplicate' })) });
    const { events } = await hub.stores.store.forTeam('acme').read({ after: 0, limit: 10 });
    // An id is no part of what the board understands.
    expect(events.map(({ known }) => known)).toEqual([true, false, false, false, false]);
    expect(events.map(({ document }) => JSON.parse(document) as unknown)).toEqual(odd);
  });

  it('says to older clients that it keeps no planning documents, so that they do not offer them again', async () => {
    const response = await post('{}', {}, '/api/dossier/push-content/');
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ error: 'namespace_not_found' });
  });

  it('says at the health call that a token is not known, and nothing of the kind without one', async () => {
    const health = (headers: Record<string, string>) => fetch(`${hub.url}/api/v1/sync/health/`, { headers });
    expect((await health({})).status).toBe(200);
    expect((await health({ authorization: `Bearer ${token}` })).status).toBe(200);
    const refused = await health({ authorization: 'Bearer nobody' });
    expect(refused.status).toBe(401);
    expect(await refused.json()).toMatchObject({ type: 'urn:spec-kitty-sync:problem:not-authenticated' });
  });

  it('answers a receipt for each event, in gzip or plain', async () => {
    const [a, b] = [makeEvent(), makeEvent({ team_slug: 'local' })];
    expect(await send([a, b])).toEqual({
      results: [
        { event_id: a.event_id, status: 'success' },
        { event_id: b.event_id, status: 'success' },
      ],
    });
    const plain = await post(JSON.stringify({ events: [a] }));
    expect(await plain.json()).toEqual({ results: [{ event_id: a.event_id, status: 'duplicate' }] });
  });

  it('answers no events with no results', async () => {
    expect(await send([])).toEqual({ results: [] });
  });

  it('takes the path without its trailing slash and with a doubled leading one', async () => {
    expect((await post('{"events":[]}', {}, '/api/v1/events/batch')).status).toBe(200);
    expect((await post('{"events":[]}', {}, '//api/v1/events/batch/')).status).toBe(200);
  });

  it('answers duplicate only when the event is the same apart from its team', async () => {
    const event = makeEvent();
    await send([event]);
    const { payload, ...rest } = event;
    const reordered = { payload, ...rest, team_slug: 'local' };
    const other = { ...event, lamport_clock: 99 };
    expect(await send([reordered, other])).toEqual({
      results: [
        { event_id: event.event_id, status: 'duplicate' },
        { event_id: event.event_id, status: 'error', code: 'id-conflict', error_message: expect.any(String) },
      ],
    });
  });

  it('judges two events with one id in one batch one after the other', async () => {
    const event = makeEvent();
    const { results } = await send([event, event, { ...event, node_id: 'bbbbbbbbbbbb' }]);
    expect(results.map(({ status, code }) => [status, code])).toEqual([
      ['success', undefined],
      ['duplicate', undefined],
      ['error', 'id-conflict'],
    ]);
  });

  it('judges every event alone and stores the sound ones', async () => {
    const sound = makeEvent();
    const stranger = makeEvent({ team_slug: 'zenith' });
    const { results } = await send([
      null,
      7,
      { event_id: 'x' },
      stranger,
      sound,
      { ...makeEvent(), payload: {} },
    ]);
    expect(results.map(({ event_id, status, code }) => [event_id, status, code])).toEqual([
      ['unknown', 'error', 'schema'],
      ['unknown', 'error', 'schema'],
      ['x', 'error', 'schema'],
      [stranger.event_id, 'error', 'unknown-team'],
      [sound.event_id, 'success', undefined],
      [expect.any(String), 'error', 'schema'],
    ]);
    expect(results[5]).toMatchObject({ error_message: expect.stringContaining('payload.wp_id') });
    expect((await hub.stores.store.forTeam('acme').receipts({ after: 0, limit: 10 })).receipts).toEqual([
      { eventId: sound.event_id, sequence: expect.any(Number) },
    ]);
  });

  it('stores unknown event types and the older vocabulary, marked', async () => {
    const unknown = makeEvent({ event_type: 'GatePassed', payload: { gate: 'x' } });
    const older = makeEvent({
      event_id: '6FA459EA-EE8A-3CA4-894E-DB77E160355E',
      payload: { wp_id: 'WP01', from_lane: 'claimed', to_lane: 'in_progress', actor: 'a' },
    });
    const { results } = await send([unknown, older]);
    expect(results).toEqual([
      { event_id: unknown.event_id, status: 'success' },
      { event_id: '6FA459EA-EE8A-3CA4-894E-DB77E160355E', status: 'success' },
    ]);
    const { events } = await hub.stores.store.forTeam('acme').read({ after: 0, limit: 10 });
    expect(events.map(({ known }) => known)).toEqual([false, false]);
    expect(events[1]?.document).toBe(JSON.stringify(older));
  });

  it('keeps the document byte for byte', async () => {
    const text = `{ "extra" : 1.0, "e\\u0076il": "\\ud83d\\ude00", ${JSON.stringify(makeEvent()).slice(1)}`;
    await post(`{"events": [ ${text} ], "more": {"events": []}}`);
    const { events } = await hub.stores.store.forTeam('acme').read({ after: 0, limit: 10 });
    expect(events.map((event) => event.document)).toEqual([text]);
  });

  it('refuses a body that is no batch with a problem that base clients can read', async () => {
    for (const body of ['', '{', '[]', '{"events":{}}', '"events"']) {
      const response = await post(body);
      expect(response.status).toBe(400);
      expect(response.headers.get('content-type')).toBe('application/problem+json');
      expect(await response.json()).toMatchObject({
        type: 'urn:spec-kitty-sync:problem:malformed-body',
        status: 400,
        error: expect.any(String),
        details: expect.any(String),
      });
    }
    expect((await post(Buffer.from([0x7b, 0xff]))).status).toBe(400);
    expect((await post('no gzip', { 'content-encoding': 'gzip' })).status).toBe(400);
    expect((await post('{}', { 'content-encoding': 'br' })).status).toBe(415);
  });

  it('refuses what is too large, compressed, decompressed or by count, and goes on serving', async () => {
    const bomb = gzipSync(Buffer.alloc(9 * 1024 * 1024, 0x20));
    expect((await post(bomb, { 'content-encoding': 'gzip' })).status).toBe(413);
    expect((await post(Buffer.alloc(8 * 1024 * 1024 + 1, 0x20))).status).toBe(413);
    const noise = gzipSync(randomBytes(1024 * 1024 + 1));
    expect((await post(noise, { 'content-encoding': 'gzip' })).status).toBe(413);
    const many = await post(JSON.stringify({ events: Array.from({ length: 1001 }, () => 0) }));
    expect(many.status).toBe(413);
    expect(await many.json()).toMatchObject({ type: 'urn:spec-kitty-sync:problem:batch-too-large' });
    expect(await send([])).toEqual({ results: [] });
  });

  it('answers an event that is too large by itself', async () => {
    const huge = makeEvent({}, { note: 'x'.repeat(140_000) });
    const small = makeEvent();
    const { results } = await send([huge, small]);
    expect(results.map(({ status, code }) => [status, code])).toEqual([
      ['error', 'event-too-large'],
      ['success', undefined],
    ]);
  });

  it('asks for a token that it knows', async () => {
    for (const [authorization, detail] of [
      ['', 'missing'],
      ['Bearer nonsense', 'invalid_token'],
    ]) {
      const response = await fetch(`${hub.url}/api/v1/events/batch/`, {
        method: 'POST',
        headers: authorization === '' ? {} : { authorization: authorization ?? '' },
        body: '{"events":[]}',
      });
      expect(response.status).toBe(401);
      expect(response.headers.get('www-authenticate')).toMatch(
        detail === 'missing' ? /^Bearer$/ : /invalid_token/,
      );
    }
  });

  it('refuses a user who has left the team with 403', async () => {
    await hub.stores.accounts.removeMember('acme', 'acme');
    const response = await post('{"events":[]}');
    expect(response.status).toBe(403);
    expect(await response.json()).toMatchObject({ type: 'urn:spec-kitty-sync:problem:not-a-member' });
  });

  it('folds what it stores into the board', async () => {
    await send([makeEvent()]);
    const board = await fetch(`${hub.url}/api/v1/projects/${PROJECT}/board/`, {
      headers: { authorization: `Bearer ${token}` },
    });
    expect(await board.json()).toMatchObject({
      project_uuid: PROJECT,
      features: [{ feature_slug: '001-login', work_packages: [{ wp_id: 'WP01', lane: 'doing' }] }],
    });
  });

  it('stores a thousand events in one request and gives them growing sequence numbers', async () => {
    const events = Array.from({ length: 1000 }, (_, at) =>
      makeEvent({ lamport_clock: at + 1, event_id: mintId() }),
    );
    const { results } = await send(events);
    expect(results).toEqual(events.map(({ event_id }) => ({ event_id, status: 'success' })));
    const { receipts } = await hub.stores.store.forTeam('acme').receipts({ after: 0, limit: 2000 });
    expect(receipts.map(({ eventId }) => eventId)).toEqual(events.map(({ event_id }) => event_id));
  });
});
