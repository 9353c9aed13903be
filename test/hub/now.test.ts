import { makeEvent, incoming, FEATURE, PROJECT } from '../support/hub-events.js';
import { startTestHub, type TestHub } from '../support/hub.js';

describe('what is to be looked at now', () => {
  let hub: TestHub;
  beforeEach(async () => (hub = await startTestHub()));
  afterEach(() => hub.close());

  const store = (events: readonly ReturnType<typeof makeEvent>[]) =>
    hub.stores.store.forTeam('acme').append(events.map(incoming));

  const read = async (query = '', team = 'acme'): Promise<any> => {
    const headers = { authorization: `Bearer ${await hub.tokenOf(team)}` };
    return (await fetch(`${hub.url}/api/v1/now/${query}`, { headers })).json();
  };

  const moved = (id: string, from: string, to: string, overrides = {}) =>
    makeEvent(
      { aggregate_id: id, ...overrides },
      { wp_id: id, previous_status: from, new_status: to, title: id },
    );

  const assigned = (id: string, phase: string, overrides = {}) =>
    makeEvent(
      { event_type: 'WPAssigned', aggregate_id: id, ...overrides },
      { wp_id: id, agent_id: 'claude', phase, retry_count: 0 },
    );

  it('names what needs a person with its reason, and who is at work since when', async () => {
    await store([
      moved('WP01', 'doing', 'for_review'),
      assigned('WP02', 'implementation', { timestamp: '2026-01-01T00:00:05.000Z' }),
      moved('WP02', 'planned', 'doing', { lamport_clock: 2, timestamp: '2026-01-01T00:00:09.000Z' }),
    ]);
    const place = { project: PROJECT, feature: FEATURE, title: null, node_id: 'aaaaaaaaaaaa' };
    expect(await read()).toEqual({
      as_of: new Date(hub.clock.nowMs()).toISOString(),
      attention: [
        {
          ...place,
          reason: 'review',
          wp_id: 'WP01',
          agent: null,
          since: '2026-01-01T00:00:00.000Z',
          detail: null,
        },
      ],
      at_work: [
        {
          ...place,
          agent: 'claude',
          phase: 'implementation',
          wp_id: 'WP02',
          since: '2026-01-01T00:00:05.000Z',
          last_heard: new Date(hub.clock.nowMs()).toISOString(),
          last_output: null,
        },
      ],
    });
    expect(await read('', 'zenith')).toMatchObject({ attention: [], at_work: [] });
  });

  it('says when a machine with work in doing was not heard for half an hour', async () => {
    await store([moved('WP01', 'planned', 'doing')]);
    expect((await read()).attention).toEqual([]);
    await hub.clock.advance(31 * 60_000);
    expect((await read()).attention).toMatchObject([{ reason: 'silent', wp_id: 'WP01' }]);
  });

  const report = async (body: object, team = 'acme'): Promise<Response> =>
    fetch(`${hub.url}/api/v1/machines/report/`, {
      method: 'POST',
      headers: { authorization: `Bearer ${await hub.tokenOf(team)}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });

  const machines = async (team = 'acme'): Promise<any> => {
    const headers = { authorization: `Bearer ${await hub.tokenOf(team)}` };
    return (await fetch(`${hub.url}/api/v1/machines/`, { headers })).json();
  };

  const agoMs = (ms: number): string => new Date(hub.clock.nowMs() - ms).toISOString();

  it('keeps what a machine says waits there, by its own clock, until the machine says something else', async () => {
    const said = { node_id: 'aaaaaaaaaaaa', waiting: { events: 3, oldest_ms: 90_000 } };
    expect((await report(said)).status).toBe(204);
    const kept = { node_id: said.node_id, waiting: 3, oldest_waiting: agoMs(90_000), told_at: agoMs(0) };
    expect(await machines()).toEqual({ machines: [kept], runs: [] });
    expect(await machines('zenith')).toEqual({ machines: [], runs: [] });
    await hub.clock.advance(60_000);
    await report({ node_id: 'aaaaaaaaaaaa', runs: [] });
    expect(await machines()).toEqual({ machines: [kept], runs: [] });
    await report({ node_id: 'aaaaaaaaaaaa', waiting: { events: 0 } });
    expect((await machines()).machines).toEqual([
      { node_id: said.node_id, waiting: 0, oldest_waiting: null, told_at: agoMs(0) },
    ]);
    await hub.clock.advance(31 * 86_400_000);
    expect(await machines()).toEqual({ machines: [], runs: [] });
  });

  it('says since when the program at work is silent, and that it is, however often its machine is heard', async () => {
    const began = new Date(hub.clock.nowMs()).toISOString();
    await store([
      assigned('WP02', 'implementation', { timestamp: began }),
      moved('WP02', 'planned', 'doing', { lamport_clock: 2, timestamp: began }),
    ]);
    const run = {
      project_uuid: PROJECT.toUpperCase(),
      feature_slug: FEATURE,
      wp_id: 'WP02',
      agent: 'claude',
    };
    const silentFor = (silent_ms: number) =>
      report({ node_id: 'aaaaaaaaaaaa', waiting: { events: 0 }, runs: [{ ...run, silent_ms }] });
    await silentFor(20 * 60_000);
    expect((await read()).at_work).toMatchObject([{ wp_id: 'WP02', last_output: agoMs(20 * 60_000) }]);
    expect((await read()).attention).toEqual([]);
    await hub.clock.advance(11 * 60_000);
    await silentFor(31 * 60_000);
    expect((await read()).attention).toMatchObject([{ reason: 'silent', wp_id: 'WP02' }]);
    await silentFor(1000);
    expect((await read()).attention).toEqual([]);
    expect((await machines()).runs).toHaveLength(1);
  });

  it.each([
    ['without a machine', {}],
    ['with a number below nothing', { node_id: 'a', waiting: { events: -1 } }],
    ['with a name that never ends', { node_id: 'a'.repeat(201) }],
    ['with a run of nobody', { node_id: 'a', runs: [{ silent_ms: 1 }] }],
  ])('refuses a report %s', async (_, body) => {
    expect((await report(body)).status).toBe(400);
    expect(await machines()).toEqual({ machines: [], runs: [] });
  });

  it('does not say that an agent is at work where its orchestration waits for a person', async () => {
    const pause = {
      error_type: 'runtime',
      error_message: 'No agent is left.',
      pause_reason: 'no-agent-left',
    };
    await store([
      assigned('WP02', 'implementation'),
      moved('WP02', 'planned', 'doing', { lamport_clock: 2 }),
      makeEvent(
        { event_type: 'ErrorLogged', aggregate_id: 'WP02', lamport_clock: 3 },
        { wp_id: 'WP02', ...pause },
      ),
    ]);
    expect(await read()).toMatchObject({
      attention: [{ reason: 'paused', wp_id: 'WP02', detail: 'No agent is left.' }],
      at_work: [],
    });
    await store([assigned('WP02', 'implementation', { lamport_clock: 4 })]);
    expect(await read()).toMatchObject({ attention: [], at_work: [{ wp_id: 'WP02' }] });
  });

  it('goes on in pages where a team has many work packages, and names each once', async () => {
    const project = (at: number): string => `${PROJECT.slice(0, -1)}${at}`;
    const ids = Array.from({ length: 700 }, (_, at) => `WP${String(at + 1).padStart(4, '0')}`);
    for (let at = 1; at <= 4; at++)
      await store(ids.map((id) => moved(id, 'doing', 'for_review', { project_uuid: project(at) })));
    const named: string[] = [];
    let pages = 0;
    for (let after: string | undefined = ''; after !== undefined; pages++) {
      const page = await read(`?after=${encodeURIComponent(after)}`);
      named.push(...page.attention.map((each: any) => `${each.project} ${each.wp_id}`));
      after = page.next;
    }
    expect(pages).toBeGreaterThan(1);
    expect(named).toHaveLength(4 * ids.length);
    expect(new Set(named).size).toBe(named.length);
  });
});
