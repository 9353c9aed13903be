import fc from 'fast-check';
import { announcedIn } from '../../../src/app/delivery/live-link.js';
import { MAX_COMPRESSED_BYTES } from '../../../src/domain/delivery/batch-plan.js';
import type { SnapshotMessage } from '../../../src/domain/wire.js';
import type { BatchRequest } from '../../../src/ports/delivery.js';
import { controllers, linked } from '../../support/live-world.js';

const snapshotWith = (limits: unknown): SnapshotMessage =>
  ({ type: 'snapshot', work_packages: [], ...(limits === undefined ? {} : { limits }) }) as SnapshotMessage;

describe('what a hub announces about batches', () => {
  it.each([
    ['nothing', undefined, { maxBodyBytes: MAX_COMPRESSED_BYTES }],
    ['both', { batch_events: 7, batch_bytes: 900 }, { maxEvents: 7, maxBodyBytes: 900 }],
    [
      'more than the contract',
      { batch_events: 7, batch_bytes: 2 ** 30 },
      { maxEvents: 7, maxBodyBytes: MAX_COMPRESSED_BYTES },
    ],
    ['nonsense', { batch_events: '7', batch_bytes: -1 }, { maxBodyBytes: MAX_COMPRESSED_BYTES }],
    [
      'fractions',
      { batch_events: 2.9, batch_bytes: 0.5 },
      { maxEvents: 2, maxBodyBytes: MAX_COMPRESSED_BYTES },
    ],
  ])('is taken as it is meant: %s', (_, limits, expected) => {
    expect(announcedIn(snapshotWith(limits))).toEqual(expected);
  });

  it('holds for the account of the session alone, from its snapshot on', async () => {
    const { account, link, run } = await linked();
    expect(link.announced(account)).toBeUndefined();
    await run();
    expect(link.announced(account)).toMatchObject({ maxBodyBytes: MAX_COMPRESSED_BYTES });
    expect(link.announced({ ...account, team: 'birch' })).toBeUndefined();
  });
});

/** Delivers a backlog to a hub that announces limits and refuses some batches as too large all the same. */
const deliver = async (limits: object, count: number, tooLargeFrom: number, refusals: number) => {
  const { world, account, run, flush } = await linked({ capabilities: [], maxBatchEvents: tooLargeFrom });
  const snapshot = world.hub.snapshot.bind(world.hub);
  world.hub.snapshot = () => ({ ...snapshot(), limits });
  const ids = await world.capture(count, account);
  const requests: BatchRequest[] = [];
  const outcomes: string[] = [];
  const send = world.batches.send.bind(world.batches);
  let left = refusals;
  world.batches.send = async (request, signal) => {
    const isUnlucky = request.events.length > 1 && left-- > 0;
    const outcome = isUnlucky ? ({ outcome: 'too-large' } as const) : await send(request, signal);
    if (outcome.outcome !== 'too-large') requests.push(request);
    outcomes.push(outcome.outcome);
    return outcome;
  };
  await run();
  for (let pass = 0; pass < 3; pass++) await flush();
  await world.expectBalanced();
  const { accounting } = await world.status();
  for (const { abort, ended } of controllers.splice(0)) {
    abort();
    await ended;
  }
  return { ids, stored: world.hub.storedIds('acme'), requests, outcomes, accounting };
};

const bytesOf = ({ events }: BatchRequest): number =>
  events.reduce((sum, { json }) => sum + json.length + 1, 0);

describe('batches to a hub that announces limits', () => {
  it('are never above them, whatever else the hub finds too large, and everything arrives once and in order', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1000, max: 20_000 }),
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 0, max: 4 }),
        async (events, bytes, count, tooLargeFrom, refusals) => {
          const limits = { batch_events: events, batch_bytes: bytes };
          const { ids, stored, requests, accounting } = await deliver(limits, count, tooLargeFrom, refusals);
          expect(Math.max(...requests.map((request) => request.events.length))).toBeLessThanOrEqual(events);
          expect(Math.max(...requests.map(bytesOf))).toBeLessThanOrEqual(bytes);
          expect(stored).toEqual(ids);
          expect(accounting).toMatchObject({ delivered: count, pending: 0, deadLetters: {} });
        },
      ),
      { numRuns: 40, seed: 20_261_120 },
    );
  });

  it('keep to what was announced when the session is over', async () => {
    const { world, account, run, flush } = await linked({ capabilities: [] });
    const snapshot = world.hub.snapshot.bind(world.hub);
    world.hub.snapshot = () => ({ ...snapshot(), limits: { batch_events: 2 } });
    await run();
    world.hub.endSessions('lost');
    await world.capture(5, account);
    const sizes: number[] = [];
    const send = world.batches.send.bind(world.batches);
    world.batches.send = (request, signal) => {
      sizes.push(request.events.length);
      return send(request, signal);
    };
    expect(await flush()).toMatchObject({ delivered: 5 });
    expect(sizes).toEqual([2, 2, 1]);
  });

  it('leave an event alone that is above them by itself: it is a dead letter', async () => {
    const { requests, accounting } = await deliver({ batch_bytes: 50 }, 2, 100, 0);
    expect(requests).toEqual([]);
    expect(accounting).toMatchObject({ deadLetters: { 'too large for the hub': 2 } });
  });
});
