import type { BatchOutcome } from '../../../src/domain/delivery/outcome.js';
import { Flush } from '../../../src/app/delivery/flush.js';
import type { OutgoingEvent } from '../../../src/ports/delivery.js';
import { SyncError } from '../../../src/domain/errors.js';
import { DeliveryWorld } from '../../support/delivery-world.js';
import { PROJECT } from '../../support/facts.js';

const answered = (events: readonly OutgoingEvent[], rejected: readonly string[] = []): BatchOutcome => ({
  outcome: 'answered',
  answers: new Map(
    events.map(({ eventId }) => [
      eventId,
      rejected.includes(eventId) ? { answer: 'rejected', reason: 'no' } : { answer: 'accepted' },
    ]),
  ),
});

/** A world with so many events, and a flush over a courier of the test that counts what the outbox is asked. */
const prepared = async (
  count: number,
  carry: (events: readonly OutgoingEvent[], call: number) => Promise<BatchOutcome>,
  prepare: (events: readonly OutgoingEvent[]) => void = () => undefined,
) => {
  const world = new DeliveryWorld();
  const account = await world.signIn();
  const ids = await world.capture(count, account);
  const outbox = world.outboxes.open(PROJECT);
  const pass = outbox.pass.bind(outbox);
  const seen = { settled: 0, read: 0 };
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
        async *portions(from) {
          for await (const portion of sender.portions(from)) {
            seen.read += portion.length;
            yield portion;
          }
        },
      }),
    );
  let fails = false;
  const failNext = (): void => void (fails = true);
  let calls = 0;
  const courier = { carry: (events: readonly OutgoingEvent[]) => carry(events, (calls += 1)), prepare };
  const outboxes = { list: async () => [PROJECT], open: () => outbox };
  const flush = new Flush(world.flushHost({ outboxes, route: async () => ({ account, courier }) }));
  return { world, ids, seen, failNext, run: () => flush.run({ isInsisted: false }) };
};

describe('what a pass writes and reads', () => {
  it('writes receipts together, the first at once, and all of them before it ends', async () => {
    const { world, seen, run } = await prepared(5000, async (events) => answered(events));
    expect(await run()).toMatchObject({ delivered: 5000, ended: { end: 'complete' } });
    // One to take the ledger into use, one for the first batch, one at the end.
    expect(seen.settled).toBe(3);
    expect((await world.status()).accounting).toMatchObject({ delivered: 5000, pending: 0 });
  });

  it('writes them after a second, however many there are, while the next batch is under way', async () => {
    const { world, seen, run } = await prepared(4000, async (events) => {
      await world.time.advance(1000);
      return answered(events);
    });
    await run();
    expect(seen.settled).toBe(4);
  });

  it('writes with the next write what a disk did not take once', async () => {
    const { world, seen, run, failNext } = await prepared(3000, async (events, call) => {
      if (call === 2) failNext();
      await world.time.advance(1000);
      return answered(events);
    });
    expect(await run()).toMatchObject({ ended: { end: 'storage-failed' } });
    expect(seen.settled).toBeGreaterThan(2);
    const { accounting } = await world.status();
    expect(accounting.delivered).toBeGreaterThanOrEqual(2000);
    expect(accounting.delivered + accounting.pending).toBe(3000);
  });

  it('writes at once what was said against an event', async () => {
    const { seen, ids, run } = await prepared(3000, async (events, call) =>
      answered(events, call === 2 ? [ids[1500]!] : []),
    );
    expect(await run()).toMatchObject({ delivered: 2999, rejected: 1 });
    expect(seen.settled).toBe(4);
  });

  it('writes what was delivered before the hub was lost, and before reading failed', async () => {
    const lost = await prepared(3000, async (events, call) =>
      call === 3 ? { outcome: 'unavailable', reason: 'reset' } : answered(events),
    );
    expect(await lost.run()).toMatchObject({ delivered: 2000, ended: { end: 'unavailable' } });
    expect((await lost.world.status()).accounting).toMatchObject({ delivered: 2000, pending: 1000 });
  });

  it('reads the next batch while one is under way, and sends it only when that one is settled', async () => {
    const read: number[] = [];
    const { seen, run } = await prepared(3000, async (events) => {
      for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
      read.push(seen.read);
      return answered(events);
    });
    await run();
    expect(read).toEqual([2001, 3000, 3000]);
  });

  it('makes the next batch ready while one is under way, and sends the very same', async () => {
    const steps: string[] = [];
    const lists: (readonly OutgoingEvent[])[] = [];
    const numbered = (events: readonly OutgoingEvent[]): number =>
      lists.includes(events) ? lists.indexOf(events) : lists.push(events) - 1;
    const { run } = await prepared(
      2500,
      async (events) => {
        steps.push(`carry ${numbered(events)}: ${events.length}`);
        for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
        return answered(events);
      },
      (events) => steps.push(`prepare ${numbered(events)}: ${events.length}`),
    );
    await run();
    expect([...new Set(steps)]).toEqual([
      'prepare 0: 1000',
      'carry 0: 1000',
      'prepare 1: 1000',
      'carry 1: 1000',
      'prepare 2: 500',
      'carry 2: 500',
    ]);
  });

  it('tells of a batch that failed while the next was read', async () => {
    const { run } = await prepared(2000, async () => {
      throw new SyncError('storage-failed', 'the disk is full');
    });
    expect(await run()).toMatchObject({ ended: { end: 'storage-failed', reason: 'the disk is full' } });
  });
});
