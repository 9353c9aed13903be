import { MAX_ATTEMPTS } from '../../../src/domain/delivery/outcome.js';
import { DeliveryWorld } from '../../support/delivery-world.js';
import { PROJECT } from '../../support/facts.js';

const MINUTE = 60_000;

const worldWith = async (count: number, options: { maxBatchEvents?: number } = {}) => {
  const world = new DeliveryWorld(options);
  const ids = await world.capture(count, await world.signIn());
  return { world, ids };
};

const refuseNaming = (world: DeliveryWorld, bad: ReadonlySet<string>): void => {
  const send = world.batches.send.bind(world.batches);
  world.batches.send = (request, signal) => {
    const named = request.events.filter(({ eventId }) => bad.has(eventId));
    if (named.length === 0) return send(request, signal);
    const answers = new Map(
      named.map(({ eventId }) => [eventId, { answer: 'rejected' as const, reason: 'schema' }]),
    );
    return Promise.resolve({ outcome: 'refused-by-id', answers });
  };
};

describe('scenario 11: poison among good events', () => {
  it.each([
    ['first', 0],
    ['in the middle', 50],
    ['last', 99],
  ])('an opaque refusal with the poison %s delivers everything else, in order', async (_place, index) => {
    const { world, ids } = await worldWith(100);
    world.hub.judge = (event) => (event['event_id'] === ids[index] ? 'poison' : undefined);
    expect(await world.flush()).toMatchObject({ delivered: 99, rejected: 1, ended: { end: 'complete' } });
    expect(world.hub.storedIds('acme')).toEqual(ids.filter((id) => id !== ids[index]));
    for (let pass = 1; pass < MAX_ATTEMPTS; pass++) {
      await world.time.advance(MINUTE);
      await world.flush();
    }
    expect((await world.status()).accounting).toMatchObject({
      delivered: 99,
      deadLetters: { 'an event is not understood': 1 },
    });
  });

  it.each([
    ['first', 0],
    ['in the middle', 50],
    ['last', 99],
  ])('a refusal that names the poison %s delivers everything else, in order', async (_place, index) => {
    const { world, ids } = await worldWith(100);
    refuseNaming(world, new Set([ids[index]!]));
    expect(await world.flush()).toMatchObject({ delivered: 99, rejected: 1, ended: { end: 'complete' } });
    expect(world.hub.storedIds('acme')).toEqual(ids.filter((id) => id !== ids[index]));
  });

  it('a refusal that names only strangers is bisected until the culprit is alone', async () => {
    const { world, ids } = await worldWith(8);
    const send = world.batches.send.bind(world.batches);
    world.batches.send = (request, signal) =>
      request.events.some(({ eventId }) => eventId === ids[5])
        ? Promise.resolve({
            outcome: 'refused-by-id',
            answers: new Map([['01J00000000000000000000000', { answer: 'rejected', reason: 'x' }]]),
          })
        : send(request, signal);
    expect(await world.flush()).toMatchObject({ delivered: 7, rejected: 1 });
    expect((await world.outboxes.open(PROJECT).reading()).ledgers[0]?.exceptions).toMatchObject([
      { eventId: ids[5], reason: 'refused by the hub' },
    ]);
  });

  it('1000 rejected events at the head hold nothing up', async () => {
    const { world, ids } = await worldWith(1500);
    const bad = new Set(ids.slice(0, 1000));
    world.hub.judge = (event) => (bad.has(String(event['event_id'])) ? { status: 'rejected' } : undefined);
    expect(await world.flush()).toMatchObject({
      delivered: 500,
      rejected: 1000,
      ended: { end: 'complete' },
    });
    expect(world.hub.storedIds('acme')).toEqual(ids.slice(1000));
  });

  it('events between delivered ones that become due again are sent once per pass', async () => {
    const { world, ids } = await worldWith(10);
    const bad = new Set([ids[2], ids[7]]);
    const sent: string[] = [];
    world.hub.judge = (event) => {
      sent.push(String(event['event_id']));
      return bad.has(String(event['event_id'])) ? { status: 'rejected' } : undefined;
    };
    await world.flush();
    await world.time.advance(MINUTE);
    sent.length = 0;
    await world.capture(1, await world.account());
    await world.flush();
    expect(sent).toHaveLength(3);
    expect(sent.slice(0, 2)).toEqual([ids[2], ids[7]]);
  });
});

describe('batches that are too large for the hub', () => {
  it('are halved, and the size is remembered for the next batches of the same flush', async () => {
    const { world, ids } = await worldWith(1200, { maxBatchEvents: 100 });
    let calls = 0;
    const send = world.batches.send.bind(world.batches);
    world.batches.send = (request, signal) => {
      calls += 1;
      return send(request, signal);
    };
    expect(await world.flush()).toMatchObject({ delivered: 1200, ended: { end: 'complete' } });
    expect(world.hub.storedIds('acme')).toEqual(ids);
    expect(calls).toBeLessThan(60);
  });

  it('one event that is too large alone is a dead letter at once, and the others go', async () => {
    const { world, ids } = await worldWith(4);
    const send = world.batches.send.bind(world.batches);
    world.batches.send = (request, signal) =>
      request.events.some(({ eventId }) => eventId === ids[2])
        ? Promise.resolve({ outcome: 'too-large' })
        : send(request, signal);
    expect(await world.flush()).toMatchObject({ delivered: 3, deadLetters: 1, ended: { end: 'complete' } });
    expect((await world.status()).accounting).toMatchObject({ deadLetters: { 'too large for the hub': 1 } });
  });
});

describe('records that can never be sent', () => {
  it('become dead letters with their issues, and nothing of them leaves', async () => {
    const { world, ids } = await worldWith(1);
    const { fact } = await import('../../support/facts.js');
    const invalid = fact(900, { issues: [{ path: 'payload.wp_id', reason: 'is missing' }] });
    await world.outboxes.open(PROJECT).capture([invalid], { maxWaiting: 10 });
    expect(await world.flush()).toMatchObject({ delivered: 1, deadLetters: 1 });
    expect(world.hub.storedIds('acme')).toEqual(ids);
    expect(await world.flush(true)).toMatchObject({ deadLetters: 0 });
    const { deadLetters } = (await world.status()).accounting;
    expect(Object.keys(deadLetters)).toEqual([expect.stringContaining('payload.wp_id')]);
  });
});
