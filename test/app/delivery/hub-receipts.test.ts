import { MemoryReceiptReader } from '../../../src/adapters/memory/memory-transports.js';
import { HubReceipts } from '../../../src/app/delivery/hub-receipts.js';
import { DeliveryWorld, HUB_URL } from '../../support/delivery-world.js';
import { PROJECT } from '../../support/facts.js';

/** A world in which ada has delivered to the first hub, and a second hub at which she signs in when it is said. */
const ready = async () => {
  const world = new DeliveryWorld();
  const second = world.addHub({ url: 'https://second.example.org', id: 'hub-2' });
  const account = await world.signIn();
  await world.capture(5, account);
  await world.flush();
  const receiptReader = new MemoryReceiptReader(world.network, 2);
  const receipts = new HubReceipts({
    accessTokens: world.tokens,
    receiptReader,
    tokenIssuer: world.issuer,
    wallClock: world.time,
  });
  return { world, account, receiptReader, receipts, moveOn: () => world.signIn('ada', second) };
};

describe('a sign-in elsewhere while a hub is asked', () => {
  it('sends its token to no other hub for the next page', async () => {
    const { account, receiptReader, receipts, moveOn } = await ready();
    const asked: string[] = [];
    const read = receiptReader.read.bind(receiptReader);
    receiptReader.read = async (request, signal) => {
      asked.push(request.hub.url);
      const page = await read(request, signal);
      await moveOn();
      return page;
    };
    await expect(receipts.idsAtHub(account, PROJECT)).rejects.toMatchObject({
      kind: 'unreachable',
      message: expect.stringContaining('another account was signed in'),
    });
    expect(asked).toEqual([HUB_URL]);
  });

  it('sends its token to no other hub for what that one can do', async () => {
    const { world, account, receipts, moveOn } = await ready();
    await moveOn();
    const asked: string[] = [];
    const identify = world.issuer.identify.bind(world.issuer);
    world.issuer.identify = (hub, token, signal) => {
      asked.push(hub.url);
      return identify(hub, token, signal);
    };
    expect(await receipts.historyOf(account, true)).toBeUndefined();
    expect(asked).toEqual([]);
  });
});
