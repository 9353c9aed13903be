import { MemoryKnownHubs } from '../../../src/adapters/memory/memory-stores.js';
import { MoveEvents } from '../../../src/app/delivery/move-events.js';
import { isBalanced } from '../../../src/domain/outbox/accounting.js';
import { DeliveryWorld, HUB_URL } from '../../support/delivery-world.js';
import { collect, PROJECT } from '../../support/facts.js';

const NEW_URL = 'https://new.example.org';

/** Three delivered to the former hub, two that it never gave a receipt for, and ada signed in at another one. */
const moved = async (former: 'gone' | 'without id' = 'gone') => {
  const world = new DeliveryWorld();
  const known = new MemoryKnownHubs();
  const old = await world.signIn();
  const delivered = await world.capture(3, old);
  await world.flush();
  const held = await world.capture(2, former === 'gone' ? old : { hub: { url: HUB_URL }, team: 'acme' });
  await world.signOut();
  const second = world.addHub({ url: NEW_URL });
  const account = await world.signIn('ada', second);
  const { outboxes, registry, tokens } = world;
  const move = new MoveEvents({ outboxes, checkouts: registry, accessTokens: tokens, knownHubs: known });
  return { world, second, account, move, delivered, held, known };
};

describe('moving what is held for a former hub', () => {
  it('shows it first and changes nothing, then sends it under the same ids, and counts it', async () => {
    const { world, second, move, held } = await moved();
    const plan = await move.plan({ from: HUB_URL, withJournal: false });
    expect(plan).toMatchObject({ events: 2, projects: [{ team: 'acme', held: 2, delivered: 3 }] });
    expect(await world.flush(true)).toMatchObject({ delivered: 0 });
    const before = (await world.outboxes.open(PROJECT).reading()).ledgers.find(
      ({ hub }) => hub === world.hub.id,
    );

    await move.run(plan);
    expect((await world.status()).accounting).toMatchObject({ pending: 2 });
    expect(await world.flush()).toMatchObject({ delivered: 2, ended: { end: 'complete' } });
    expect(second.storedIds('acme')).toEqual(held);
    const { accounting } = await world.status();
    expect(accounting).toMatchObject({
      captured: 5,
      delivered: 2,
      held: { [`belongs to team acme at hub ${world.hub.id}`]: 3 },
    });
    expect(isBalanced(accounting)).toBe(true);
    const after = (await world.outboxes.open(PROJECT).reading()).ledgers.find(
      ({ hub }) => hub === world.hub.id,
    );
    expect(after).toMatchObject({ totals: before!.totals, through: before!.through });
    expect(await move.plan({ from: HUB_URL, withJournal: false })).toMatchObject({ events: 0 });
  });

  it('takes everything that the journal still has along, where that is wanted', async () => {
    const { world, second, move, held, delivered } = await moved();
    const plan = await move.plan({ from: world.hub.id, withJournal: true });
    expect(plan.events).toBe(5);
    await move.run(plan);
    expect(await world.flush()).toMatchObject({ delivered: 5 });
    expect(second.storedIds('acme')).toEqual([...delivered, ...held]);
    await world.expectBalanced();
  });

  it('knows a hub by its address, by its id, and by the addresses that a list knows', async () => {
    for (const from of [HUB_URL, `${HUB_URL}/`, 'HTTPS://Hub.example.org']) {
      const { move } = await moved('without id');
      expect(await move.plan({ from, withJournal: false })).toMatchObject({ events: 2 });
    }
    const { move, known, world } = await moved();
    await known.update(() => [{ id: world.hub.id, urls: ['https://third.example.org'] }]);
    expect(await move.plan({ from: 'https://third.example.org', withJournal: false })).toMatchObject({
      events: 2,
    });
  });

  it('sends for its new team what was captured for another one; the stored line stays', async () => {
    const { world, second, move } = await moved();
    await world.signIn('bob', second);
    const plan = await move.plan({ from: HUB_URL, withJournal: false });
    expect(plan).toMatchObject({ to: { team: 'birch' }, projects: [{ team: 'acme', held: 2 }] });
    await move.run(plan);
    expect(await world.flush()).toMatchObject({ delivered: 2, rejected: 0 });
    expect(second.storedEvents('birch').map(({ event }) => event['team_slug'])).toEqual(['birch', 'birch']);
    const records = await collect(world.outboxes.open(PROJECT).records());
    expect(records.map(({ team }) => team)).toEqual(Array(5).fill('acme'));
  });

  it('can be moved on to a third hub', async () => {
    const { world, move, held } = await moved();
    await move.run(await move.plan({ from: HUB_URL, withJournal: false }));
    const third = world.addHub({ url: 'https://third.example.org' });
    await world.signIn('ada', third);
    await move.run(await move.plan({ from: `hub-at-${NEW_URL}`, withJournal: false }));
    expect(await world.flush()).toMatchObject({ delivered: 2 });
    expect(third.storedIds('acme')).toEqual(held);
  });

  it('leaves what a person threw away, what never can be sent, and what the present hub has', async () => {
    const { world, move } = await moved();
    const { hub } = (await world.outboxes.open(PROJECT).reading()).ledgers[0]!;
    await world.outboxes.open(PROJECT).decide([{ decision: 'discard', record: 4, hub, team: 'acme' }]);
    const plan = await move.plan({ from: HUB_URL, withJournal: true });
    expect(plan.events).toBe(4);
    await move.run(plan);
    await world.flush();
    await expect(move.plan({ from: HUB_URL, withJournal: true })).rejects.toMatchObject({
      kind: 'input-invalid',
    });
  });

  it.each([
    ['the present hub', NEW_URL, 'is signed in'],
    ['a hub of which there is nothing', 'https://nobody.example.org', 'was captured for'],
  ])('refuses %s', async (_, from, message) => {
    const { move } = await moved();
    await expect(move.plan({ from, withJournal: false })).rejects.toMatchObject({
      kind: 'input-invalid',
      message: expect.stringContaining(message),
    });
  });

  it('needs somebody who is signed in', async () => {
    const { world, move } = await moved();
    await world.signOut();
    await expect(move.plan({ from: HUB_URL, withJournal: false })).rejects.toMatchObject({
      kind: 'not-signed-in',
    });
  });
});
