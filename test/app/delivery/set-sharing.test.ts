import { SetSharing } from '../../../src/app/delivery/sharing.js';
import { DeliveryWorld } from '../../support/delivery-world.js';
import { PROJECT } from '../../support/facts.js';

const ready = () => {
  const world = new DeliveryWorld();
  const sharing = new SetSharing({
    checkouts: world.registry,
    sharing: world.sharing,
    outboxes: world.outboxes,
    account: () => world.account(),
  });
  const decisions = async () => (await world.outboxes.open(PROJECT).reading()).decisions;
  return { world, sharing, decisions };
};

describe('sharing a project', () => {
  it('is remembered', async () => {
    const { world, sharing } = ready();
    await sharing.run(PROJECT, 'off');
    expect(await world.registry.preference(PROJECT)).toBe('off');
    await sharing.run(PROJECT, 'on');
    expect(await world.registry.preference(PROJECT)).toBe('on');
  });

  it('on answers the question about everything that waits', async () => {
    const { world, sharing, decisions } = ready();
    await world.capture(2);
    await world.signIn();
    await sharing.run(PROJECT, 'on');
    expect(await decisions()).toEqual([
      { decision: 'consent', range: { from: 1, through: 2 }, hub: world.hub.id, team: 'acme' },
    ]);
  });

  it('off decides about no event', async () => {
    const { world, sharing, decisions } = ready();
    await world.capture(2);
    await world.signIn();
    await sharing.run(PROJECT, 'off');
    expect(await decisions()).toEqual([]);
  });

  it('on says nothing about an account that is not there, nor about events that are not', async () => {
    const { world, sharing, decisions } = ready();
    await sharing.run(PROJECT, 'on');
    await world.capture(2);
    await sharing.run(PROJECT, 'on');
    expect(await decisions()).toEqual([]);
    await world.signIn();
    await sharing.run('another-project', 'on');
    expect((await world.outboxes.open('another-project').reading()).decisions).toEqual([]);
  });

  it('on answers what keeps the project here all the same, and off does not ask', async () => {
    const { world, sharing } = ready();
    await world.registry.remember({ path: '/work/refusing', projectUuid: PROJECT });
    world.configs.put('/work/refusing', { sync: { share: false } });
    expect(await sharing.run(PROJECT, 'off')).toEqual([]);
    expect(await sharing.run(PROJECT, 'on')).toEqual([{ path: '/work/refusing', reason: 'share is false' }]);
  });
});
