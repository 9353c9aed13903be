import { makeEvent, PROJECT } from '../support/hub-events.js';
import { startTestHub, type TestHub } from '../support/hub.js';
import { connectLive, liveTokenFor } from '../support/live-client.js';

describe('two teams at one hub', () => {
  let hub: TestHub;
  beforeEach(async () => (hub = await startTestHub()));
  afterEach(() => hub.close());

  const call = async (team: string, path: string, body?: unknown): Promise<string> => {
    const response = await fetch(`${hub.url}${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { authorization: `Bearer ${await hub.tokenOf(team)}` },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return response.text();
  };

  it('see nothing of each other at any endpoint', async () => {
    const secret = makeEvent(
      { project_slug: 'secret-plan', lamport_clock: 777 },
      { title: 'secret-title', new_status: 'for_review' },
    );
    await call('acme', '/api/v1/events/batch/', { events: [secret] });
    const paths = [
      '/api/v1/events/',
      `/api/v1/events/?project=${PROJECT}`,
      '/api/v1/receipts/',
      `/api/v1/receipts/?project=${PROJECT}`,
      '/api/v1/projects/',
      `/api/v1/projects/${PROJECT}/board/`,
      `/api/v1/projects/${PROJECT}/board/?feature=001-login`,
      '/api/v1/now/',
      '/api/v1/me/',
    ];
    for (const path of paths) {
      expect([path, await call('acme', path)]).toEqual([
        path,
        expect.stringMatching(/secret|WP01|acme|01JCX/),
      ]);
      const seen = (await call('zenith', path)).replaceAll(PROJECT, '');
      expect([path, seen]).toEqual([path, expect.not.stringMatching(/secret|WP01|acme|01JCX|777|login/)]);
    }
  });

  it('see nothing of each other on live sessions', async () => {
    await call('acme', '/api/v1/events/batch/', { events: [makeEvent({ lamport_clock: 777 })] });
    const client = await connectLive(hub.url, await liveTokenFor(hub.url, await hub.tokenOf('zenith')));
    expect(await client.next()).toMatchObject({ work_packages: [], lamport_clock: 0 });
    client.end();
  });

  it('can both store an event under the same id', async () => {
    const event = makeEvent({ team_slug: 'local' });
    const stored = { results: [{ event_id: event.event_id, status: 'success' }] };
    expect(JSON.parse(await call('acme', '/api/v1/events/batch/', { events: [event] }))).toEqual(stored);
    expect(JSON.parse(await call('zenith', '/api/v1/events/batch/', { events: [event] }))).toEqual(stored);
  });
});
