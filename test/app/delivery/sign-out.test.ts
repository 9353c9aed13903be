import { ControlledTime } from '../../../src/adapters/memory/memory-host.js';
import { MemoryCredentialStore } from '../../../src/adapters/memory/memory-stores.js';
import { MemoryNetwork } from '../../../src/adapters/memory/memory-hub.js';
import { MemoryTokenIssuer } from '../../../src/adapters/memory/memory-transports.js';
import { SignIn } from '../../../src/app/delivery/sign-in.js';
import { SignOut } from '../../../src/app/delivery/sign-out.js';
import { SetClock } from '../../support/steady-host.js';

const URL = 'https://hub.example.org';

const setup = async (proof?: 'token') => {
  const network = new MemoryNetwork();
  const hub = network.addHub({ url: URL, id: 'hub-1' });
  hub.signIns.addUser('ada', 'correct horse', 'acme');
  const store = new MemoryCredentialStore();
  const issuer = new MemoryTokenIssuer(network);
  const token = hub.signIns.machineToken('ada');
  const input =
    proof === 'token'
      ? ({ with: 'token', token } as const)
      : ({ with: 'password', username: 'ada', password: 'correct horse' } as const);
  await new SignIn({
    credentials: store,
    tokenIssuer: issuer,
    wallClock: new SetClock(),
    timer: new ControlledTime(),
  }).run({ serverUrl: URL, proof: input }, async () => true);
  const reading = await store.read();
  if (reading.state !== 'present') throw new Error('not signed in');
  return {
    hub,
    store,
    credentials: reading.credentials,
    token,
    subject: new SignOut({ credentials: store, tokenIssuer: issuer }),
  };
};

const account = { hub: { url: URL, id: 'hub-1' }, team: 'acme', username: 'ada' };

describe('sign out', () => {
  it('forgets the sign-in and ends it at the hub', async () => {
    const { hub, store, credentials, subject } = await setup();
    expect(await subject.run()).toEqual({ outcome: 'signed-out', account });
    expect(await store.read()).toEqual({ state: 'absent' });
    expect(hub.signIns.bearerOf(credentials.accessToken)).toBeUndefined();
    expect(hub.signIns.refresh(credentials.refreshToken)).toBeUndefined();
  });

  it('forgets it all the same when the hub is down, and says so', async () => {
    const { hub, store, subject } = await setup();
    hub.down = true;
    expect(await subject.run()).toEqual({ outcome: 'signed-out', account, notRevoked: 'connection refused' });
    expect(await store.read()).toEqual({ state: 'absent' });
  });

  it('is content when the hub no longer knows the sign-in', async () => {
    const { hub, credentials, subject } = await setup();
    hub.signIns.revoke(credentials.refreshToken);
    expect(await subject.run()).toEqual({ outcome: 'signed-out', account });
  });

  it('asks nothing of a hub that has announced no way to end a sign-in', async () => {
    const { hub, store, credentials, subject } = await setup();
    await store.update(async () => ({ ...credentials, server: { url: URL } }));
    expect(await subject.run()).toMatchObject({
      outcome: 'signed-out',
      notRevoked: 'the hub has announced no way to end a sign-in',
    });
    expect(hub.signIns.refresh(credentials.refreshToken)).toBeDefined();
  });

  it('may be repeated', async () => {
    const { subject } = await setup();
    await subject.run();
    expect(await subject.run()).toEqual({ outcome: 'not-signed-in' });
  });

  it('removes what cannot be understood', async () => {
    const { store, subject } = await setup();
    store.break('it is not valid TOML');
    expect(await subject.run()).toEqual({
      outcome: 'signed-out',
      notRevoked: 'the stored sign-in was unreadable',
    });
    expect(await store.read()).toEqual({ state: 'absent' });
  });

  it('does not end a token for machines, which others may use', async () => {
    const { hub, token, subject } = await setup('token');
    expect(await subject.run()).toMatchObject({ outcome: 'signed-out', notRevoked: expect.any(String) });
    expect(hub.signIns.bearerOf(token)).toBeDefined();
  });
});
