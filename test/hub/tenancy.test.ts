import { EXAMPLE_EVENT } from '../../src/domain/hub/api.js';
import { describedCalls, type DescribedCall } from '../support/described-calls.js';
import { incoming, makeEvent, mintId } from '../support/hub-events.js';
import { startTestHub, type TestHub } from '../support/hub.js';
import { connectLive, liveTokenFor } from '../support/live-client.js';

/** What an event of the first team is about; the second one knows project, feature and work package, and nothing else. */
const SECRETLY = {
  project_slug: 'secret-plan',
  node_id: '5ec2e75ec2e7',
  lamport_clock: 7_777_777,
  project_uuid: EXAMPLE_EVENT.project_uuid,
} as const;
const SECRET = makeEvent(
  { ...SECRETLY, event_id: '01JCXSECRETSECRETSECRETSEC' },
  { ...EXAMPLE_EVENT.payload, new_status: 'for_review', changed_by: 'secret-agent' },
);

/** What an agent of the first team took. */
const USAGE = makeEvent(
  { ...SECRETLY, event_id: '01JCXSECRETSAGESECRETSAGES', event_type: 'HistoryAdded' },
  {
    entry_type: 'usage',
    entry_content: 'a run',
    author: 'secret-agent',
    feature_slug: EXAMPLE_EVENT.payload.feature_slug,
    duration_ms: 1000,
  },
);

describe('two teams at one hub', () => {
  let hub: TestHub;
  let calls: readonly DescribedCall[];

  beforeEach(async () => {
    hub = await startTestHub({ dashboard: true });
    const acme = hub.stores.store.forTeam('acme');
    await acme.append([SECRET, USAGE].map(incoming));
    await acme.noteReport({ node_id: SECRETLY.node_id, waiting: { events: 7_777_777 } });
    const described = new Map((await describedCalls(hub)).map((call) => [call.name, call]));
    calls = hub.routes.flatMap(({ method, path }) => described.get(`${method} ${path}`) ?? []);
    expect(calls).toHaveLength(hub.routes.length);
  });

  afterEach(() => hub.close());

  const query = {
    after: '0',
    limit: '100',
    feature: EXAMPLE_EVENT.payload.feature_slug ?? '',
    work_package: 'WP01',
  };

  /** What the first team has, as it reads it: by name of the call. */
  const belongings = async (token: string): Promise<ReadonlyMap<string, string>> => {
    const answers = new Map<string, string>();
    for (const { name, operation, make } of calls) {
      if (!name.startsWith('GET') || operation.security.length === 0) continue;
      const given = Object.fromEntries(
        Object.entries(query).filter(([key]) => key !== 'after' || /events|receipts/.test(name)),
      );
      answers.set(name, await (await make({ token, query: given })).text());
    }
    return answers;
  };

  it('see and change nothing of each other at any endpoint', async () => {
    const own = await hub.tokenOf('acme');
    const before = await belongings(own);
    const telling = [...before]
      .filter(([, text]) => /secret|5ec2e7|7777777|acme|SECRET/.test(text))
      .map(([name]) => name);
    expect(telling.sort()).toEqual([...before.keys()].filter((name) => !name.endsWith('/flow/')).sort());

    const [session] = await hub.stores.accounts.sessions('device', 'acme');
    const bodies: Readonly<Record<string, unknown>> = {
      'POST /api/v1/events/batch/': { events: [{ ...EXAMPLE_EVENT, team_slug: 'local' }, SECRET] },
      'POST /api/v1/sessions/end/': { id: session?.sessionId },
    };
    const token = await hub.tokenOf('zenith');
    for (const { name, operation, make } of [...calls, ...calls]) {
      const response = await make({ token, query, body: bodies[name] });
      const text = await response.text();
      const told = name.includes('batch')
        ? text.replaceAll(SECRET.event_id, '').replace('not for acme', '')
        : text;
      expect([name, told]).toEqual([name, expect.not.stringMatching(/secret|5ec2e7|7777777|SECRET/)]);
      if (operation.security.length > 0)
        expect([name, told]).toEqual([name, expect.not.stringMatching(/acme/)]);
    }
    expect(await belongings(own)).toEqual(before);
  });

  it('see and change nothing of each other on live sessions', async () => {
    const own = await hub.tokenOf('acme');
    const before = await belongings(own);
    const acme = await connectLive(hub.url, await liveTokenFor(hub.url, own));
    await acme.next();
    const zenith = await connectLive(hub.url, await liveTokenFor(hub.url, await hub.tokenOf('zenith')));
    expect(await zenith.next()).toMatchObject({ work_packages: [], lamport_clock: 0, sequence: 0 });
    zenith.send(SECRET);
    expect(await zenith.next()).toMatchObject({ type: 'ack', status: 'error', code: 'unknown-team' });
    zenith.send({ ...EXAMPLE_EVENT, team_slug: 'local' });
    expect(await zenith.next()).toMatchObject({ type: 'ack', status: 'success' });
    expect(await belongings(own)).toEqual(before);
    // What each hears next is the first that is told to it at all.
    const news = makeEvent({ event_id: mintId(), lamport_clock: 9 });
    await hub.stores.store.forTeam('acme').append([incoming(news)]);
    expect(await acme.next()).toMatchObject({ type: 'event', event_id: news.event_id });
    const other = makeEvent({ event_id: mintId(), team_slug: 'zenith' });
    await hub.stores.store.forTeam('zenith').append([incoming(other)]);
    expect(await zenith.next()).toMatchObject({ type: 'event', event_id: other.event_id });
    acme.end();
    zenith.end();
  });

  it('can both store an event under the same id', async () => {
    for (const team of ['acme', 'zenith']) {
      const [answer] = await hub.stores.store
        .forTeam(team)
        .append([incoming({ ...EXAMPLE_EVENT, team_slug: 'local' })]);
      expect([team, answer?.answer]).toEqual([team, 'stored']);
    }
  });
});
