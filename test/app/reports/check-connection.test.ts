import { MemorySettingsStore } from '../../../src/adapters/memory/memory-stores.js';
import { CheckConnection } from '../../../src/app/reports/check-connection.js';
import { DeliveryWorld, HUB_URL } from '../../support/delivery-world.js';

const ready = (serverUrl?: string) => {
  const world = new DeliveryWorld();
  const settings = new MemorySettingsStore(serverUrl === undefined ? {} : { serverUrl });
  const { batches: transport, issuer, tokens } = world;
  return {
    world,
    check: new CheckConnection({
      batchTransport: transport,
      tokenIssuer: issuer,
      accessTokens: tokens,
      account: () => world.account(),
      settings,
    }),
  };
};

describe('asking the hub', () => {
  it('finds it reachable for who is signed in', async () => {
    const { world, check } = ready();
    await world.signIn();
    expect(await check.run()).toMatchObject({ state: 'reachable', account: { team: 'acme' } });
  });

  it('renews a token that the hub has forgotten, and only then says that the session is over', async () => {
    const { world, check } = ready();
    await world.signIn();
    const identify = world.issuer.identify.bind(world.issuer);
    let refusals = 1;
    world.issuer.identify = async (...args) =>
      refusals-- > 0 ? { ok: false, error: { fault: 'refused', reason: 'no' } } : identify(...args);
    expect(await check.run()).toMatchObject({ state: 'reachable' });
    refusals = 2;
    expect(await check.run()).toMatchObject({ state: 'session-expired' });
  });

  it('asks a hub that has not announced itself by the calls of the base contract', async () => {
    const { world, check } = ready();
    await world.signIn();
    const reading = await world.credentials.read();
    if (reading.state !== 'present') throw new Error('not signed in');
    await world.credentials.update(async () => ({ ...reading.credentials, server: { url: HUB_URL } }));
    world.issuer.identify = () => Promise.reject(new Error('asked who the bearer is'));
    expect(await check.run()).toMatchObject({ state: 'reachable' });
    world.hub.signIns.expireAccess();
    world.hub.signIns.revoke(reading.credentials.refreshToken);
    expect(await check.run()).toMatchObject({ state: 'session-expired' });
  });

  it('an answer that nobody knows the endpoint is no proof that the hub knows the sign-in', async () => {
    const { world, check } = ready();
    await world.signIn();
    world.issuer.identify = async () => ({ ok: true, value: undefined });
    expect(await check.run()).toMatchObject({ state: 'reachable' });
    world.hub.batchFaults.next({ outcome: 'unexpected', reason: 'status 404' });
    expect(await check.run()).toMatchObject({ state: 'unreachable', reason: 'status 404' });
    world.hub.batchFaults.next({ outcome: 'unauthorized' }, { outcome: 'unauthorized' });
    expect(await check.run()).toMatchObject({ state: 'session-expired' });
  });

  it('says that a hub that stops answering in the middle is out of reach', async () => {
    const { world, check } = ready();
    await world.signIn();
    world.issuer.identify = async () => ({ ok: false, error: { fault: 'unavailable', reason: 'reset' } });
    expect(await check.run()).toMatchObject({ state: 'unreachable', reason: 'reset' });
  });

  it('does not trip over a server that nothing may be sent to', async () => {
    const { check } = ready('http://hub.example.org');
    expect(await check.run()).toMatchObject({
      state: 'unreachable',
      reason: expect.stringContaining('https'),
    });
  });

  it('without any server has nobody to ask', async () => {
    expect(await ready().check.run()).toEqual({ state: 'no-server' });
  });
});
