import { type BatchOutcome, MAX_ATTEMPTS, REFUSAL_RETRY_MS } from '../../../src/domain/delivery/outcome.js';
import { DeliveryWorld } from '../../support/delivery-world.js';
import { PROJECT } from '../../support/facts.js';

const HOUR = 60 * 60 * 1000;

/** Signed in as ada, with three events of hers. */
const ready = async (count = 3) => {
  const world = new DeliveryWorld();
  const account = await world.signIn();
  const ids = await world.capture(count, account);
  return { world, account, ids };
};

describe('a pass that goes well', () => {
  it('delivers everything in the order of capture and settles it by its receipts', async () => {
    const { world, ids } = await ready();
    expect(await world.flush()).toEqual({
      delivered: 3,
      duplicate: 0,
      rejected: 0,
      deadLetters: 0,
      ended: { end: 'complete' },
    });
    expect(world.hub.storedIds('acme')).toEqual(ids);
    const { accounting, lastReceiptAtMs, oldestWaiting } = await world.status();
    expect(accounting).toMatchObject({ captured: 3, delivered: 3, pending: 0 });
    expect(lastReceiptAtMs).toBe(world.time.nowMs());
    expect(oldestWaiting).toBeUndefined();
  });

  it('sends nothing twice', async () => {
    const { world } = await ready();
    await world.flush();
    expect(await world.flush(true)).toMatchObject({ delivered: 0, duplicate: 0, ended: { end: 'complete' } });
  });

  it('counts what the hub had already as duplicate', async () => {
    const { world, ids } = await ready();
    world.hub.batchFaults.next('lost-after');
    expect(await world.flush()).toMatchObject({ delivered: 0, ended: { end: 'unavailable' } });
    expect(await world.flush()).toMatchObject({ delivered: 0, duplicate: 3 });
    expect(world.hub.storedIds('acme')).toEqual(ids);
  });

  it('sends a long backlog in batches of at most 1000, in order', async () => {
    const { world, ids } = await ready(2500);
    expect(await world.flush()).toMatchObject({ delivered: 2500 });
    expect(world.hub.storedIds('acme')).toEqual(ids);
  });

  it('tells its progress after every settlement, over all projects', async () => {
    const { world, account } = await ready(1500);
    await world.capture(2, account, 'second-project');
    const told: number[] = [];
    const { Flush } = await import('../../../src/app/delivery/flush.js');
    await new Flush(world.flushHost()).run({
      isInsisted: false,
      onProgress: ({ delivered }) => told.push(delivered),
    });
    expect(told).toEqual([1000, 1500, 1502]);
  });

  it('brings left-overs of a project to an end before it looks at its outbox', async () => {
    const { world } = await ready();
    await world.flush();
    expect(world.leftOversResolvedFor).toEqual([PROJECT]);
  });
});

describe('scenario 12: answers that do not name every event', () => {
  it.each([
    ['empty results', new Map()],
    ['unknown ids', new Map([['01J00000000000000000000000', { answer: 'accepted' as const }]])],
  ])('%s end the pass after one batch and count nothing', async (_name, answers) => {
    const { world } = await ready(2500);
    let calls = 0;
    world.hub.batchFaults.always(() => {
      calls += 1;
      return { outcome: 'answered', answers };
    });
    expect(await world.flush()).toMatchObject({ delivered: 0, rejected: 0, ended: { end: 'nothing-moved' } });
    expect(calls).toBe(1);
    expect((await world.status()).accounting).toMatchObject({ pending: 2500, delivered: 0 });
  });

  it('settles the half that is named; the rest stays pending and is delivered by the next pass', async () => {
    const { world, ids } = await ready(4);
    const named = new Set([ids[1], ids[3]]);
    world.hub.judge = (event) => (named.has(String(event['event_id'])) ? undefined : 'silent');
    expect(await world.flush()).toMatchObject({ delivered: 2, ended: { end: 'complete' } });
    expect((await world.status()).accounting).toMatchObject({ delivered: 2, pending: 2 });
    world.hub.judge = () => undefined;
    expect(await world.flush()).toMatchObject({ delivered: 2 });
  });

  it.each([
    ['half of every request', (count: number) => Math.ceil(count / 2), 1],
    ['one event of every request', () => 1, 1],
    ['every other event, and refuses requests of more than 7', (count: number) => Math.ceil(count / 2), 7],
  ])('what an answer leaves out goes again in the same pass: %s', async (_name, answeredOf, most) => {
    const { world, ids } = await ready(50);
    const send = world.batches.send.bind(world.batches);
    world.batches.send = async (request, signal) => {
      if (most > 1 && request.events.length > most) return { outcome: 'too-large' };
      const heard = request.events.slice(0, answeredOf(request.events.length));
      return send({ ...request, events: heard }, signal);
    };
    expect(await world.flush()).toMatchObject({ delivered: 50, duplicate: 0, ended: { end: 'complete' } });
    expect(world.hub.storedIds('acme')).toHaveLength(ids.length);
  });

  it('an event that is never answered is asked about once more, and keeps no later one back', async () => {
    const { world, ids } = await ready(1500);
    world.hub.judge = (event) => (event['event_id'] === ids[0] ? 'silent' : undefined);
    let asked = 0;
    const send = world.batches.send.bind(world.batches);
    world.batches.send = async (request, signal) => {
      asked += request.events.filter(({ eventId }) => eventId === ids[0]).length;
      return send(request, signal);
    };
    expect(await world.flush()).toMatchObject({ delivered: 1499 });
    expect(asked).toBe(2);
    expect((await world.status()).accounting).toMatchObject({ delivered: 1499, pending: 1 });
  });

  it('leaves a pending event as it was, without counting an attempt', async () => {
    const { world } = await ready(1);
    world.hub.judge = () => ({ status: 'pending' });
    for (let pass = 0; pass < MAX_ATTEMPTS + 2; pass++) await world.flush();
    expect((await world.status()).accounting).toMatchObject({ pending: 1, deadLetters: {} });
    world.hub.judge = () => undefined;
    expect(await world.flush()).toMatchObject({ delivered: 1 });
  });
});

describe('scenario 13: answers about the whole batch', () => {
  const outages: readonly (readonly [string, BatchOutcome, object])[] = [
    ['an outage', { outcome: 'unavailable', reason: '503' }, { end: 'unavailable', reason: '503' }],
    [
      'a retry-after',
      { outcome: 'unavailable', reason: '429', retryAfterMs: 7000 },
      { end: 'unavailable', reason: '429', retryAfterMs: 7000 },
    ],
    [
      'another protocol',
      { outcome: 'protocol-mismatch', reason: 'upgrade the hub' },
      { end: 'protocol-mismatch', reason: 'upgrade the hub' },
    ],
    [
      'nonsense',
      { outcome: 'unexpected', reason: '418 teapot' },
      { end: 'unexpected', reason: '418 teapot' },
    ],
  ];
  it.each(outages)(
    '%s ends the pass, counts nothing, and the next pass delivers without a new event',
    async (_name, outcome, end) => {
      const { world, ids } = await ready();
      world.hub.batchFaults.next(outcome);
      expect(await world.flush()).toEqual({
        delivered: 0,
        duplicate: 0,
        rejected: 0,
        deadLetters: 0,
        ended: end,
      });
      expect((await world.status()).accounting).toMatchObject({ pending: 3 });
      expect(await world.flush()).toMatchObject({ delivered: 3, ended: { end: 'complete' } });
      expect(world.hub.storedIds('acme')).toEqual(ids);
    },
  );

  it('never turns outages into attempts, however many there are', async () => {
    const { world } = await ready();
    world.hub.down = true;
    for (let pass = 0; pass < 20; pass++) await world.flush(true);
    const reading = await world.outboxes.open(PROJECT).reading();
    expect(reading.ledgers[0]?.exceptions).toEqual([]);
  });

  it('keeps what was delivered before an outage', async () => {
    const { world } = await ready(1500);
    world.hub.batchFaults.next(undefined, 'lost-before');
    expect(await world.flush()).toMatchObject({ delivered: 1000, ended: { end: 'unavailable' } });
    expect(await world.flush()).toMatchObject({ delivered: 500 });
  });

  it('renews the token once after a 401 and goes on', async () => {
    const { world } = await ready();
    world.hub.signIns.expireAccess();
    expect(await world.flush()).toMatchObject({ delivered: 3 });
  });

  it('a second 401 ends the pass as signed out, and nothing is counted or removed', async () => {
    const { world } = await ready();
    world.hub.batchFaults.next({ outcome: 'unauthorized' }, { outcome: 'unauthorized' });
    expect(await world.flush()).toMatchObject({ delivered: 0, ended: { end: 'signed-out' } });
    expect((await world.credentials.read()).state).toBe('present');
    expect(await world.flush()).toMatchObject({ delivered: 3 });
  });

  it('a refusal of the account holds everything with the reason, counts nothing, and is asked again after an hour', async () => {
    const { world } = await ready();
    world.hub.batchFaults.next({ outcome: 'forbidden', reason: 'read-only member' });
    expect(await world.flush()).toMatchObject({ ended: { end: 'forbidden', reason: 'read-only member' } });
    const held = { held: { 'refused by the hub: read-only member': 3 }, pending: 0 };
    expect((await world.status()).accounting).toMatchObject(held);
    expect(await world.flush()).toMatchObject({ delivered: 0, ended: { end: 'complete' } });
    await world.time.advance(REFUSAL_RETRY_MS);
    expect((await world.status()).accounting).toMatchObject({ held: {}, pending: 3 });
    expect(await world.flush()).toMatchObject({ delivered: 3 });
  });

  it('a person who insists does not wait for the hour, and a receipt ends the refusal', async () => {
    const { world, account } = await ready();
    world.hub.batchFaults.next({ outcome: 'forbidden', reason: 'no' });
    await world.flush();
    expect(await world.flush(true)).toMatchObject({ delivered: 3 });
    await world.capture(1, account);
    expect((await world.status()).accounting).toMatchObject({ pending: 1, held: {} });
  });
});

describe('answers about single events', () => {
  it('a rejected event is sent once per pass, due again after its backoff, and a dead letter after five answers', async () => {
    const { world, ids } = await ready(3);
    let asked = 0;
    world.hub.judge = (event) => {
      if (event['event_id'] !== ids[1]) return undefined;
      asked += 1;
      return { status: 'error', error_message: 'not like this' };
    };
    expect(await world.flush()).toMatchObject({ delivered: 2, rejected: 1, ended: { end: 'complete' } });
    expect(asked).toBe(1);
    for (let attempt = 2; attempt < MAX_ATTEMPTS; attempt++) {
      await world.time.advance(HOUR);
      expect(await world.flush()).toMatchObject({ rejected: 1 });
    }
    await world.time.advance(HOUR);
    expect(await world.flush()).toMatchObject({ rejected: 0, deadLetters: 1 });
    await world.time.advance(HOUR);
    await world.flush(true);
    expect(asked).toBe(MAX_ATTEMPTS);
    expect((await world.status()).accounting).toMatchObject({
      delivered: 2,
      deadLetters: { 'not like this': 1 },
    });
  });

  it('an event that is not due yet waits for its time, unless a person insists', async () => {
    const { world, ids } = await ready(1);
    world.randomness.next = () => 0.99;
    world.hub.judge = () => ({ status: 'rejected' });
    await world.flush();
    world.hub.judge = () => undefined;
    expect(await world.flush()).toMatchObject({ delivered: 0, ended: { end: 'complete' } });
    expect((await world.status()).accounting).toMatchObject({ pending: 1 });
    expect(await world.flush(true)).toMatchObject({ delivered: 1 });
    expect(world.hub.storedIds('acme')).toEqual(ids);
  });

  it('an unknown team holds the event without counting an attempt', async () => {
    const { world } = await ready(1);
    world.hub.judge = () => ({ status: 'error', code: 'unknown-team', error_message: 'no team acme' });
    for (let pass = 0; pass < MAX_ATTEMPTS + 1; pass++) {
      expect(await world.flush()).toMatchObject({ rejected: 1, deadLetters: 0 });
      expect((await world.status()).accounting).toMatchObject({
        held: { 'refused by the hub: no team acme': 1 },
      });
      await world.time.advance(REFUSAL_RETRY_MS);
    }
  });

  it('a hub that says the clock is behind moves the clock past its own', async () => {
    const { world } = await ready(1);
    world.hub.judge = () => ({ status: 'error', code: 'clock-behind', server_clock: 5000 });
    await world.flush();
    expect((await world.clock.read()).value).toBe(5001);
  });

  it('a clock beyond reason is no time to follow', async () => {
    const { world } = await ready(1);
    world.hub.judge = () => ({ status: 'error', code: 'clock-behind', server_clock: 2 ** 50 });
    await world.flush();
    expect((await world.clock.read()).value).toBe(1);
  });
});
