import { writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { makeEvent } from '../support/hub-events.js';
import { startTestHub, type TestHub } from '../support/hub.js';
import { connectLive, liveTokenFor } from '../support/live-client.js';
import { startCli } from '../support/run-cli.js';
import { createSandbox } from '../support/sandbox.js';

describe('the metrics of a hub', () => {
  let hub: TestHub;
  afterEach(() => hub.close());

  /** Their values by name and labels. */
  const values = async (token?: string): Promise<ReadonlyMap<string, number>> => {
    const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const response = await fetch(`${hub.url}/metrics`, { headers });
    expect(response.headers.get('content-type')).toContain('text/plain');
    const lines = (await response.text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    return new Map(
      lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]),
    );
  };

  /** The status for somebody who says that of themselves. */
  const statusFor = (headers: Readonly<Record<string, string>>): Promise<number> =>
    new Promise((resolve, reject) => {
      const asking = request(`${hub.url}/metrics`, { headers }, (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      });
      asking.on('error', reject);
      asking.end();
    });

  it('count what it does, and name no team', async () => {
    hub = await startTestHub();
    const token = await hub.tokenOf('acme');
    const event = makeEvent();
    for (const events of [[event], [event, makeEvent({ team_slug: 'zenith' })]])
      await fetch(`${hub.url}/api/v1/events/batch/`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}` },
        body: JSON.stringify({ events }),
      });
    const client = await connectLive(hub.url, await liveTokenFor(hub.url, token));
    await fetch(`${hub.url}/no/such/path`);
    const counted = await values();
    const of = (name: string) => counted.get(`spec_kitty_hub_${name}`);
    expect(of('events_total{status="success",code=""}')).toBe(1);
    expect(of('events_total{status="duplicate",code=""}')).toBe(1);
    expect(of('events_total{status="error",code="unknown-team"}')).toBe(1);
    expect(of('append_duration_seconds_count')).toBe(2);
    expect(of('live_sessions')).toBe(1);
    expect(of('waiting_batches')).toBe(0);
    const requests = 'http_request_duration_seconds_count';
    expect(of(`${requests}{method="POST",route="/api/v1/events/batch/",status="200"}`)).toBe(2);
    expect(of(`${requests}{method="GET",route="none",status="404"}`)).toBe(1);
    expect(counted.get('process_cpu_seconds_total')).toBeGreaterThan(0);
    expect([...counted.keys()].join('\n')).not.toMatch(/acme|zenith|001-login/);
    client.end();
  });

  it('are for the machine of the hub, unless there is a token for them', async () => {
    hub = await startTestHub();
    expect(await statusFor({})).toBe(200);
    expect(await statusFor({ 'x-forwarded-for': '203.0.113.7' })).toBe(404);
    expect(await statusFor({ host: '203.0.113.9' })).toBe(404);
    await hub.close();
    hub = await startTestHub({ metricsToken: 'a token for metrics' });
    expect(await statusFor({})).toBe(404);
    const member = await hub.tokenOf('acme');
    expect(await statusFor({ authorization: `Bearer ${member}` })).toBe(404);
    await hub.close();
    hub = await startTestHub({ metricsToken: 'a-token-for-metrics' });
    const far = { 'x-forwarded-for': '203.0.113.7', authorization: 'Bearer a-token-for-metrics' };
    expect(await statusFor(far)).toBe(200);
  });
});

describe('hub serve', () => {
  it('writes messages as JSON and opens the metrics with the token of a file', async () => {
    const sandbox = await createSandbox();
    const file = join(sandbox.directory, 'token');
    writeFileSync(file, 'a-token-for-metrics\n');
    const data = join(sandbox.directory, 'hub');
    const options = ['--log-format', 'json', '--metrics-token-file', file];
    const serving = startCli(sandbox, ['hub', 'serve', '--port', '0', '--data', data, ...options]);
    const [, url = ''] = await serving.waitFor(/The hub is at (http:\S+)/);
    const headers = { authorization: 'Bearer a-token-for-metrics' };
    expect((await fetch(`${url}/metrics`, { headers })).status).toBe(200);
    await fetch(`${url}/api/v1/token/`, {
      method: 'POST',
      body: '{"username":"eve\\nx","password":"a guess"}',
    });
    const { stderr } = await serving.kill();
    const lines = stderr.split('\n').filter((line) => line.startsWith('{'));
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
      { time: expect.any(String), level: 'info', message: `serving ${url}` },
      expect.objectContaining({
        ...{ level: 'info', message: 'audit sign-in-refused', user: 'eve\nx', reason: 'wrong-credentials' },
      }),
    ]);
    await sandbox.dispose();
  });
});
