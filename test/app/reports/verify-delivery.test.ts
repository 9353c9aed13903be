import { MemoryReceiptReader } from '../../../src/adapters/memory/memory-transports.js';
import { HubReceipts } from '../../../src/app/delivery/hub-receipts.js';
import { VerifyDelivery } from '../../../src/app/reports/verify-delivery.js';
import { DeliveryWorld } from '../../support/delivery-world.js';
import { PROJECT } from '../../support/facts.js';

const ready = (pageSize?: number) => {
  const world = new DeliveryWorld();
  const receipts = new MemoryReceiptReader(world.network, pageSize);
  return {
    world,
    receipts,
    verify: new VerifyDelivery({
      outboxes: world.outboxes,
      accessTokens: world.tokens,
      hubReceipts: new HubReceipts({
        accessTokens: world.tokens,
        receiptReader: receipts,
        tokenIssuer: world.issuer,
        wallClock: world.time,
      }),
      sharing: world.sharing,
    }),
  };
};

describe('comparing ledger and hub', () => {
  it('reads every page of receipts', async () => {
    const { world, verify } = ready(2);
    await world.capture(5, await world.signIn());
    await world.flush();
    expect(await verify.run()).toEqual({
      hub: world.hub.id,
      team: 'acme',
      agrees: true,
      projects: [
        { projectUuid: PROJECT, settled: 5, atHub: 5, missingAtHub: [], uncounted: [], reoffered: 0 },
      ],
    });
  });

  it('looks at no project without identity, and at no other team', async () => {
    const { world, verify } = ready();
    await world.signIn();
    await world.capture(1);
    await world.flush();
    await world.signIn('bob');
    expect(await verify.run()).toMatchObject({
      team: 'birch',
      agrees: true,
      projects: [{ settled: 0, atHub: 0 }],
    });
  });

  it('asks nothing about a project that was always kept here', async () => {
    const { world, receipts, verify } = ready();
    await world.capture(1, await world.signIn());
    await world.registry.setPreference(PROJECT, 'off');
    await world.flush();
    receipts.read = () => Promise.reject(new Error('asked'));
    expect(await verify.run()).toMatchObject({ agrees: true, projects: [] });
  });

  it('takes nothing for a difference that is delivered while it looks', async () => {
    const { world, receipts, verify } = ready();
    await world.capture(1, await world.signIn());
    const read = receipts.read.bind(receipts);
    receipts.read = async (...args) => {
      await world.flush();
      return read(...args);
    };
    expect(await verify.run()).toMatchObject({ agrees: true, projects: [{ settled: 0, atHub: 1 }] });
  });

  it('renews a token that the hub refuses, once', async () => {
    const { world, receipts, verify } = ready();
    await world.capture(1, await world.signIn());
    const read = receipts.read.bind(receipts);
    let asked = 0;
    receipts.read = async (...args) => {
      asked += 1;
      return asked === 1 ? { answer: 'unauthorized' } : read(...args);
    };
    expect(await verify.run()).toMatchObject({ agrees: true });
    receipts.read = async () => ({ answer: 'unauthorized' });
    await expect(verify.run()).rejects.toMatchObject({ kind: 'session-expired' });
  });

  it('fails where the hub gives no answer', async () => {
    const { world, receipts, verify } = ready();
    await world.capture(1, await world.signIn());
    receipts.read = async () => ({ answer: 'unavailable', reason: 'half an answer' });
    await expect(verify.run()).rejects.toMatchObject({ kind: 'unreachable' });
    world.hub.hasReceipts = false;
    receipts.read = MemoryReceiptReader.prototype.read.bind(new MemoryReceiptReader(world.network));
    await expect(verify.run()).rejects.toMatchObject({ kind: 'protocol-mismatch' });
  });
});
