import { batchCourier } from '../../../src/app/delivery/courier.js';
import { syncLine, type SyncLineInput } from '../../../src/domain/delivery/status-line.js';
import { SyncError } from '../../../src/domain/errors.js';
import type { BatchRequest } from '../../../src/ports/delivery.js';
import { DeliveryWorld } from '../../support/delivery-world.js';
import { outgoingEvents } from '../../support/outgoing-events.js';

const ready = async () => {
  const world = new DeliveryWorld();
  const account = await world.signIn();
  const requests: BatchRequest[] = [];
  const send = world.batches.send.bind(world.batches);
  world.batches.send = (request, signal) => {
    requests.push(request);
    return send(request, signal);
  };
  const courier = batchCourier({ batchTransport: world.batches, accessTokens: world.tokens }, account);
  return { world, courier, requests };
};

describe('the batch courier', () => {
  it('asks for another token once, and no more', async () => {
    const { world, courier, requests } = await ready();
    world.hub.batchFaults.always(() => ({ outcome: 'unauthorized' }));
    expect(await courier.carry(outgoingEvents(1))).toEqual({ outcome: 'unauthorized' });
    expect(requests).toHaveLength(2);
    expect(requests[0]?.accessToken).not.toBe(requests[1]?.accessToken);
  });

  it('sends nothing when nobody is signed in any more', async () => {
    const { world, courier, requests } = await ready();
    await world.signOut();
    expect(await courier.carry(outgoingEvents(1))).toEqual({ outcome: 'unauthorized' });
    expect(requests).toEqual([]);
  });

  it('sends nothing for another account, whose events these are not', async () => {
    const { world, courier, requests } = await ready();
    await world.signIn('bob');
    expect(await courier.carry(outgoingEvents(1))).toMatchObject({ outcome: 'unavailable' });
    expect(requests).toEqual([]);
  });

  it('waits for a hub that cannot renew the token at the moment', async () => {
    const { world, courier } = await ready();
    world.hub.signIns.expireAccess();
    world.hub.issuerFaults.next('lost-before');
    expect(await courier.carry(outgoingEvents(1))).toMatchObject({ outcome: 'unavailable' });
  });

  it.each([
    ['the transport refuses an insecure hub', 'send' as const],
    ['the credentials cannot be read', 'read' as const],
  ])('never throws when %s', async (_name, where) => {
    const { world, courier } = await ready();
    const fail = () => Promise.reject(new SyncError('insecure-server', 'not there'));
    if (where === 'send') world.batches.send = fail;
    else world.credentials.read = fail;
    expect(await courier.carry(outgoingEvents(1))).toEqual({ outcome: 'unexpected', reason: 'not there' });
  });
});

describe('the line about sync', () => {
  const input: SyncLineInput = {
    account: { hub: { url: 'https://hub.example.org' }, team: 'acme' },
    isShared: true,
    connection: 'Connected',
    waiting: 0,
  };
  it.each<[string, Partial<SyncLineInput>]>([
    ['[Connected]', {}],
    ['[Reconnecting]', { connection: 'Reconnecting' }],
    ['[Offline]', { connection: 'Offline' }],
    ['[Offline - Batch Mode]', { connection: 'OfflineBatchMode' }],
    ['[Local only]', { account: undefined }],
    ['[Local only]', { isShared: false }],
    ['[Connected] 3 waiting', { waiting: 3 }],
    ['[Local only] 3 waiting', { account: undefined, waiting: 3 }],
    ['[Connected]', { waiting: undefined }],
  ])('%s', (line, changes) => {
    expect(syncLine({ ...input, ...changes })).toBe(line);
  });
});
