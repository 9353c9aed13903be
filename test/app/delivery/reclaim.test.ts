import { Flush } from '../../../src/app/delivery/flush.js';
import type { Outbox, Sender } from '../../../src/ports/outbox.js';
import { DeliveryWorld } from '../../support/delivery-world.js';
import { collect, PROJECT } from '../../support/facts.js';

/** An outbox whose records lie in one sealed segment; notes what the pass says about it. */
const sealed = (outbox: Outbox, said: { before: number; mayGo: boolean }[]): Outbox =>
  new Proxy(outbox, {
    get: (target, key) => {
      const value: unknown = Reflect.get(target, key, target);
      if (key !== 'pass') return typeof value === 'function' ? value.bind(target) : value;
      return (work: (sender: Sender) => Promise<unknown>) =>
        target.pass((sender) =>
          work({
            ...sender,
            reclaim: async (mayGo, before) => {
              said.push({ before, mayGo: await mayGo(await collect(sender.records(1))) });
              return 0;
            },
          }),
        );
    },
  });

const ready = async () => {
  const world = new DeliveryWorld();
  const account = await world.signIn();
  const said: { before: number; mayGo: boolean }[] = [];
  const outbox = sealed(world.outboxes.open(PROJECT), said);
  const flush = new Flush(
    world.flushHost({ outboxes: { list: () => world.outboxes.list(), open: () => outbox } }),
  );
  const pass = async () => {
    await flush.run({ isInsisted: true });
    await world.expectBalanced();
  };
  return { world, account, said, pass };
};

describe('what a pass removes', () => {
  it('are settled segments, once their time has come', async () => {
    const { world, account, said, pass } = await ready();
    await world.capture(3, account);
    await pass();
    expect(said).toEqual([{ before: world.time.nowMs() - 7 * 24 * 60 * 60 * 1000, mayGo: true }]);
  });

  it('are segments of events that were captured before the hub had said its id, too', async () => {
    const { world, account, said, pass } = await ready();
    await world.capture(3, { ...account, hub: { url: account.hub.url } });
    await pass();
    expect(said.map(({ mayGo }) => mayGo)).toEqual([true]);
  });

  it('is nothing that may still have to be sent or decided about', async () => {
    const { world, account, said, pass } = await ready();
    const ids = await world.capture(3, account);
    world.hub.judge = (event) => (event['event_id'] === ids[1] ? { status: 'rejected' } : undefined);
    await pass();
    expect(said.map(({ mayGo }) => mayGo)).toEqual([false]);
  });

  it('is nothing at all while the hub is out of reach', async () => {
    const { world, account, said, pass } = await ready();
    await world.capture(3, account);
    world.hub.down = true;
    await pass();
    expect(said).toEqual([]);
  });

  it('stays counted under its reason in the ledgers of those who only ever held it', async () => {
    const { world, account, said, pass } = await ready();
    await world.capture(2, account);
    await pass();
    await world.signOut();
    await world.signIn('bob');
    await pass();
    expect(said.map(({ mayGo }) => mayGo)).toEqual([true, true]);
    const { ledgers } = await world.outboxes.open(PROJECT).reading();
    expect(ledgers.at(-1)).toMatchObject({
      team: 'birch',
      through: 2,
      totals: { reclaimed: { [`belongs to team acme at hub ${world.hub.id}`]: 2 } },
    });
  });
});
