import fc from 'fast-check';
import { MemoryCredentialStore } from '../../../src/adapters/memory/memory-stores.js';
import { type MemoryHub, MemoryNetwork } from '../../../src/adapters/memory/memory-hub.js';
import { MemoryTokenIssuer } from '../../../src/adapters/memory/memory-transports.js';
import { AccessTokens, EXPIRY_LEEWAY_MS } from '../../../src/app/delivery/access-token.js';
import { issuedCredentials, machineCredentials } from '../../../src/app/delivery/credentials.js';
import { SignOut } from '../../../src/app/delivery/sign-out.js';
import { SyncError } from '../../../src/domain/errors.js';
import type { CredentialStore, Credentials, SignInEnvironment } from '../../../src/ports/delivery.js';
import { SetClock } from '../../support/steady-host.js';

const URL = 'https://hub.example.org';
const LIFETIME_MS = 900_000;

const signedIn = (options: { readonly store?: (inner: MemoryCredentialStore) => CredentialStore } = {}) => {
  const network = new MemoryNetwork();
  const hub = network.addHub({ url: URL, id: 'hub-1' });
  hub.signIns.addUser('ada', 'correct horse', 'acme');
  const clock = new SetClock();
  const issued = hub.signIns.signIn('ada', 'correct horse')!;
  const stored = issuedCredentials(issued, { username: 'ada', server: { url: URL } }, clock.nowMs());
  const inner = new MemoryCredentialStore(stored);
  const store = options.store?.(inner) ?? inner;
  const issuer = new MemoryTokenIssuer(network);
  const tokens = (signInEnvironment: SignInEnvironment = {}) =>
    new AccessTokens({
      credentials: store,
      tokenIssuer: issuer,
      wallClock: clock,
      signInEnvironment,
    });
  return { network, hub, clock, stored, store, inner, issuer, tokens };
};

const account = { hub: { url: URL, id: 'hub-1' }, team: 'acme', username: 'ada' };

/** Counts the calls that reach the hub, by letting all of them go well. */
const countCalls = (hub: MemoryHub): (() => number) => {
  let calls = 0;
  hub.issuerFaults.always(() => {
    calls += 1;
    return undefined;
  });
  return () => calls;
};

const storedCredentials = async (store: CredentialStore): Promise<Credentials | undefined> => {
  const reading = await store.read();
  return reading.state === 'present' ? reading.credentials : undefined;
};

describe('access tokens', () => {
  it('grants the stored token without asking anybody while it is good', async () => {
    const { hub, clock, stored, tokens } = signedIn();
    const calls = countCalls(hub);
    clock.advance(LIFETIME_MS - EXPIRY_LEEWAY_MS - 1);
    expect(await tokens().get()).toEqual({ state: 'granted', token: stored.accessToken, account });
    expect(calls()).toBe(0);
  });

  it('refreshes thirty seconds before the token expires, and stores what it got before it is used', async () => {
    const { clock, stored, store, tokens } = signedIn();
    clock.advance(LIFETIME_MS - EXPIRY_LEEWAY_MS);
    const answer = await tokens().get();
    expect(answer).toMatchObject({ state: 'granted', account });
    const now = await storedCredentials(store);
    expect(answer.state === 'granted' && answer.token).toBe(now?.accessToken);
    expect(now).toMatchObject({
      username: 'ada',
      teamSlug: 'acme',
      accessExpiresAtMs: clock.nowMs() + LIFETIME_MS,
    });
    expect(now?.accessToken).not.toBe(stored.accessToken);
    expect(now?.refreshToken).not.toBe(stored.refreshToken);
  });

  it('spends one refresh for many callers of one process', async () => {
    const { hub, clock, tokens } = signedIn();
    const calls = countCalls(hub);
    clock.advance(LIFETIME_MS);
    const one = tokens();
    const answers = await Promise.all(Array.from({ length: 20 }, () => one.get()));
    expect(new Set(answers.map((answer) => answer.state === 'granted' && answer.token)).size).toBe(1);
    expect(calls()).toBe(1);
  });

  it('uses what another process has refreshed meanwhile', async () => {
    const { hub, clock, tokens } = signedIn();
    const calls = countCalls(hub);
    clock.advance(LIFETIME_MS);
    const answers = await Promise.all(Array.from({ length: 50 }, () => tokens().get()));
    expect(new Set(answers.map((answer) => answer.state === 'granted' && answer.token)).size).toBe(1);
    expect(calls()).toBe(1);
  });

  it('serves a token within the leeway when the hub cannot be had, and none after it', async () => {
    const { hub, clock, stored, store, tokens } = signedIn();
    hub.down = true;
    clock.advance(LIFETIME_MS - 1);
    expect(await tokens().get()).toMatchObject({ state: 'granted', token: stored.accessToken });
    clock.advance(1);
    expect(await tokens().get()).toEqual({ state: 'unavailable', reason: 'connection refused' });
    expect(await storedCredentials(store)).toMatchObject({ refreshToken: stored.refreshToken });
  });

  it('keeps the file and asks for a sign-in when the hub no longer knows it', async () => {
    const { hub, clock, stored, store, tokens } = signedIn();
    hub.signIns.revoke(stored.refreshToken);
    clock.advance(LIFETIME_MS);
    expect(await tokens().get()).toEqual({ state: 'session-expired', hub: account.hub });
    expect(await storedCredentials(store)).toMatchObject({ refreshToken: stored.refreshToken });
  });

  it('uses a token that a program without our lock stored while the hub refused ours', async () => {
    let other: Credentials | undefined;
    const { hub, clock, stored, tokens } = signedIn({
      store: (inner) => ({
        update: (decide) => inner.update(decide),
        // The second reading under the lock sees what the other program wrote.
        read: async () => (other === undefined ? inner.read() : { state: 'present', credentials: other }),
      }),
    });
    hub.issuerFaults.always(() => {
      other = {
        ...stored,
        accessToken: 'theirs',
        refreshToken: 'theirs-too',
        accessExpiresAtMs: clock.nowMs() + 1e6,
      };
      return undefined;
    });
    hub.signIns.revoke(stored.refreshToken);
    clock.advance(LIFETIME_MS);
    expect(await tokens().get()).toMatchObject({ state: 'granted', token: 'theirs' });
  });

  it('replaces a token that the hub has refused before its time', async () => {
    const { hub, stored, tokens } = signedIn();
    hub.signIns.expireAccess();
    const one = tokens();
    const [renewed, again] = [await one.renew(stored.accessToken), await one.renew(stored.accessToken)];
    expect(renewed).toMatchObject({ state: 'granted', account });
    expect(renewed.state === 'granted' && renewed.token).not.toBe(stored.accessToken);
    expect(again).toEqual(renewed);
  });

  it('never grants the refused token, not even when the hub is down', async () => {
    const { hub, stored, tokens } = signedIn();
    hub.down = true;
    expect(await tokens().renew(stored.accessToken)).toMatchObject({ state: 'unavailable' });
  });

  it('does not let a caller who only wants a token answer for one whose token was refused', async () => {
    const { hub, clock, stored, tokens } = signedIn();
    clock.advance(LIFETIME_MS - 1);
    hub.down = true;
    const one = tokens();
    const [got, renewed] = await Promise.all([one.get(), one.renew(stored.accessToken)]);
    expect(got).toMatchObject({ state: 'granted' });
    expect(renewed).toMatchObject({ state: 'unavailable' });
  });

  it('says what is stored: nothing, or something unreadable', async () => {
    const { inner, tokens } = signedIn();
    await inner.update(async () => 'forget');
    expect(await tokens().get()).toEqual({ state: 'signed-out' });
    inner.break('it is not valid TOML');
    expect(await tokens().get()).toEqual({ state: 'unusable', reason: 'it is not valid TOML' });
  });

  it('notices a sign-out that came between its look and its turn', async () => {
    const { inner, clock, issuer, stored } = signedIn();
    clock.advance(LIFETIME_MS);
    const store: CredentialStore = {
      read: async () => ({ state: 'present', credentials: stored }),
      update: (decide) => inner.update(decide),
    };
    await inner.update(async () => 'forget');
    expect(
      await new AccessTokens({
        credentials: store,
        tokenIssuer: issuer,
        wallClock: clock,
        signInEnvironment: {},
      }).get(),
    ).toEqual({ state: 'signed-out' });
  });

  it('reports a lock that cannot be had, unless the token is still good, and lets other failures through', async () => {
    const { inner, clock, issuer } = signedIn();
    const failing = (kind: 'lock-busy' | 'storage-failed'): AccessTokens =>
      new AccessTokens({
        credentials: { read: () => inner.read(), update: () => Promise.reject(new SyncError(kind, 'no')) },
        tokenIssuer: issuer,
        wallClock: clock,
        signInEnvironment: {},
      });
    clock.advance(LIFETIME_MS - 1);
    expect(await failing('lock-busy').get()).toMatchObject({ state: 'granted' });
    clock.advance(1);
    expect(await failing('lock-busy').get()).toMatchObject({ state: 'unavailable' });
    await expect(failing('storage-failed').get()).rejects.toMatchObject({ kind: 'storage-failed' });
    let reads = 0;
    const left: CredentialStore = {
      read: () => (reads++ === 0 ? inner.read() : Promise.resolve({ state: 'absent' })),
      update: () => Promise.reject(new SyncError('lock-busy', 'no')),
    };
    expect(
      await new AccessTokens({
        credentials: left,
        tokenIssuer: issuer,
        wallClock: clock,
        signInEnvironment: {},
      }).get(),
    ).toEqual({ state: 'signed-out' });
  });

  it('does not try to refresh a token for machines', async () => {
    const { hub, inner, tokens } = signedIn();
    const calls = countCalls(hub);
    const token = hub.signIns.machineToken('ada');
    await inner.update(async () => machineCredentials(token, { username: 'ada', server: { url: URL } }));
    expect(await tokens().get()).toMatchObject({ state: 'granted', token });
    expect(await tokens().renew(token)).toMatchObject({ state: 'session-expired' });
    expect(calls()).toBe(0);
  });
});

describe('a sign-in given by variables', () => {
  it('wins over the file, is identified once, and is neither stored nor refreshed', async () => {
    const { hub, inner, stored, tokens } = signedIn();
    hub.signIns.addUser('ci', 'x', 'robots');
    const token = hub.signIns.machineToken('ci');
    const calls = countCalls(hub);
    const one = tokens({ token: ` ${token}\n`, serverUrl: `${URL}/` });
    const granted = {
      state: 'granted',
      token,
      account: { hub: { url: URL, id: 'hub-1' }, team: 'robots', username: 'ci' },
    };
    expect(await one.get()).toEqual(granted);
    expect(await one.get()).toEqual(granted);
    expect(calls()).toBe(1);
    expect(await one.renew(token)).toMatchObject({ state: 'session-expired' });
    expect(await storedCredentials(inner)).toMatchObject({ accessToken: stored.accessToken });
  });

  it('is refused or unavailable as the hub says', async () => {
    const { hub, tokens } = signedIn();
    const one = tokens({ token: 'no-such-token', serverUrl: URL });
    expect(await one.get()).toMatchObject({ state: 'session-expired' });
    hub.down = true;
    expect(await one.get()).toEqual({ state: 'unavailable', reason: 'connection refused' });
  });

  it('stands for local at a hub that cannot say who the bearer is', async () => {
    const { inner, clock, issuer } = signedIn();
    const silent = Object.assign(Object.create(issuer) as typeof issuer, {
      identify: async () => ({ ok: true as const, value: undefined }),
    });
    const one = new AccessTokens({
      credentials: inner,
      tokenIssuer: silent,
      wallClock: clock,
      signInEnvironment: { token: 't', serverUrl: URL },
    });
    expect(await one.get()).toEqual({
      state: 'granted',
      token: 't',
      account: { hub: { url: URL }, team: 'local' },
    });
  });

  it.each<[SignInEnvironment, RegExp]>([
    [{ token: 't' }, /does not say for which hub/],
    [{ token: 't', serverUrl: ' ' }, /does not say for which hub/],
    [{ token: 't', serverUrl: 'nonsense' }, /not a server address/],
    [{ token: 't', serverUrl: 'http://hub.example.org' }, /neither https nor/],
    [{ token: 'a b', serverUrl: URL }, /characters that no token has/],
  ])('is not used when it is %j', async (environment, reason) => {
    const { hub, tokens } = signedIn();
    const calls = countCalls(hub);
    expect(await tokens(environment).get()).toEqual({
      state: 'unusable',
      reason: expect.stringMatching(reason),
    });
    expect(calls()).toBe(0);
  });

  it('leaves the file alone when there is only a server, or an empty token', async () => {
    const { stored, tokens } = signedIn();
    expect(await tokens({ token: ' ', serverUrl: 'nonsense' }).get()).toMatchObject({
      token: stored.accessToken,
    });
  });
});

describe('scenario 17: many processes, one sign-in, a hub that loses every second answer', () => {
  it('keeps the sign-in in one family through any interleaving of refreshes and refusals', async () => {
    const round = fc.record({ callers: fc.integer({ min: 1, max: 50 }), refused: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(
        fc.array(round, { minLength: 1, maxLength: 12 }),
        fc.boolean(),
        async (rounds, oddFirst) => {
          const { hub, clock, store, tokens } = signedIn();
          hub.issuerFaults.always((call) => ((call % 2 === 0) === oddFirst ? 'lost-after' : undefined));
          const processes = Array.from({ length: 50 }, () => tokens());
          for (const { callers, refused } of rounds) {
            const before = (await storedCredentials(store))!.accessToken;
            if (refused) hub.signIns.expireAccess();
            else clock.advance(LIFETIME_MS);
            const ask = (one: AccessTokens) => (refused ? one.renew(before) : one.get());
            const answers = await Promise.all(processes.slice(0, callers).map(ask));
            for (const answer of answers) expect(['granted', 'unavailable']).toContain(answer.state);
            const last = await ask(processes[0]!);
            const settled = last.state === 'granted' ? last : await ask(processes[0]!);
            expect(settled.state).toBe('granted');
            expect(settled.state === 'granted' && hub.signIns.bearerOf(settled.token)).toMatchObject({
              username: 'ada',
            });
          }
        },
      ),
      { numRuns: 40 },
    );
  });

  it('ends cleanly when a sign-out races with the refreshes', async () => {
    for (let before = 0; before < 12; before++) {
      const { hub, clock, store, issuer, tokens } = signedIn();
      clock.advance(LIFETIME_MS);
      const early = Array.from({ length: before }, () => tokens().get());
      const leaving = new SignOut({ credentials: store, tokenIssuer: issuer }).run();
      const late = Array.from({ length: 12 - before }, () => tokens().get());
      const answers = await Promise.all([...early, ...late]);
      expect(await leaving).toMatchObject({ outcome: 'signed-out', account });
      expect(await store.read()).toEqual({ state: 'absent' });
      for (const answer of answers) {
        if (answer.state === 'granted') expect(hub.signIns.bearerOf(answer.token)).toBeUndefined();
        else expect(answer).toEqual({ state: 'signed-out' });
      }
    }
  });
});
