import { PreviewDelivery, ListLeftEvents } from '../../../src/app/reports/waiting-events.js';
import { DeliveryWorld } from '../../support/delivery-world.js';
import { eventId, PROJECT } from '../../support/facts.js';

const ready = () => {
  const world = new DeliveryWorld();
  const ports = {
    outboxes: world.outboxes,
    sharing: world.sharing,
    wallClock: world.time,
    account: () => world.account(),
  };
  return { world, preview: new PreviewDelivery(ports), left: new ListLeftEvents(ports) };
};

describe('previewing a delivery', () => {
  it('shows byte for byte what a person who asks for delivery would send', async () => {
    const { world, preview } = ready();
    await world.capture(2);
    await world.capture(2, await world.signIn());
    world.hub.judge = () => ({ status: 'rejected', error_message: 'later' });
    await world.flush();
    const [project] = await preview.run(Infinity);
    expect(project).toMatchObject({ count: 4, to: { hub: world.hub.id, url: world.hub.url, team: 'acme' } });
    const sent: string[] = [];
    const send = world.batches.send.bind(world.batches);
    world.batches.send = async (request, signal) => {
      sent.push(...request.events.map(({ json }) => json));
      return send(request, signal);
    };
    await world.flush(true);
    expect(project?.events.map(({ json }) => json)).toEqual(sent);
  });

  it('keeps no more than is wanted, and counts all', async () => {
    const { world, preview } = ready();
    await world.capture(5, await world.signIn());
    expect(await preview.run(2)).toMatchObject([
      { count: 5, events: [{ eventId: eventId(1) }, { eventId: eventId(2) }] },
    ]);
  });

  it('changes no ledger and no decision', async () => {
    const { world, preview } = ready();
    await world.capture(3);
    await world.signIn();
    const before = await world.outboxes.open(PROJECT).reading();
    await preview.run(10);
    expect(await world.outboxes.open(PROJECT).reading()).toEqual(before);
  });
});

describe('listing what is left', () => {
  it('names every event that no hub has, and why', async () => {
    const { world, left } = ready();
    await world.capture(1, await world.signIn());
    await world.flush();
    await world.capture(2);
    expect(await left.run()).toEqual([
      {
        projectUuid: PROJECT,
        events: [2, 3].map((n) => ({ eventId: eventId(n), state: 'pending', reason: 'not delivered yet' })),
      },
    ]);
    await world.signOut();
    expect((await left.run())[0]?.events).toMatchObject([
      { state: 'held', reason: 'not signed in' },
      { state: 'held', reason: 'not signed in' },
    ]);
  });
});
