import type { BatchOutcome } from '../../../src/domain/delivery/outcome.js';
import { Flush } from '../../../src/app/delivery/flush.js';
import type { OutgoingEvent } from '../../../src/ports/delivery.js';
import { SyncError } from '../../../src/domain/errors.js';
import { DeliveryWorld } from '../../support/delivery-world.js';
import { PROJECT } from '../../support/facts.js';

const answered = (events: readonly OutgoingEvent[]): BatchOutcome => ({
  outcome: 'answered',
  answers: new Map(events.map(({ eventId }) => [eventId, { answer: 'accepted' }])),
});

/** A world with so many events, and a flush over a courier of the test that counts what the outbox is asked. */
const prepared = async (
  count: number,
  carry: (events: readonly OutgoingEvent[], call: number) => Promise<BatchOutcome>,
) => {
  const world = new DeliveryWorld();
  const account = await world.signIn();
  await world.capture(count, account);
  const outbox = world.outboxes.open(PROJECT);
  const pass = outbox.pass.bind(outbox);
  const seen = { settled: 0 };
  outbox.pass = (work) =>
    pass((sender) =>
      work({
        reading: () => sender.reading(),
        explainDeadLetters: (entries) => sender.explainDeadLetters(entries),
        reclaim: (mayGo, before) => sender.reclaim(mayGo, before),
        settle: (change) => {
          seen.settled += 1;
          if (!fails) return sender.settle(change);
          fails = false;
          return Promise.reject(new SyncError('storage-failed', 'The disk is full.'));
        },
        records: (from) => sender.records(from),
      }),
    );
  let fails = false;
  const failNext = (): void => void (fails = true);
  let calls = 0;
  const courier = { carry: (events: readonly OutgoingEvent[]) => carry(events, (calls += 1)) };
  const outboxes = { list: async () => [PROJECT], open: () => outbox };
  const flush = new Flush(world.flushHost({ outboxes, route: async () => ({ account, courier }) }));
  return { world, seen, failNext, run: () => flush.run({ isInsisted: false }) };
};

describe('what a pass writes', () => {
  it('writes the receipts of a batch before the next is sent', async () => {
    const settledBefore: number[] = [];
    const { world, seen, run } = await prepared(3000, async (events) => {
      settledBefore.push(seen.settled);
      return answered(events);
    });
    expect(await run()).toMatchObject({ delivered: 3000, ended: { end: 'complete' } });
    // The first write takes the ledger into use.
    expect([...settledBefore, seen.settled]).toEqual([1, 2, 3, 4]);
    expect((await world.status()).accounting).toMatchObject({ delivered: 3000, pending: 0 });
  });

  it('counts nothing that a disk did not take, and sends it again', async () => {
    const { world, run, failNext } = await prepared(3000, async (events, call) => {
      if (call === 2) failNext();
      return answered(events);
    });
    expect(await run()).toMatchObject({ delivered: 1000, ended: { end: 'storage-failed' } });
    expect((await world.status()).accounting).toMatchObject({ delivered: 1000, pending: 2000 });
    expect(await run()).toMatchObject({ delivered: 2000, ended: { end: 'complete' } });
  });

  it('has written what was delivered before the hub was lost', async () => {
    const lost = await prepared(3000, async (events, call) =>
      call === 3 ? { outcome: 'unavailable', reason: 'reset' } : answered(events),
    );
    expect(await lost.run()).toMatchObject({ delivered: 2000, ended: { end: 'unavailable' } });
    expect((await lost.world.status()).accounting).toMatchObject({ delivered: 2000, pending: 1000 });
  });

  it('tells of a courier that breaks', async () => {
    const { run } = await prepared(2000, async () => {
      throw new SyncError('storage-failed', 'the disk is full');
    });
    expect(await run()).toMatchObject({ ended: { end: 'storage-failed', reason: 'the disk is full' } });
  });
});
