import { ControlledTime } from '../../../src/adapters/memory/memory-host.js';
import { ACK_WAIT_MS, LiveCourier } from '../../../src/app/delivery/live-courier.js';
import type { LiveSession } from '../../../src/ports/delivery.js';
import { PROJECT } from '../../support/facts.js';
import { linked } from '../../support/live-world.js';
import { envelopeOf, outgoing } from '../../support/outgoing-events.js';

describe('events over the live link', () => {
  it('acks settle them', async () => {
    const { world, account: ada, run, flush } = await linked();
    await run();
    const asleep = world.time.sleeping;
    world.batches.send = () => Promise.reject(new Error('no batch is needed'));
    const ids = await world.capture(3, ada);
    expect(await flush()).toMatchObject({ delivered: 3, ended: { end: 'complete' } });
    expect(world.hub.storedIds('acme')).toEqual(ids);
    await world.expectBalanced();
    expect(world.time.sleeping).toBe(asleep);
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
    expect(link.courier(ada)).toBeUndefined();
    await world.capture(2, ada);
    expect(await flush()).toMatchObject({ delivered: 2 });
  });

  it('there is no courier before there is a session', async () => {
    const { account: ada, link } = await linked();
    expect(link.courier(ada)).toBeUndefined();
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
    expect(link.courier(bob)).toBeDefined();
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

  it('a hub that announces acks and gives none gets batches after one bounded wait, until its next session', async () => {
    const { world, account: ada, link, run, flush } = await linked();
    await run();
    const ids = await world.capture(3, ada);
    world.hub.judge = () => 'silent';
    const flushed = flush();
    await world.settle();
    await world.time.advance(ACK_WAIT_MS);
    expect(await flushed).toMatchObject({ delivered: 0, ended: { end: 'unavailable' } });
    world.hub.judge = () => undefined;
    expect(link.courier(ada)).toBeUndefined();
    expect(await flush()).toMatchObject({ delivered: 3, ended: { end: 'complete' } });
    expect(world.hub.storedIds('acme')).toEqual(ids);
    await world.expectBalanced();
    world.hub.endSessions('lost');
    await world.settle();
    await world.time.advance(1000);
    expect(link.courier(ada)).toBeDefined();
  });

  it('where some acks are missing, those that came count, and the rest goes by batches', async () => {
    const { world, account: ada, link, run, flush } = await linked();
    await run();
    const ids = await world.capture(4, ada);
    world.hub.judge = ({ event_id: id }) => (ids.indexOf(String(id)) % 2 === 1 ? 'silent' : undefined);
    const flushed = flush();
    await world.settle();
    await world.time.advance(ACK_WAIT_MS);
    expect(await flushed).toMatchObject({ delivered: 2, ended: { end: 'unavailable' } });
    world.hub.judge = () => undefined;
    expect(link.courier(ada)).toBeUndefined();
    expect(await flush()).toMatchObject({ delivered: 2, ended: { end: 'complete' } });
  });

  it('a hub that stops reading is given up on in the same way', async () => {
    const session = {
      send: () => new Promise<void>(() => undefined),
      ended: new Promise<never>(() => undefined),
    } as unknown as LiveSession;
    const time = new ControlledTime();
    const courier = new LiveCourier(session, time);
    const carried = courier.carry([outgoing(envelopeOf(1))]);
    await time.advance(0);
    await time.advance(2 * ACK_WAIT_MS);
    await time.advance(ACK_WAIT_MS);
    expect(await carried).toMatchObject({ outcome: 'unavailable' });
    expect(await courier.carry([outgoing(envelopeOf(1))])).toMatchObject({ outcome: 'unavailable' });
    expect(courier.isSilent).toBe(true);
    expect(time.sleeping).toBe(0);
  });

  it('an interruption does not wait for acks', async () => {
    const { world, account: ada, link, run } = await linked();
    await run();
    world.hub.judge = () => 'silent';
    const interruption = new AbortController();
    const carried = link
      .courier(ada)!
      .carry([{ ...outgoing(envelopeOf(1)), eventId: 'x' }], interruption.signal);
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
