import { MemoryCredentialStore } from '../../../src/adapters/memory/memory-stores.js';
import { MemoryNetwork } from '../../../src/adapters/memory/memory-hub.js';
import { MemoryTokenIssuer } from '../../../src/adapters/memory/memory-transports.js';
import { GetAccountStatus } from '../../../src/app/delivery/account-status.js';
import { SignIn, type SignInInput } from '../../../src/app/delivery/sign-in.js';
import type { Account } from '../../../src/domain/outbox/account.js';
import type { Credentials, DeviceSignIn, TokenIssuer } from '../../../src/ports/delivery.js';
import type { Timer } from '../../../src/ports/host.js';
import { SetClock } from '../../support/steady-host.js';

const URL = 'https://hub.example.org';
const yes = async (): Promise<boolean> => true;

const setup = (change?: (issuer: MemoryTokenIssuer) => TokenIssuer) => {
  const network = new MemoryNetwork();
  const hub = network.addHub({ url: URL, id: 'hub-1' });
  hub.signIns.addUser('ada', 'correct horse', 'acme');
  const store = new MemoryCredentialStore();
  const clock = new SetClock(1_000_000);
  /** What happens while it waits, by turns. */
  const meanwhile: (() => void)[] = [];
  const waitedMs: number[] = [];
  const timer: Timer = {
    sleep: async (ms) => {
      waitedMs.push(ms);
      clock.advance(ms);
      meanwhile.shift()?.();
    },
  };
  const memory = new MemoryTokenIssuer(network);
  const issuer = change?.(memory) ?? memory;
  return {
    network,
    hub,
    store,
    clock,
    issuer,
    meanwhile,
    waitedMs,
    subject: new SignIn({ credentials: store, tokenIssuer: issuer, wallClock: clock, timer }),
  };
};

const withPassword = (password = 'correct horse', serverUrl = `${URL}/`): SignInInput => ({
  serverUrl,
  proof: { with: 'password', username: 'ada', password },
});
const withToken = (token: string): SignInInput => ({ serverUrl: URL, proof: { with: 'token', token } });

const account = { hub: { url: URL, id: 'hub-1' }, team: 'acme', username: 'ada' };

/** The same issuer with other answers to some calls. */
const answering = (issuer: TokenIssuer, other: Partial<TokenIssuer>): TokenIssuer => ({
  signIn: (...call) => issuer.signIn(...call),
  refresh: (...call) => issuer.refresh(...call),
  liveToken: (...call) => issuer.liveToken(...call),
  revoke: (...call) => issuer.revoke(...call),
  identify: (...call) => issuer.identify(...call),
  askForDevice: (...call) => issuer.askForDevice(...call),
  redeemDevice: (...call) => issuer.redeemDevice(...call),
  ...other,
});

const UNKNOWING: Partial<TokenIssuer> = { identify: async () => ({ ok: true, value: undefined }) };

/** An issuer whose sign-in leaves something out of its answer. */
const without =
  (...keys: readonly ('teamSlug' | 'hubId')[]) =>
  (issuer: TokenIssuer): TokenIssuer =>
    answering(issuer, {
      signIn: async (...call) => {
        const issued = await issuer.signIn(...call);
        if (!issued.ok) return issued;
        const value = Object.entries(issued.value).filter(([key]) => !keys.some((each) => each === key));
        return { ok: true, value: Object.fromEntries(value) as unknown as typeof issued.value };
      },
    });

/** A hub of the base contract has no such calls: it must not be asked. */
const NEVER: Partial<TokenIssuer> = {
  identify: () => Promise.reject(new Error('asked who the bearer is')),
  revoke: () => Promise.reject(new Error('asked to end the session')),
};

const ofTheBase = (issuer: TokenIssuer): TokenIssuer =>
  answering(without('teamSlug', 'hubId')(issuer), NEVER);

describe('sign in', () => {
  it('stores what the hub handed out, under the normalised address', async () => {
    const { store, subject } = setup();
    expect(await subject.run(withPassword(), yes)).toEqual({ outcome: 'signed-in', account });
    expect(await store.read()).toMatchObject({
      state: 'present',
      credentials: {
        username: 'ada',
        teamSlug: 'acme',
        server: { url: URL, id: 'hub-1' },
        accessExpiresAtMs: 1_900_000,
      },
    });
  });

  it('asks before it stores, with the account that it would be', async () => {
    const { store, subject } = setup();
    const accounts: Account[] = [];
    await subject.run(withPassword(), async (whose) => {
      accounts.push(whose);
      expect(await store.read()).toEqual({ state: 'absent' });
      return true;
    });
    expect(accounts).toEqual([account]);
  });

  it('leaves the earlier sign-in as it was when the answer is no, and gives the tokens back', async () => {
    const { hub, store, subject } = setup();
    hub.signIns.addUser('bob', 'pw', 'other');
    await subject.run({ serverUrl: URL, proof: { with: 'password', username: 'bob', password: 'pw' } }, yes);
    const before = await store.read();
    expect(await subject.run(withPassword(), async () => false)).toEqual({ outcome: 'declined', account });
    expect(await store.read()).toEqual(before);
    expect(hub.signIns.refresh('refresh-4')).toBeUndefined();
  });

  it('asks a hub of the base contract for nothing when the answer is no', async () => {
    const { subject } = setup(ofTheBase);
    expect(await subject.run(withPassword(), async () => false)).toMatchObject({ outcome: 'declined' });
  });

  it('stores nothing and gives the tokens back when the question fails', async () => {
    const { store, subject } = setup();
    const failing = async (): Promise<boolean> => Promise.reject(new Error('terminal gone'));
    await expect(subject.run(withPassword(), failing)).rejects.toThrow('terminal gone');
    expect(await store.read()).toEqual({ state: 'absent' });
  });

  it('asks a hub that has announced itself for the team where the sign-in does not name it', async () => {
    const { subject } = setup(without('teamSlug'));
    expect(await subject.run(withPassword(), yes)).toMatchObject({ account });
  });

  it('asks a hub of the base contract nothing more, and signs in without team and hub id', async () => {
    const { subject, store } = setup(ofTheBase);
    expect(await subject.run(withPassword(), yes)).toMatchObject({
      account: { hub: { url: URL }, team: 'local' },
    });
    const reading = await store.read();
    expect(reading.state === 'present' && reading.credentials).not.toHaveProperty('teamSlug');
  });

  it.each<[SignInInput, string]>([
    [withPassword('wrong-pw'), 'sign-in-failed'],
    [withToken('no-such-token'), 'sign-in-failed'],
    [withToken('two words'), 'input-invalid'],
    [withToken(' '), 'input-invalid'],
    [withPassword('pw', 'nonsense'), 'input-invalid'],
    [withPassword('pw', 'http://hub.example.org'), 'insecure-server'],
    [withPassword('pw', 'https://nobody.example.org'), 'unreachable'],
  ])('changes nothing and never asks when %j cannot be: %s', async (input, kind) => {
    const { store, subject } = setup();
    let asked = false;
    const confirm = async (): Promise<boolean> => (asked = true);
    const failure = await subject.run(input, confirm).catch((error: unknown) => error);
    expect(failure).toMatchObject({ kind });
    expect(String(failure)).not.toMatch(/wrong-pw|no-such-token/);
    expect(asked).toBe(false);
    expect(await store.read()).toEqual({ state: 'absent' });
  });

  it('signs a machine in with a token', async () => {
    const { hub, store, clock, subject } = setup();
    const token = hub.signIns.machineToken('ada');
    expect(await subject.run(withToken(` ${token}\n`), yes)).toEqual({ outcome: 'signed-in', account });
    const status = await new GetAccountStatus({
      credentials: store,
      wallClock: clock,
      signInEnvironment: {},
    }).run();
    expect(status).toEqual({ state: 'signed-in', source: 'file', account, session: 'valid' });
  });

  it('has nothing to give back of a token for machines', async () => {
    const { hub, subject } = setup();
    const token = hub.signIns.machineToken('ada');
    expect(await subject.run(withToken(token), async () => false)).toMatchObject({ outcome: 'declined' });
    expect(hub.signIns.bearerOf(token)).toBeDefined();
  });

  it('takes a token for machines at a hub that cannot say who the bearer is', async () => {
    const { subject } = setup((issuer) => answering(issuer, UNKNOWING));
    const outcome = await subject.run(withToken('anything'), yes);
    expect(outcome.account).toEqual({ hub: { url: URL }, team: 'local', username: 'unknown' });
  });
});

describe('account status', () => {
  it('follows the stored sign-in through its life, without the network', async () => {
    const { network, store, clock, subject } = setup();
    const status = new GetAccountStatus({ credentials: store, wallClock: clock, signInEnvironment: {} });
    expect(await status.run()).toEqual({ state: 'signed-out' });
    await subject.run(withPassword(), yes);
    network.down = true;
    const seen = async (): Promise<unknown> => (await status.run()) as unknown;
    const times = { accessExpiresAtMs: 1_900_000, refreshExpiresAtMs: 605_800_000 };
    expect(await seen()).toEqual({ state: 'signed-in', source: 'file', account, session: 'valid', ...times });
    expect(await status.account()).toEqual(account);
    clock.advance(900_000);
    expect(await seen()).toMatchObject({ session: 'refreshable' });
    clock.advance(604_800_000);
    expect(await seen()).toMatchObject({ session: 'ended' });
    store.break('it is not valid TOML');
    expect(await seen()).toEqual({ state: 'unusable', source: 'file', reason: 'it is not valid TOML' });
    expect(await status.account()).toBeUndefined();
  });

  it('takes a hub that names no team for local', async () => {
    const { store, clock, subject } = setup();
    await subject.run(withPassword(), yes);
    await store.update(async (current) => {
      const { teamSlug: _, ...teamless } = (current as { credentials: Credentials }).credentials;
      return teamless;
    });
    const status = new GetAccountStatus({ credentials: store, wallClock: clock, signInEnvironment: {} });
    expect(await status.account()).toMatchObject({ team: 'local' });
  });

  it('says what the variables give', async () => {
    const { store, clock } = setup();
    const given = (environment: { token?: string; serverUrl?: string }) =>
      new GetAccountStatus({ credentials: store, wallClock: clock, signInEnvironment: environment }).run();
    expect(await given({ token: 't', serverUrl: URL })).toEqual({
      state: 'signed-in',
      source: 'environment',
      account: { hub: { url: URL }, team: 'local' },
      session: 'valid',
    });
    expect(await given({ token: 't' })).toMatchObject({ state: 'unusable', source: 'environment' });
  });
});

describe('a device that a person signs in elsewhere', () => {
  const shown: DeviceSignIn[] = [];
  const asDevice: SignInInput = {
    serverUrl: URL,
    proof: { with: 'device', device: 'build-7', show: (waiting) => void shown.push(waiting) },
  };
  beforeEach(() => shown.splice(0));

  it('shows a code, asks at its interval, and is signed in as whoever agreed', async () => {
    const { hub, meanwhile, store, subject, waitedMs } = setup();
    meanwhile.push(
      () => undefined,
      () => hub.issuerFaults.next('lost-before'),
      () => hub.signIns.agreeToDevice(shown[0]?.userCode ?? '', 'ada'),
    );
    expect(await subject.run(asDevice, yes)).toEqual({ outcome: 'signed-in', account });
    expect(shown).toEqual([
      expect.objectContaining({ userCode: 'CODE-1', verificationUrl: `${URL}/device` }),
    ]);
    expect(waitedMs).toEqual([5000, 5000, 5000]);
    expect(await store.read()).toMatchObject({ credentials: { username: 'ada', teamSlug: 'acme' } });
  });

  it('asks less often when the hub says so', async () => {
    const answers = ['slow-down', 'pending'] as const;
    let asked = 0;
    const { hub, subject, waitedMs } = setup((issuer) =>
      answering(issuer, {
        redeemDevice: async (...call) => {
          const answer = answers[asked++];
          if (answer !== undefined) return { ok: true, value: answer };
          hub.signIns.agreeToDevice('CODE-1', 'ada');
          return issuer.redeemDevice(...call);
        },
      }),
    );
    await subject.run(asDevice, yes);
    expect(waitedMs).toEqual([5000, 10_000, 10_000]);
  });

  it('gives up when nobody agrees in time, and stores nothing', async () => {
    const { store, subject } = setup();
    await expect(subject.run(asDevice, yes)).rejects.toMatchObject({ kind: 'sign-in-failed' });
    expect(await store.read()).toEqual({ state: 'absent' });
  });

  it('says so when the hub knows no devices', async () => {
    const { subject } = setup((issuer) =>
      answering(issuer, { askForDevice: async () => ({ ok: true, value: undefined }) }),
    );
    await expect(subject.run(asDevice, yes)).rejects.toMatchObject({
      hint: expect.stringContaining('--username'),
    });
  });
});
