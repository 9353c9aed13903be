import { LiftRefusals } from '../../../src/app/delivery/sharing.js';
import { DeliveryWorld } from '../../support/delivery-world.js';
import { PROJECT } from '../../support/facts.js';

const REFUSED = 'refused by the hub: read-only member';

const ready = async () => {
  const world = new DeliveryWorld();
  const account = await world.signIn();
  await world.capture(3, account);
  return { world, account, lift: new LiftRefusals({ outboxes: world.outboxes }) };
};

describe('signing in again', () => {
  it('makes due at once what the hub refused to the account as a whole', async () => {
    const { world, lift } = await ready();
    world.hub.batchFaults.next({ outcome: 'forbidden', reason: 'read-only member' });
    await world.flush();
    expect((await world.status()).accounting).toMatchObject({ held: { [REFUSED]: 3 }, pending: 0 });
    expect(await world.flush()).toMatchObject({ delivered: 0 });
    await lift.run(await world.signIn());
    expect((await world.status()).accounting).toMatchObject({ held: {}, pending: 3 });
    expect(await world.flush()).toMatchObject({ delivered: 3, ended: { end: 'complete' } });
  });

  it('makes due at once what the hub refused for its team', async () => {
    const { world, account, lift } = await ready();
    world.hub.judge = () => ({ status: 'error', code: 'unknown-team', error_message: 'no' });
    await world.flush();
    world.hub.judge = () => undefined;
    expect(await world.flush()).toMatchObject({ delivered: 0 });
    await lift.run(account);
    expect(await world.flush()).toMatchObject({ delivered: 3 });
  });

  it('lets a hub that still refuses hold everything for another hour', async () => {
    const { world, account, lift } = await ready();
    world.hub.batchFaults.always(() => ({ outcome: 'forbidden', reason: 'read-only member' }));
    await world.flush();
    await lift.run(account);
    expect(await world.flush()).toMatchObject({ ended: { end: 'forbidden' } });
    expect((await world.status()).accounting).toMatchObject({ held: { [REFUSED]: 3 } });
    expect(await world.flush()).toMatchObject({ ended: { end: 'complete' }, delivered: 0 });
  });

  it('decides nothing where nothing was refused, or another account was', async () => {
    const { world, account, lift } = await ready();
    await world.flush();
    await lift.run(account);
    world.hub.batchFaults.next({ outcome: 'forbidden', reason: 'read-only member' });
    await world.capture(1, account);
    await world.flush();
    await lift.run(await world.signIn('bob'));
    expect((await world.outboxes.open(PROJECT).reading()).decisions).toEqual([]);
  });
});
