import { WsLiveTransport } from '../../../src/adapters/delivery/ws-live-transport.js';
import type { LiveSession } from '../../../src/ports/delivery.js';
import { ChaosHub, type UpgradeMisbehaviour } from '../../support/chaos-hub.js';
import { outgoingEvents } from '../../support/outgoing-events.js';
import { HandTimer } from '../../support/steady-host.js';

describe('WsLiveTransport', () => {
  let server: ChaosHub;
  let timer: HandTimer;
  let subject: WsLiveTransport;

  const start = async (capabilities?: readonly string[]): Promise<void> => {
    server = await ChaosHub.start(capabilities && { capabilities });
    timer = new HandTimer();
    subject = new WsLiveTransport({ version: '1.2.3', timer });
  };
  beforeEach(() => start());
  afterEach(async () => {
    await server.close();
    await subject.close();
  });

  const liveToken = (): string => server.hub.signIns.liveToken(server.hub.signIns.machineToken('ada'))!;
  const open = (signal?: AbortSignal): Promise<LiveSession> =>
    subject.open(server.address, liveToken(), signal);

  it('upgrades with the bearer token and offers no compression', async () => {
    const token = liveToken();
    await subject.open({ url: `${server.address.url}/` }, token);
    const [request] = server.requests;
    expect(request).toMatchObject({
      path: '/ws/v1/events/',
      headers: { authorization: `Bearer ${token}`, 'user-agent': 'spec-kitty-sync/1.2.3' },
    });
    expect(request!.headers).not.toHaveProperty('sec-websocket-extensions');
  });

  it.each<[UpgradeMisbehaviour, string, RegExp]>([
    [{ status: 401 }, 'session-expired', /does not accept/],
    [{ status: 403 }, 'session-expired', /does not accept/],
    [{ status: 302 }, 'unreachable', /status 302/],
    [{ status: 500 }, 'unreachable', /status 500/],
    ['reset', 'unreachable', /connection reset|closed|hang up/],
    [{ closeWith: 4401 }, 'session-expired', /does not accept/],
    [{ closeWith: 1008 }, 'session-expired', /does not accept/],
    [{ closeWith: 1011 }, 'unreachable', /code 1011/],
  ])('does not open when the hub does %j: %s', async (fault, kind, message) => {
    server.upgrades.next(fault);
    await expect(open()).rejects.toMatchObject({ kind, message: expect.stringMatching(message) });
  });

  it.each<UpgradeMisbehaviour>(['never', 'no-snapshot'])(
    'gives up after ten seconds when the hub does: %s',
    async (fault) => {
      server.upgrades.next(fault);
      const opening = expect(open()).rejects.toMatchObject({
        kind: 'unreachable',
        message: /no snapshot in time/,
      });
      await server.until(() => server.requests.length === 1);
      await timer.pass(9_999);
      await timer.pass(1);
      await opening;
    },
  );

  it('is interrupted while it waits for the snapshot', async () => {
    server.upgrades.next('no-snapshot');
    const controller = new AbortController();
    const opening = expect(open(controller.signal)).rejects.toMatchObject({ kind: 'interrupted' });
    await server.until(() => server.requests.length === 1);
    controller.abort();
    await opening;
  });

  it('sends no token that could break out of its header', async () => {
    await expect(subject.open(server.address, 'a\r\nb')).rejects.toMatchObject({ kind: 'session-expired' });
    expect(server.requests).toEqual([]);
  });

  it('waits for the snapshot past anything else, and answers a ping meanwhile', async () => {
    const event = { type: 'event', event_id: 'x', event_type: 'y', lamport_clock: 1, node_id: 'z' };
    const first = ['{"type":"ping","timestamp":7}', 'noise', JSON.stringify(event)];
    server.upgrades.next({ first, thenSnapshot: true });
    const session = await open();
    expect(session.snapshot.hub_id).toBe('chaos');
    expect(session.ignoredFrames()).toBe(2);
    await server.until(() => server.frames.length > 0);
    expect(server.frames).toEqual(['{"type":"pong","timestamp":7}']);
  });

  it('answers pings with the same timestamp and hands them on', async () => {
    const session = await open();
    server.say('{"type":"ping","timestamp":1770000000.5}');
    await server.until(() => server.frames.length > 0);
    expect(server.frames).toEqual(['{"type":"pong","timestamp":1770000000.5}']);
    const first = await session.messages()[Symbol.asyncIterator]().next();
    expect(first.value).toEqual({ type: 'ping', timestamp: 1770000000.5 });
  });

  it('counts malformed and unknown frames and leaves them out', async () => {
    const session = await open();
    for (const noise of ['', '{', '[]', 'null', '{"type":"weather"}', '{"type":"ack"}', '{"type":"event"}']) {
      server.say(noise);
    }
    server.say(Buffer.from('{"type":"ping","timestamp":1}'), true);
    server.say('{"type":"event","event_id":"e","event_type":"Invented","lamport_clock":1,"node_id":"n"}');
    const first = await session.messages()[Symbol.asyncIterator]().next();
    expect(first.value).toMatchObject({ event_type: 'Invented' });
    expect(session.ignoredFrames()).toBe(8);
  });

  it('scenario 15: is lost when the hub vanishes in the middle of a frame', async () => {
    const session = await open();
    server.cut(true);
    expect(await session.ended).toMatchObject({ reason: 'lost' });
  });

  it('is lost when a frame is over 1 MiB', async () => {
    const session = await open();
    server.say(`"${'x'.repeat(1024 * 1024)}"`);
    expect(await session.ended).toEqual({
      reason: 'lost',
      detail: 'network failure (WS_ERR_UNSUPPORTED_MESSAGE_LENGTH)',
    });
  });

  it.each([
    [4401, { reason: 'unauthorized' }],
    [3000, { reason: 'unauthorized' }],
    [1001, { reason: 'lost', detail: 'closed with code 1001' }],
  ])('reads the closing code %d as %j', async (code, end) => {
    const session = await open();
    server.closeSessions(code);
    expect(await session.ended).toEqual(end);
  });

  it('is lost after a minute without any frame', async () => {
    const session = await open();
    server.freeze();
    // The session looks every five seconds whether anything came, so that it notices at most that much later.
    await timer.pass(65_000);
    expect(await session.ended).toEqual({ reason: 'lost', detail: 'nothing heard for 60 s' });
    await expect(session.send(outgoingEvents(1)[0]!)).rejects.toMatchObject({ kind: 'unreachable' });
  });

  it('ends although the hub does not answer the close', async () => {
    const session = await open();
    server.freeze();
    const closing = session.close();
    expect(await session.ended).toEqual({ reason: 'closed-by-us' });
    await timer.pass(1_000);
    await closing;
  });

  it('loses no message and keeps their order when nobody reads for a while', async () => {
    const session = await open();
    const count = 5_000;
    for (let each = 1; each <= count; each++)
      server.say(JSON.stringify({ type: 'auth', status: String(each) }));
    const heard: string[] = [];
    for await (const message of session.messages()) {
      if (message.type === 'auth') heard.push(message.status);
      if (heard.length === count) break;
    }
    expect(heard).toEqual(Array.from({ length: count }, (_, index) => String(index + 1)));
  });

  it('renews in place only where the hub announced it', async () => {
    await server.close();
    await start([]);
    const session = await open();
    await expect(session.renew('x')).rejects.toMatchObject({ kind: 'protocol-mismatch' });
    await session.send(outgoingEvents(1)[0]!);
    await server.until(() => server.frames.length > 0);
    expect(server.frames).toEqual([String(outgoingEvents(1)[0]!.json)]);
  });

  it('closes every session that it opened', async () => {
    const sessions = [await open(), await open()];
    await subject.close();
    expect(await Promise.all(sessions.map((session) => session.ended))).toEqual([
      { reason: 'closed-by-us' },
      { reason: 'closed-by-us' },
    ]);
  });

  it('can be closed while a connection that was given up is still going away', async () => {
    server.upgrades.next('never');
    const controller = new AbortController();
    const opening = open(controller.signal);
    await server.until(() => server.requests.some(({ method }) => method === 'UPGRADE'));
    const given = expect(opening).rejects.toMatchObject({ kind: 'interrupted' });
    controller.abort();
    await subject.close();
    await given;
  });
});
