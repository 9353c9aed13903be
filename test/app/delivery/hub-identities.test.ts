import { MemoryKnownHubs } from '../../../src/adapters/memory/memory-stores.js';
import { AccessTokens } from '../../../src/app/delivery/access-token.js';
import { GetAccountStatus } from '../../../src/app/delivery/account-status.js';
import { BacklogConsent } from '../../../src/app/delivery/backlog-consent.js';
import { HubIdentities } from '../../../src/app/delivery/hub-identities.js';
import { SetSharing } from '../../../src/app/delivery/sharing.js';
import { SignIn, type HubMove } from '../../../src/app/delivery/sign-in.js';
import { SyncError } from '../../../src/domain/errors.js';
import { DeliveryWorld } from '../../support/delivery-world.js';
import { PROJECT } from '../../support/facts.js';

const SECOND_URL = 'https://second.example.org';

/** A world whose hub is known, and a second hub that states the same id. */
const ready = () => {
  const world = new DeliveryWorld();
  const second = world.addHub({ url: SECOND_URL, id: world.hub.id });
  const known = new MemoryKnownHubs();
  const hubs = new HubIdentities({ knownHubs: known, outboxes: world.outboxes });
  const moves: HubMove[] = [];
  const signIn = async (hub = world.hub, isMoved = false) => {
    const proof = { with: 'password' as const, username: 'ada', password: 'secret' };
    const hasMoved = async (move: HubMove) => moves.push(move) > 0 && isMoved;
    const input = { serverUrl: hub.url, proof, hasMoved };
    const subject = new SignIn({
      credentials: world.credentials,
      tokenIssuer: world.issuer,
      wallClock: world.time,
      timer: world.time,
      hubIdentities: hubs,
    });
    return (await subject.run(input, async () => true)).account;
  };
  const tokens = new AccessTokens({
    credentials: world.credentials,
    tokenIssuer: world.issuer,
    wallClock: world.time,
    signInEnvironment: {},
    hubIdentities: hubs,
  });
  const status = new GetAccountStatus({
    credentials: world.credentials,
    wallClock: world.time,
    signInEnvironment: {},
    knownHubs: known,
  });
  const account = async () => {
    const answer = await tokens.get();
    return answer.state === 'granted' ? answer.account : undefined;
  };
  return { world, second, known, hubs, moves, signIn, tokens, status, account };
};

describe('a hub that states the id of another one', () => {
  it('is another hub, for every question who is signed in, until a person says that it has moved', async () => {
    const { world, second, known, moves, signIn, status, account } = ready();
    await signIn();
    const other = { hub: { url: SECOND_URL, claims: world.hub.id } };
    expect(await signIn(second)).toMatchObject(other);
    expect(moves).toEqual([{ id: world.hub.id, from: [world.hub.url], to: SECOND_URL }]);
    expect(await status.run()).toMatchObject({ account: other });
    expect(await account()).toMatchObject(other);
    // A refresh, in which it states the id again, changes nothing.
    second.signIns.expireAccess();
    await world.time.advance(20 * 60 * 1000);
    expect(await account()).toMatchObject(other);
    expect(await known.list()).toEqual([{ id: world.hub.id, urls: [world.hub.url] }]);

    expect(await signIn(second, true)).toMatchObject({ hub: { url: SECOND_URL, id: world.hub.id } });
    expect(await account()).toMatchObject({ hub: { id: world.hub.id } });
    expect(await signIn()).toMatchObject({ hub: { url: world.hub.url, id: world.hub.id } });
    expect(moves).toHaveLength(2);
  });

  it('gets nothing that was captured for that one, whatever is allowed there', async () => {
    const { world, second, signIn } = ready();
    const first = await signIn();
    const ids = await world.capture(3, first);
    const account = await signIn(second);
    const consent = new BacklogConsent({ outboxes: world.outboxes, checkouts: world.registry });
    expect(await consent.question(account)).toEqual([]);
    await world.capture(1);
    const question = await consent.question(account);
    expect(question).toMatchObject([{ local: 1, elsewhere: 0 }]);
    await consent.record(account, question, 'consent');
    await new SetSharing({
      checkouts: world.registry,
      sharing: world.sharing,
      outboxes: world.outboxes,
      account: async () => account,
    }).run(PROJECT, 'on');
    const route = async () => {
      const found = await world.route.find();
      return 'end' in found ? found : { ...found, account };
    };
    const { Flush } = await import('../../../src/app/delivery/flush.js');
    await new Flush(world.flushHost({ route })).run({ isInsisted: true });
    expect(second.storedIds('acme').filter((id) => ids.includes(id))).toEqual([]);
    const { ledgers } = await world.outboxes.open(PROJECT).reading();
    expect(ledgers.filter(({ hub }) => hub === world.hub.id)).toEqual([]);
  });

  it('does not get the name of one that an older ledger or sign-in knows', async () => {
    const { world, second, known, signIn } = ready();
    // As it was before there was a list: a ledger with its addresses, or the sign-in of before.
    await world.capture(1, await world.signIn());
    await world.flush();
    await world.signOut();
    expect(await signIn(second)).toMatchObject({ hub: { claims: world.hub.id } });
    await known.update(() => []);
    await world.signIn();
    expect(await signIn(second)).toMatchObject({ hub: { claims: world.hub.id } });
  });
});

describe('a hub whose id another program dropped from the sign-in', () => {
  it('is still the same hub', async () => {
    const { world, signIn, account, status } = ready();
    await signIn();
    const reading = await world.credentials.read();
    if (reading.state !== 'present') throw new Error('signed in');
    const server = { url: world.hub.url };
    await world.credentials.update(async () => ({ ...reading.credentials, server }));
    expect(await account()).toMatchObject({ hub: { id: world.hub.id } });
    expect(await status.run()).toMatchObject({ account: { hub: { id: world.hub.id } } });
  });

  it('delivery goes on where the list of hubs cannot be written', async () => {
    const { world, known, account } = ready();
    await world.signIn();
    known.update = () => Promise.reject(new SyncError('storage-failed', 'The disk is full.'));
    expect(await account()).toMatchObject({ hub: { id: world.hub.id } });
  });
});

describe('a sign-in by a variable', () => {
  it('is bound to where its hub was first seen too', async () => {
    const { world, second, hubs, signIn } = ready();
    await signIn();
    const token = second.signIns.machineToken('ada');
    const environment = { token, serverUrl: SECOND_URL };
    const tokens = new AccessTokens({
      credentials: world.credentials,
      tokenIssuer: world.issuer,
      wallClock: world.time,
      signInEnvironment: environment,
      hubIdentities: hubs,
    });
    expect(await tokens.get()).toMatchObject({ account: { hub: { url: SECOND_URL, claims: world.hub.id } } });
  });
});
