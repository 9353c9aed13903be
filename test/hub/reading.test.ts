import { makeEvent, incoming, FEATURE, PROJECT } from '../support/hub-events.js';
import { startTestHub, type TestHub } from '../support/hub.js';

describe('reading from the hub', () => {
  let hub: TestHub;
  let token: string;

  beforeEach(async () => {
    hub = await startTestHub();
    token = await hub.tokenOf('acme');
  });

  afterEach(() => hub.close());

  const get = (path: string, accept = 'application/json'): Promise<Response> =>
    fetch(`${hub.url}${path}`, { headers: { authorization: `Bearer ${token}`, accept } });

  const store = async (count: number, overrides = {}) => {
    const events = Array.from({ length: count }, (_, at) => makeEvent({ lamport_clock: at, ...overrides }));
    await hub.stores.store.forTeam('acme').append(events.map(incoming));
    return events;
  };

  it('pages through events by cursor', async () => {
    const events = await store(5);
    const first = await (await get('/api/v1/events/?limit=3')).json();
    expect(first).toEqual({
      history: expect.any(String),
      events: events.slice(0, 3).map((event, at) => ({
        sequence: at + 1,
        received_at: expect.stringMatching(/^\d{4}-.*Z$/),
        known: true,
        event,
      })),
      next: 3,
      more: true,
    });
    expect(await (await get('/api/v1/events?after=3&limit=3')).json()).toMatchObject({
      next: 5,
      more: false,
    });
    expect(await (await get('/api/v1/events/?after=5')).json()).toMatchObject({
      ...{ events: [], next: 5, more: false },
    });
    expect((await get('/api/v1/events/?after=6')).status).toBe(409);
    expect((await get('/api/v1/receipts/?history=another')).status).toBe(409);
  });

  it('sums what runs of agents took by feature, agent and day', async () => {
    const took = (feature: string, author: string, numbers: object) =>
      makeEvent(
        { event_type: 'HistoryAdded' },
        { entry_type: 'usage', entry_content: 'x', author, feature_slug: feature, ...numbers },
      );
    const events = [
      took(FEATURE, 'ann', { duration_ms: 1000, turns: 4 }),
      took(FEATURE, 'ann', { duration_ms: 500 }),
      took('002-other', 'bob', { duration_ms: 7, cost_usd_micros: 120 }),
    ];
    await hub.stores.store.forTeam('acme').append(events.map(incoming));
    const unknown = { turns: null, input_tokens: null, output_tokens: null, cost_usd_micros: null };
    const day = '2026-01-01';
    const ofAnn = {
      ...{ feature_slug: FEATURE, agent: 'ann', day, runs: 2, ...unknown },
      ...{ duration_ms: { sum: 1500, runs: 2 }, turns: { sum: 4, runs: 1 } },
    };
    const ofBob = {
      ...{ feature_slug: '002-other', agent: 'bob', day, runs: 1, ...unknown },
      ...{ duration_ms: { sum: 7, runs: 1 }, cost_usd_micros: { sum: 120, runs: 1 } },
    };
    const path = `/api/v1/projects/${PROJECT}/usage/`;
    expect(await (await get(path)).json()).toEqual({ project_uuid: PROJECT, usage: [ofAnn, ofBob] });
    expect(await (await get(`${path}?feature=002-other`)).json()).toMatchObject({ usage: [ofBob] });
  });

  it('takes the id of an event as the cursor, in any of its spellings', async () => {
    const events = await store(3);
    const id = String(events[1]!.event_id);
    for (const spelling of [id, id.toLowerCase()])
      expect(await (await get(`/api/v1/events/?after=${spelling}`)).json()).toMatchObject({
        next: 3,
        more: false,
      });
    const unknown = await get('/api/v1/events/?after=01KH0000000000000000000ZZZ');
    expect(unknown.status).toBe(400);
    expect(await unknown.json()).toMatchObject({ detail: expect.stringContaining('the id of an event') });
  });

  it('writes one event a line when asked for NDJSON, however the sender wrote it', async () => {
    const event = makeEvent();
    await hub.stores.store
      .forTeam('acme')
      .append([
        { ...incoming(event), document: JSON.stringify(event, undefined, 2).replaceAll('\n', '\r\n') },
      ]);
    await store(1);
    const response = await get('/api/v1/events/', 'application/x-ndjson');
    expect(response.headers.get('content-type')).toBe('application/x-ndjson');
    const lines = (await response.text()).trimEnd().split('\n');
    expect(lines).toHaveLength(2);
    expect(lines.map((line) => JSON.parse(line) as unknown)[0]).toMatchObject({ sequence: 1, event });
  });

  it('ends a page before it grows beyond what a client takes', async () => {
    await store(30, { note: 'x'.repeat(100_000) });
    const page = (await (await get('/api/v1/events/?limit=1000')).json()) as {
      events: unknown[];
      next: number;
    };
    expect(page).toMatchObject({ next: page.events.length, more: true });
    expect(page.events.length).toBeLessThan(30);
  });

  it('reads one project only when asked to', async () => {
    await store(2, { project_uuid: '11111111-2222-4333-8444-555555555555' });
    const [here] = await store(1);
    const answer = await (await get(`/api/v1/receipts/?project=${PROJECT.toUpperCase()}`)).json();
    expect(answer).toMatchObject({
      receipts: [{ event_id: here?.event_id, sequence: 3 }],
      next: 3,
      more: false,
    });
  });

  it('lists projects with the freshness of each machine', async () => {
    await store(2);
    expect(await (await get('/api/v1/projects/')).json()).toEqual({
      projects: [
        {
          project_uuid: PROJECT,
          project_slug: 'shop',
          events: 2,
          nodes: [
            {
              node_id: 'aaaaaaaaaaaa',
              events: 2,
              last_lamport_clock: 1,
              last_received_at: expect.any(String),
            },
          ],
        },
      ],
    });
  });

  it('shows one feature of a board or all of them', async () => {
    await store(1);
    const board = `/api/v1/projects/${PROJECT}/board/`;
    expect(await (await get(`${board}?feature=${FEATURE}`)).json()).toMatchObject({
      project_uuid: PROJECT,
      features: [{ feature_slug: FEATURE, work_packages: [{ lane: 'doing' }] }],
    });
    expect(await (await get(`${board}?feature=009-none`)).json()).toEqual({
      project_uuid: PROJECT,
      features: [],
    });
  });

  it('refuses cursors and limits that are none', async () => {
    for (const query of ['after=-1', 'after=x', 'limit=0', 'limit=1e3', 'after=99999999999999999999']) {
      const response = await get(`/api/v1/events/?${query}`);
      expect([query, response.status]).toEqual([query, 400]);
      expect(await response.json()).toMatchObject({ type: 'urn:spec-kitty-sync:problem:malformed-query' });
    }
    expect((await get('/api/v1/receipts/?after=x')).status).toBe(400);
    expect((await get('/api/v1/events/?limit=999999')).status).toBe(200);
  });

  it('says that it is alive without a token', async () => {
    for (const path of ['/api/v1/sync/health/', '/api/v1/sync/health', '/healthz', '/readyz']) {
      const response = await fetch(`${hub.url}${path}`);
      expect([path, response.status, await response.json()]).toEqual([path, 200, { status: 'ok' }]);
    }
  });

  it('answers HEAD as GET without a body', async () => {
    const response = await fetch(`${hub.url}/healthz`, { method: 'HEAD' });
    expect([response.status, await response.text()]).toEqual([200, '']);
  });

  it('answers unknown paths and methods with problems', async () => {
    const missing = await get('/api/v2/events/');
    expect(missing.status).toBe(404);
    expect(await missing.json()).toMatchObject({
      type: 'urn:spec-kitty-sync:problem:not-found',
      status: 404,
    });
    const wrongMethod = await get('/api/v1/events/batch/');
    expect([wrongMethod.status, wrongMethod.headers.get('allow')]).toEqual([405, 'POST']);
  });
});
