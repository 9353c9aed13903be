import { ACK_WAIT_MS } from '../../src/app/sync/live-courier.js';
import { Flush } from '../../src/app/sync/flush.js';
import type { LiveLink } from '../../src/app/sync/live-session.js';
import { PROBE_INTERVAL_MS, RECONNECT_DELAYS_MS } from '../../src/domain/delivery/connection.js';
import { SyncError } from '../../src/domain/errors.js';
import type { EventMessage } from '../../src/domain/wire.js';
import { DeliveryWorld } from '../support/delivery-world.js';
import { PROJECT } from '../support/facts.js';
import { envelopeOf } from '../support/outgoing-events.js';

const controllers: { abort(): void; ended: Promise<void> }[] = [];

afterEach(async () => {
  for (const { abort, ended } of controllers.splice(0)) {
    abort();
    await ended;
  }
});

/** A world with ada signed in and a link that runs. */
const linked = async (options: ConstructorParameters<typeof DeliveryWorld>[0] = {}) => {
  const world = new DeliveryWorld(options);
  // In the middle of the jitter: the delays are those of the table.
  world.randomness.next = () => 0.5;
  const account = await world.signIn();
  const statuses: string[] = [];
  const events: EventMessage[] = [];
  const link = world.link({
    onStatus: (status) => statuses.push(status),
    onEvent: (event) => events.push(event),
  });
  let connected = 0;
  const run = async (): Promise<void> => {
    const controller = new AbortController();
    const ended = link.run(() => (connected += 1), controller.signal);
    controllers.push({ abort: () => controller.abort(), ended });
    await world.settle();
  };
  const flush = (): ReturnType<Flush['run']> =>
    new Flush(world.flushHost({ route: (signal) => world.route.find(signal, link) })).run({
      isInsisted: false,
    });
  return { world, account, link, statuses, events, run, flush, connections: () => connected };
};

const remote = (clock: number, nodeId = 'bbbbbbbbbbbb'): EventMessage =>
  ({ ...envelopeOf(clock, { node_id: nodeId, lamport_clock: clock }), type: 'event' }) as EventMessage;

describe('a live link', () => {
  it('is connected only after the snapshot, and says so once', async () => {
    const { link, statuses, run, connections } = await linked();
    expect(link.status).toBe('Offline');
    await run();
    expect(link.status).toBe('Connected');
    expect(statuses).toEqual(['Connected']);
    expect(connections()).toBe(1);
  });

  it('is offline again when it was asked to end', async () => {
    const { link, run, statuses } = await linked();
    await run();
    controllers[0]!.abort();
    await controllers[0]!.ended;
    expect(link.status).toBe('Offline');
    expect(statuses).toEqual(['Connected', 'Offline']);
  });

  it("takes the clock past the snapshot's", async () => {
    const { world, run } = await linked();
    const snapshot = world.hub.snapshot.bind(world.hub);
    world.hub.snapshot = () => ({ ...snapshot(), lamport_clock: 41 });
    await run();
    expect((await world.clock.read()).value).toBe(42);
  });

  it('leaves a clock that is ahead of the snapshot alone', async () => {
    const { world, run } = await linked();
    await world.clock.update(() => 100);
    const snapshot = world.hub.snapshot.bind(world.hub);
    world.hub.snapshot = () => ({ ...snapshot(), lamport_clock: 41 });
    await run();
    expect((await world.clock.read()).value).toBe(100);
  });

  it('receives the clock of every event that arrives, skips echoes of the own node, and shows all of them', async () => {
    const { world, run, events } = await linked();
    await run();
    world.hub.broadcast(remote(7));
    await world.settle();
    expect((await world.clock.read()).value).toBe(8);
    world.hub.broadcast(remote(3));
    await world.settle();
    expect((await world.clock.read()).value).toBe(9);
    world.hub.broadcast(remote(500, 'aaaaaaaaaaaa'));
    await world.settle();
    expect((await world.clock.read()).value).toBe(9);
    expect(events).toHaveLength(3);
  });

  it('refuses a poisoned clock and goes on', async () => {
    const { world, run, link } = await linked();
    await run();
    world.hub.broadcast(remote(2 ** 50));
    world.hub.broadcast(remote(4));
    await world.settle();
    expect((await world.clock.read()).value).toBe(5);
    expect(link.status).toBe('Connected');
  });

  it('outlives a clock that is busy', async () => {
    const { world, run, link } = await linked();
    await run();
    const update = world.clock.update.bind(world.clock);
    world.clock.update = () => Promise.reject(new SyncError('lock-busy', 'busy'));
    world.hub.broadcast(remote(7));
    await world.settle();
    world.clock.update = update;
    world.hub.broadcast(remote(9));
    await world.settle();
    expect(link.status).toBe('Connected');
    expect((await world.clock.read()).value).toBe(10);
  });

  it('a listener that fails ends the session, not the process', async () => {
    const world = new DeliveryWorld();
    await world.signIn();
    const link = world.link({
      onEvent: () => {
        throw new Error('a broken view');
      },
    });
    const controller = new AbortController();
    const ended = link.run(() => undefined, controller.signal);
    controllers.push({ abort: () => controller.abort(), ended });
    await world.settle();
    world.hub.broadcast(remote(7));
    await world.settle();
    expect(link.status).toBe('Reconnecting');
    await world.time.advance(600);
    expect(link.status).toBe('Connected');
  });
});

describe('reconnecting', () => {
  it('follows the table: ten attempts after a loss, then batches only and a probe every five minutes', async () => {
    const { world, link, run } = await linked();
    await run();
    world.hub.down = true;
    world.hub.endSessions('lost');
    await world.settle();
    for (const delay of RECONNECT_DELAYS_MS) {
      expect(link.status).toBe('Reconnecting');
      await world.time.advance(delay - 1);
      expect(link.status).toBe('Reconnecting');
      await world.time.advance(1);
    }
    expect(link.status).toBe('OfflineBatchMode');
    world.hub.down = false;
    await world.time.advance(PROBE_INTERVAL_MS - 1);
    expect(link.status).toBe('OfflineBatchMode');
    await world.time.advance(1);
    expect(link.status).toBe('Connected');
  });

  it('begins the series anew after it has been connected', async () => {
    const { world, link, run } = await linked();
    await run();
    for (let round = 0; round < 3; round++) {
      world.hub.endSessions('lost');
      await world.settle();
      expect(link.status).toBe('Reconnecting');
      await world.time.advance(500);
      expect(link.status).toBe('Connected');
    }
  });

  it.each<[string, (link: Awaited<ReturnType<typeof linked>>) => unknown]>([
    ['a session that the hub ends as unauthorized', ({ world }) => world.hub.endSessions('unauthorized')],
  ])('%s leads to batches only at once', async (_name, cause) => {
    const all = await linked();
    await all.run();
    await cause(all);
    await all.world.settle();
    expect(all.link.status).toBe('OfflineBatchMode');
    await all.world.time.advance(PROBE_INTERVAL_MS);
    expect(all.link.status).toBe('Connected');
  });

  it('nobody signed in is no outage: batches only, with probes', async () => {
    const { world, link, run } = await linked();
    await world.signOut();
    await run();
    expect(link.status).toBe('OfflineBatchMode');
    await world.signIn();
    await world.time.advance(PROBE_INTERVAL_MS);
    expect(link.status).toBe('Connected');
  });

  it('a token that the hub does not take for live connections leads to batches only', async () => {
    const { world, link, run } = await linked();
    world.hub.signIns.expireAccess();
    await run();
    expect(link.status).toBe('OfflineBatchMode');
  });

  it('credentials that cannot be used count as a failed attempt', async () => {
    const { world, link, run } = await linked();
    world.credentials.break('not TOML');
    await run();
    expect(link.status).toBe('Reconnecting');
  });

  it('an error of our own storage counts as a failed attempt', async () => {
    const { world, link, run } = await linked();
    world.credentials.read = () => Promise.reject(new SyncError('storage-failed', 'EIO'));
    await run();
    expect(link.status).toBe('Reconnecting');
  });
});

describe('events over the live link', () => {
  const account = (link: LiveLink, whose: Parameters<LiveLink['courier']>[0]) => link.courier(whose);

  it('acks settle them', async () => {
    const { world, account: ada, run, flush } = await linked();
    await run();
    world.batches.send = () => Promise.reject(new Error('no batch is needed'));
    const ids = await world.capture(3, ada);
    expect(await flush()).toMatchObject({ delivered: 3, ended: { end: 'complete' } });
    expect(world.hub.storedIds('acme')).toEqual(ids);
    await world.expectBalanced();
    expect(world.time.sleeping).toBe(0);
  });

  it('a rejected ack counts as an attempt like that of a batch', async () => {
    const { world, account: ada, run, flush } = await linked();
    await run();
    world.hub.judge = () => ({ status: 'error', error_message: 'no' });
    await world.capture(1, ada);
    expect(await flush()).toMatchObject({ rejected: 1 });
    await world.expectBalanced();
  });

  it('a hub without acks gets batches, and the session still follows the clock', async () => {
    const { world, account: ada, link, run, flush } = await linked({ capabilities: [] });
    await run();
    expect(account(link, ada)).toBeUndefined();
    await world.capture(2, ada);
    expect(await flush()).toMatchObject({ delivered: 2 });
  });

  it('there is no courier before there is a session', async () => {
    const { account: ada, link } = await linked();
    expect(account(link, ada)).toBeUndefined();
  });

  it("another account's events are not carried on this account's session, which ends", async () => {
    const { world, link, run, flush } = await linked();
    await run();
    await world.signOut();
    const bob = await world.signIn('bob');
    const ids = await world.capture(1, bob);
    expect(await flush()).toMatchObject({ delivered: 1 });
    expect(world.hub.storedIds('birch')).toEqual(ids);
    expect(world.hub.storedIds('acme')).toEqual([]);
    await world.settle();
    expect(link.status).toBe('Reconnecting');
    await world.time.advance(500);
    expect(account(link, bob)).toBeDefined();
  });

  it('an event whose ack does not come in time stays pending', async () => {
    const { world, account: ada, run, flush } = await linked();
    await run();
    world.hub.judge = () => 'silent';
    await world.capture(1, ada);
    const flushed = flush();
    await world.settle();
    await world.time.advance(ACK_WAIT_MS);
    expect(await flushed).toMatchObject({ delivered: 0, ended: { end: 'unavailable' } });
    expect((await world.status()).accounting).toMatchObject({ pending: 1 });
  });

  it('an interruption does not wait for acks', async () => {
    const { world, account: ada, link, run } = await linked();
    await run();
    world.hub.judge = () => 'silent';
    const interruption = new AbortController();
    const carried = link
      .courier(ada)!
      .carry([{ eventId: 'x', json: JSON.stringify(envelopeOf(1)) }], interruption.signal);
    await world.settle();
    interruption.abort();
    expect(await carried).toMatchObject({ outcome: 'unavailable' });
  });

  it('an ack that nobody expects changes nothing', async () => {
    const { world, link, run } = await linked();
    await run();
    world.hub.broadcast({ type: 'ack', event_id: 'x', status: 'success' });
    world.hub.broadcast({ type: 'ping', timestamp: 1 });
    await world.settle();
    expect(link.status).toBe('Connected');
  });
});

describe('scenario 15: the socket is dropped', () => {
  it.each([
    ['before the event arrives', 'lost-before' as const, { delivered: 1, duplicate: 0 }],
    ['between event and ack', 'lost-after' as const, { delivered: 0, duplicate: 1 }],
  ])(
    '%s: it stays pending, the next batch settles it, and the hub has it once',
    async (_name, fault, settled) => {
      const { world, account, run, flush } = await linked();
      await run();
      world.hub.liveFaults.next(fault);
      const ids = await world.capture(1, account);
      expect(await flush()).toMatchObject({ delivered: 0, ended: { end: 'unavailable' } });
      expect((await world.status()).accounting).toMatchObject({ pending: 1 });
      expect((await world.outboxes.open(PROJECT).reading()).ledgers[0]?.exceptions).toEqual([]);
      expect(await world.flush()).toMatchObject(settled);
      expect(world.hub.storedIds('acme')).toEqual(ids);
    },
  );

  it('what was acknowledged before the loss counts', async () => {
    const { world, account, run, flush } = await linked();
    await run();
    world.hub.liveFaults.next(undefined, undefined, 'lost-before');
    await world.capture(4, account);
    const report = await flush();
    expect(report.delivered).toBe(2);
    await world.settle();
    expect(await world.flush()).toMatchObject({ delivered: 2, duplicate: 0 });
    await world.expectBalanced();
  });
});
