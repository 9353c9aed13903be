import { randomBytes } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { GotBatchTransport } from '../../../src/adapters/delivery/got-batch-transport.js';
import type { BatchOutcome } from '../../../src/domain/delivery/outcome.js';
import { ChaosHub } from '../../support/chaos-hub.js';
import type { Misbehaviour } from '../../support/misbehaviour.js';
import { envelopeOf, outgoing, outgoingEvents } from '../../support/outgoing-events.js';
import { SetClock } from '../../support/steady-host.js';

const SHORT = { connectMs: 200, firstByteMs: 150, wholeMs: 300 };
const GENEROUS = { connectMs: 5_000, firstByteMs: 30_000, wholeMs: 60_000 };

describe('GotBatchTransport', () => {
  let server: ChaosHub;
  let accessToken: string;
  let transports: GotBatchTransport[];

  beforeEach(async () => {
    server = await ChaosHub.start();
    accessToken = server.hub.signIns.machineToken('ada');
    transports = [];
  });
  afterEach(async () => {
    for (const transport of transports) await transport.close();
    await server.close();
  });

  const transport = (timeouts = GENEROUS): GotBatchTransport => {
    const made = new GotBatchTransport({ version: '1.2.3', clock: new SetClock(), timeouts });
    transports.push(made);
    return made;
  };

  const sendInto = async (fault: Misbehaviour | undefined, timeouts = GENEROUS): Promise<BatchOutcome> => {
    server.on('batch').next(fault);
    return transport(timeouts).send({ hub: server.address, accessToken, events: outgoingEvents(3) });
  };

  it('sends the documents byte for byte, compressed, with the headers of the contract and no others of ours', async () => {
    const events = outgoingEvents(2);
    const hub = { url: `${server.address.url}/` };
    await transport().send({ hub, accessToken, events });
    const [request] = server.requests;
    expect(request).toMatchObject({ method: 'POST', path: '/api/v1/events/batch/' });
    expect(gunzipSync(request!.body).toString()).toBe(
      `{"events":[${events.map((event) => String(event.json)).join(',')}]}`,
    );
    expect(request!.headers).toMatchObject({
      authorization: `Bearer ${accessToken}`,
      'content-type': 'application/json',
      'content-encoding': 'gzip',
      'content-length': String(request!.body.length),
      'user-agent': 'spec-kitty-sync/1.2.3',
    });
    expect(Object.keys(request!.headers).sort()).toEqual([
      'accept',
      'accept-encoding',
      'authorization',
      'connection',
      'content-encoding',
      'content-length',
      'content-type',
      'host',
      'user-agent',
    ]);
  });

  it('sends the documents as they are, one after the other', async () => {
    const events = outgoingEvents(3);
    await transport().send({ hub: server.address, accessToken, events });
    const bodies = server.requests.map(({ body }) => gunzipSync(body).toString());
    expect(bodies).toEqual([`{"events":[${events.map(({ json }) => json).join(',')}]}`]);
  });

  it('sends nothing that is larger than the hub has said that it takes', async () => {
    const request = { hub: server.address, accessToken, events: outgoingEvents(20) };
    expect(await transport().send({ ...request, maxBodyBytes: 100 })).toEqual({ outcome: 'too-large' });
    expect(server.requests).toEqual([]);
    await transport().send(request);
    const [{ body } = { body: Buffer.alloc(0) }] = server.requests;
    expect(body.length).toBeGreaterThan(100);
    expect(await transport().send({ ...request, maxBodyBytes: body.length })).toMatchObject({
      outcome: 'answered',
    });
  });

  it('keeps one connection for many batches', async () => {
    const subject = transport();
    for (let each = 0; each < 5; each++) {
      await subject.send({ hub: server.address, accessToken, events: outgoingEvents(1) });
    }
    expect(server.connections()).toBe(1);
  });

  it.each<[string, Misbehaviour, Partial<BatchOutcome>]>([
    ['a server that answers slowly', 'slowly', { outcome: 'answered' }],
    ['every result twice', 'twice', { outcome: 'answered' }],
    ['a compressed answer', { status: 200, body: { results: [] }, gzip: true }, { outcome: 'answered' }],
    ['a reset before it took effect', 'reset', { outcome: 'unavailable', reason: 'connection reset' }],
    ['a reset after it took effect', 'reset-after', { outcome: 'unavailable', reason: 'connection reset' }],
    ['a reset in the middle of the answer', 'reset-in-body', { outcome: 'unavailable' }],
    ['something that is not HTTP', 'not-http', { outcome: 'unexpected' }],
    ['something that claims to be compressed', 'not-gzip', { outcome: 'unexpected' }],
    ['a redirect', { status: 307, headers: { location: '/elsewhere/' } }, { outcome: 'unexpected' }],
    [
      'a pause asked for',
      { status: 429, headers: { 'retry-after': '20' } },
      { outcome: 'unavailable', retryAfterMs: 20_000 },
    ],
    [
      'a compressed error',
      { status: 403, body: { detail: 'no' }, gzip: true },
      { outcome: 'forbidden', reason: 'no' },
    ],
  ])('scenario 13: has an outcome for %s', async (_, fault, expected) => {
    expect(await sendInto(fault)).toMatchObject(expected);
  });

  it.each<[string, Misbehaviour, string]>([
    ['never reads', 'never-read', 'no answer in time'],
    ['never answers', 'never-answer', 'no answer in time'],
    ['stops in the middle of the answer', 'stall-in-body', 'the answer was not complete in time'],
  ])('scenario 13: gives up on a black hole that %s', async (_, fault, reason) => {
    expect(await sendInto(fault, SHORT)).toEqual({ outcome: 'unavailable', reason });
  });

  it('does not follow a redirect, and sends nothing twice', async () => {
    await sendInto({ status: 302, headers: { location: `${server.address.url}/api/v1/me/` } });
    await sendInto({ status: 503 });
    expect(server.requests.map((request) => request.path)).toEqual([
      '/api/v1/events/batch/',
      '/api/v1/events/batch/',
    ]);
  });

  it.each([
    ['plain', false, 200],
    ['compressed to a thousandth', true, 200],
    ['plain, as an error', false, 400],
    ['compressed, as an error', true, 400],
  ])('scenario 12: reads no body of 1 GiB to its end, %s', async (_, gzip, status) => {
    const before = process.memoryUsage().rss;
    const outcome = await sendInto({ flood: 1024 ** 3, gzip, status });
    // Of an error as much is read as may tell of events.
    expect(outcome).toMatchObject(
      status === 400
        ? { outcome: 'refused-opaque' }
        : { outcome: 'unexpected', reason: expect.stringMatching(/with a body over \d+ bytes/) },
    );
    expect(process.memoryUsage().rss - before).toBeLessThan(200 * 1024 * 1024);
  });

  it('says too-large without sending when the compressed body is over 1 MiB', async () => {
    const noise = Array.from({ length: 40 }, (_, index) =>
      outgoing(envelopeOf(index, { git_branch: randomBytes(30_000).toString('base64') })),
    );
    const outcome = await transport().send({ hub: server.address, accessToken, events: noise });
    expect(outcome).toEqual({ outcome: 'too-large' });
    expect(server.requests).toEqual([]);
  });

  it('sends no token that could break out of its header', async () => {
    const outcome = await transport().send({ hub: server.address, accessToken: 'a\r\nx: y', events: [] });
    expect(outcome).toEqual({ outcome: 'unauthorized' });
    expect(server.requests).toEqual([]);
  });

  it('says unavailable for a host that does not exist', async () => {
    const hub = { url: 'https://no-such-host.invalid' };
    expect(await transport().send({ hub, accessToken, events: [] })).toMatchObject({
      outcome: 'unavailable',
    });
  });

  it('is interrupted in the middle of a request', async () => {
    server.on('batch').next('never-answer');
    const controller = new AbortController();
    const sending = transport().send({ hub: server.address, accessToken, events: [] }, controller.signal);
    await server.until(() => server.requests.length === 1);
    controller.abort();
    expect(await sending).toEqual({ outcome: 'unavailable', reason: 'interrupted' });
  });

  it.each<[Misbehaviour | undefined, string]>([
    [undefined, 'reachable'],
    [{ status: 404 }, 'reachable'],
    [{ status: 405 }, 'reachable'],
    [{ status: 503 }, 'status 503'],
    [{ status: 302 }, 'status 302'],
    [{ flood: 1024 ** 3 }, 'status 200 with a body over 8388608 bytes'],
    ['not-http', 'the answer cannot be read (HPE_INVALID_CONSTANT)'],
    ['reset', 'connection reset'],
  ])('probes a hub that answers %j: %s', async (fault, expected) => {
    server.on('health').next(fault);
    const probed = await transport().probe(server.address);
    expect(typeof probed === 'string' ? probed : probed.unreachable).toBe(expected);
    for (const { headers } of server.requests) expect(headers).not.toHaveProperty('authorization');
  });

  it.each<[string, Misbehaviour]>([
    ['404', { status: 404, body: '<h1>404 Not Found</h1>' }],
    ['405', { status: 405, body: '' }],
    ['204', { status: 204, body: '' }],
    ['a page that asks for a room number', { status: 200, body: '<h1>Welcome to Hotel WiFi</h1>' }],
    ['an empty object', { status: 200, body: {} }],
    ['a list', { status: 200, body: [] }],
  ])('probes no hub where everything is answered with %s', async (_, fault) => {
    server.on('health').next(fault);
    server.on('batch').next(fault);
    expect(await transport().probe(server.address)).toEqual({
      unreachable: expect.stringMatching(/^what answers there is no hub/),
    });
  });

  it.each<[string, Misbehaviour]>([
    ['takes it', { status: 200, body: { results: [] } }],
    ['asks for a sign-in', { status: 401, body: '' }],
    ['refuses it in words', { status: 400, body: { error: 'no events' } }],
    ['refuses who sends it', { status: 403, body: { detail: 'no' } }],
  ])('probes a hub without health by a batch without events: one that %s is there', async (_, fault) => {
    server.on('health').next({ status: 404 });
    server.on('batch').next(fault);
    expect(await transport().probe(server.address)).toBe('reachable');
  });

  it.each<[string, Misbehaviour]>([
    ['a page of a gateway with 403', { status: 403, body: '<h1>Forbidden</h1>' }],
    ['a page of a gateway with 400', { status: 400, body: '<h1>Bad Request</h1>' }],
    ['too much', { flood: 1024 ** 3 }],
    ['a status of nobody', { status: 418 }],
  ])('%s is no proof', async (_, fault) => {
    server.on('health').next({ status: 404 });
    server.on('batch').next(fault);
    expect(await transport().probe(server.address)).toHaveProperty('unreachable');
  });
});
