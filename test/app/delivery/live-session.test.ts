import { PROBE_INTERVAL_MS, RECONNECT_DELAYS_MS } from '../../../src/domain/delivery/connection.js';
import { SyncError } from '../../../src/domain/errors.js';
import type { EventMessage } from '../../../src/domain/wire.js';
import { DeliveryWorld } from '../../support/delivery-world.js';
import { controllers, linked } from '../../support/live-world.js';
import { envelopeOf } from '../../support/outgoing-events.js';

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
