import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { makeEvent } from '../support/hub-events.js';
import { startHubProcess, tokenOf, type HubProcess } from '../support/hub-process.js';
import { connectLive, liveTokenFor, type LiveClient } from '../support/live-client.js';

/**
 * Whatever is sent within the limits, the hub goes on answering: after each input of many kinds, `/healthz` was answered
 * all the time, a session of another team got its receipt, and in the end the memory is there again. How long an answer
 * may take is told by a second hub on the same machine, which nobody asks for anything else.
 */
interface Input {
  readonly name: string;
  readonly send: (at: Target) => Promise<void>;
}

interface Target {
  readonly hub: HubProcess;
  readonly access: string;
}

/** Seconds of silence were what the inputs of these kinds cost; a hundredth of that is what is allowed. */
const WORST_RATIO = 40;
const LEAST_CALM_MS = 5;

const MEMORY_MB = 250;

const post = async ({ hub, access }: Target, body: string | Buffer, zipped: boolean): Promise<number> => {
  const response = await fetch(`${hub.url}/api/v1/events/batch/`, {
    method: 'POST',
    headers: { authorization: `Bearer ${access}`, ...(zipped ? { 'content-encoding': 'gzip' } : {}) },
    body: new Uint8Array(zipped ? gzipSync(body, { level: 1 }) : Buffer.from(body)),
  }).catch(() => undefined);
  await response?.arrayBuffer();
  return response?.status ?? 0;
};

const RAW_BYTES = 8 * 1024 * 1024;
const repeat = (text: string, bytes: number) => text.repeat(Math.max(1, Math.floor(bytes / text.length)));

/** Bodies that are no batch: brackets, members and texts without end, in every place. */
const oddBody: fc.Arbitrary<Input> = fc
  .record({
    item: fc.constantFrom(
      '[',
      '{"a":',
      '{},',
      '0,',
      '"",',
      '{"":0},',
      '[[]],',
      '"\\u0000",',
      '\\',
      '"',
      ' ',
      'é',
    ),
    bytes: fc.constantFrom(1000, 100_000, RAW_BYTES - 100),
    around: fc.constantFrom<readonly [string, string]>(
      ['', ''],
      ['{"events":[', '0]}'],
      ['{"events":[],"x":[', '0]}'],
      ['{"events":[{"payload":[', '0]}]}'],
      ['{"', '":1,"events":[]}'],
    ),
    zipped: fc.boolean(),
  })
  .map(({ item, bytes, around: [before, after], zipped }) => ({
    name: `${before}${item} x ${bytes} bytes${after}`,
    send: async (at) => void (await post(at, `${before}${repeat(item, bytes)}${after}`, zipped)),
  }));

/** Events within the limits: repeated, late, of one clock or none, of one cell or thousands, large or wrong. */
const batch: fc.Arbitrary<Input> = fc
  .record({
    count: fc.constantFrom(1, 150, 1000),
    clock: fc.constantFrom<readonly [string, (index: number) => number]>(
      ['ascending', (index) => 1000 + index],
      ['late', (index) => 999 - (index % 999)],
      ['equal', () => 7],
      ['beyond reason', () => 2 ** 48 - 1],
      ['not one', () => -1.5],
    ),
    cells: fc.constantFrom(1, 12, 1000),
    payload: fc.constantFrom<readonly [string, unknown]>(
      ['small', 'x'],
      ['of 7,000 characters', 'é'.repeat(3500)],
      ['of unsafe numbers', Array.from({ length: 300 }, () => 1e16)],
      ['of containers', Array.from({ length: 250 }, () => ({}))],
      ['of half characters', '\ud800'.repeat(300)],
    ),
    key: fc.constantFrom('note', 'k'.repeat(2000), '__proto__', '\ud800'),
    ids: fc.constantFrom('fresh', 'one', 'repeated'),
    times: fc.constantFrom(1, 4),
  })
  .map(({ count, clock: [clockName, clockAt], cells, payload: [payloadName, value], key, ids, times }) => ({
    name: `${count} events, clocks ${clockName}, ${cells} cells, payload ${payloadName}, ids ${ids}`,
    send: async (at) => {
      const one = makeEvent().event_id;
      const events = Array.from({ length: count }, (_, index) => {
        const event = makeEvent(
          {
            lamport_clock: clockAt(index),
            node_id: `node-${index % 7}`,
            project_uuid: PROJECTS[index % 3] ?? null,
          },
          { wp_id: `WP${10 + (index % cells)}`, [key]: value },
        );
        return ids === 'one' ? { ...event, event_id: one } : event;
      });
      const body = JSON.stringify({ events });
      const sent = body.length > RAW_BYTES ? JSON.stringify({ events: events.slice(0, 100) }) : body;
      const posts = Array.from({ length: ids === 'fresh' ? 1 : times }, () => post(at, sent, true));
      await Promise.all([...posts, board(at)]);
    },
  }));

const PROJECTS = [
  '0b54a1a2-6c1e-4d3a-9b1f-2f6c1d9e8a77',
  '0b54a1a2-6c1e-4d3a-9b1f-2f6c1d9e8a78',
  '0b54a1a2-6c1e-4d3a-9b1f-2f6c1d9e8a79',
];

const board = async ({ hub, access }: Target): Promise<void> => {
  const response = await fetch(`${hub.url}/api/v1/projects/${PROJECTS[0]}/board/`, {
    headers: { authorization: `Bearer ${access}` },
  });
  await response.arrayBuffer();
};

/** Frames of a socket that reads its answers or does not. */
const socket: fc.Arbitrary<Input> = fc
  .record({
    frame: fc.constantFrom<readonly [string, () => string]>(
      ['renewals', () => '{"type":"auth","token":"x"}'],
      ['pongs', () => '{"type":"pong","timestamp":1}'],
      ['noise', () => 'x'],
      ['brackets', () => '['.repeat(100_000)],
      ['a megabyte', () => `{"x":"${'y'.repeat(1_000_000)}"}`],
      ['members', () => `[${'{},'.repeat(300_000)}0]`],
      ['events', () => JSON.stringify(makeEvent())],
      ['large events', () => JSON.stringify(makeEvent({}, { note: 'x'.repeat(60_000) }))],
      ['wrong events', () => '{"payload":{"a":[1e16,1e16]}}'],
    ),
    count: fc.constantFrom(10, 300),
    reads: fc.boolean(),
    sockets: fc.constantFrom(1, 8),
  })
  .map(({ frame: [frameName, make], count, reads, sockets }) => ({
    name: `${count} x ${frameName} by ${sockets} sockets${reads ? '' : ' that do not read'}`,
    send: async ({ hub, access }) => {
      const clients = await Promise.all(
        Array.from({ length: sockets }, async () =>
          connectLive(hub.url, await liveTokenFor(hub.url, access)),
        ),
      );
      for (const client of clients) if (!reads) client.socket.pause();
      for (let sent = 0; sent < count; sent++) {
        for (const client of clients) client.send(make());
        // A sender that floods is held up by its own socket, not by memory of this process.
        if (sent % 20 === 0) await new Promise((resolve) => setImmediate(resolve));
      }
      await board({ hub, access });
      for (const client of clients) client.end();
    },
  }));

/** Requests that nobody waits for: in rows on one connection, unread, and sign-ins with wrong passwords. */
const requests: fc.Arbitrary<Input> = fc
  .record({
    path: fc.constantFrom('/api/v1/events/?limit=1000', '/healthz', '/readyz'),
    count: fc.constantFrom(50, 700),
  })
  .map(({ path, count }) => ({
    name: `${count} x GET ${path} in a row, unread`,
    send: async (at) => {
      const { hostname, port } = new URL(at.hub.url);
      const line = `GET ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${at.access}\r\n\r\n`;
      const connection = connect(Number(port), hostname).on('error', () => undefined);
      connection.pause();
      connection.write(line.repeat(count));
      const guess = (): Promise<unknown> =>
        fetch(`${at.hub.url}/api/v1/token/`, {
          method: 'POST',
          body: '{"username":"x","password":"yyyyyyyy"}',
        }).then((response) => response.arrayBuffer());
      await Promise.all([...Array.from({ length: 4 }, guess), board(at)]);
      connection.destroy();
    },
  }));

/** Asks both hubs for their health as long as something goes on; the longest answers in milliseconds. */
const probing = async (urls: readonly string[], work: () => Promise<void>): Promise<readonly number[]> => {
  let isOver = false;
  const probes = urls.map(async (url) => {
    let longest = 0;
    while (!isOver) {
      const start = performance.now();
      await (await fetch(`${url}/healthz`)).arrayBuffer();
      longest = Math.max(longest, performance.now() - start);
      await new Promise((resolve) => setImmediate(resolve));
    }
    return longest;
  });
  await work();
  isOver = true;
  return Promise.all(probes);
};

const memoryOf = (pid: number): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;

describe('a hub that is sent anything within its limits', () => {
  let hub: HubProcess;
  let calm: HubProcess;
  let bystander: LiveClient;
  let access: string;

  beforeAll(async () => {
    [hub, calm] = await Promise.all([startHubProcess(), startHubProcess()]);
    await hub.addUser('zoe', 'zenith');
    access = await tokenOf(hub.url, 'ada');
    bystander = await connectLive(hub.url, await liveTokenFor(hub.url, await tokenOf(hub.url, 'zoe')));
    await bystander.next('snapshot');
  }, 120_000);

  afterAll(async () => {
    bystander.end();
    await Promise.all([hub.stop(), calm.stop()]);
  });

  it('answers all the time, every other session goes on, and its memory returns', async () => {
    const before = memoryOf(hub.pid);
    await fc.assert(
      fc.asyncProperty(fc.oneof(oddBody, batch, socket, requests), async (input) => {
        const [longest = 0, longestCalm = 0] = await probing([hub.url, calm.url], () =>
          input.send({ hub, access }),
        );
        const ratio = longest / Math.max(longestCalm, LEAST_CALM_MS);
        expect([input.name, ratio > WORST_RATIO ? ratio : 'fine']).toEqual([input.name, 'fine']);
        const event = makeEvent({ team_slug: 'zenith' });
        bystander.send(event);
        expect(await bystander.next('ack')).toMatchObject({ event_id: event.event_id, status: 'success' });
      }),
      { numRuns: 60 },
    );
    for (let waited = 0; waited < 100 && memoryOf(hub.pid) - before > MEMORY_MB; waited++)
      await new Promise((resolve) => setTimeout(resolve, 100));
    expect(memoryOf(hub.pid) - before).toBeLessThan(MEMORY_MB);
  }, 600_000);
});
