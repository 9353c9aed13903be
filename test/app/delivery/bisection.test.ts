import fc from 'fast-check';
import { halve } from '../../../src/domain/delivery/batch-plan.js';
import { DeliveryWorld } from '../../support/delivery-world.js';
import { PROJECT } from '../../support/facts.js';

/** Delivers a batch, of which the events at some places are poison, to a hub that refuses every request with one of them. */
const deliver = async (
  count: number,
  poisonAt: ReadonlySet<number>,
  names: (poison: readonly string[]) => readonly string[],
) => {
  const world = new DeliveryWorld();
  const ids = await world.capture(count, await world.signIn());
  const poison = new Set(ids.filter((_, index) => poisonAt.has(index + 1)));
  let requests = 0;
  const send = world.batches.send.bind(world.batches);
  world.batches.send = (request, signal) => {
    requests += 1;
    const bad = request.events.map(({ eventId }) => eventId).filter((id) => poison.has(id));
    if (bad.length === 0) return send(request, signal);
    const named = names(bad);
    if (named.length === 0) return Promise.resolve({ outcome: 'refused-opaque', reason: 'poison' });
    const answers = new Map(named.map((id) => [id, { answer: 'rejected' as const, reason: 'schema' }]));
    return Promise.resolve({ outcome: 'refused-by-id', answers });
  };
  await world.flush();
  const [ledger] = (await world.outboxes.open(PROJECT).reading()).ledgers;
  const numberOf = (id: string): number => ids.indexOf(id) + 1;
  return {
    delivered: world.hub.storedIds('acme').map(numberOf),
    isolated: (ledger?.exceptions ?? []).map(({ eventId }) => numberOf(eventId)),
    requests,
  };
};

const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);

describe('bisection', () => {
  it.each([
    ['first', 1],
    ['in the middle', 500],
    ['last', 1000],
  ])('scenario 11: isolates a poison event that is %s within about 2 log2 n requests', async (_, poison) => {
    const { delivered, isolated, requests } = await deliver(1000, new Set([poison]), () => []);
    expect(isolated).toEqual([poison]);
    expect(delivered).toEqual(numbers(1000).filter((event) => event !== poison));
    expect(requests).toBeLessThanOrEqual(21);
  });

  it('scenario 11: gets past a batch in which every event is poison', async () => {
    const { delivered, isolated, requests } = await deliver(64, new Set(numbers(64)), () => []);
    expect(isolated).toEqual(numbers(64));
    expect(delivered).toEqual([]);
    expect(requests).toBe(127);
  });

  it('delivers everything else in order, whatever is poison and whatever the hub names', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(60),
        fc.array(fc.nat(60)),
        fc.integer({ min: 0, max: 3 }),
        async (count, poisoned, generosity) => {
          const poison = new Set(poisoned);
          const { delivered, isolated } = await deliver(count, poison, (bad) => bad.slice(0, generosity));
          expect(delivered).toEqual(numbers(count).filter((event) => !poison.has(event)));
          expect(isolated).toEqual(numbers(count).filter((event) => poison.has(event)));
        },
      ),
    );
  });

  it('gives the first half the odd event', () => {
    expect(halve([1, 2, 3])).toEqual([[1, 2], [3]]);
  });
});
