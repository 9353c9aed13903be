import type { ControlledTime } from '../../src/adapters/memory/memory-host.js';
import type { AccountStore, SessionTokens } from '../../src/ports/hub.js';

export interface AccountStoreSetup {
  readonly subject: AccountStore;
  /** The clock that the subject goes by; its sessions have the default policy. */
  readonly time: ControlledTime;
  readonly reopen?: () => Promise<AccountStore>;
  readonly dispose?: () => Promise<void>;
}

export interface AccountStoreFlavour {
  readonly name: string;
  readonly durable: boolean;
  readonly setup: () => Promise<AccountStoreSetup>;
}

const SECOND = 1000;
const WEEK = 604_800 * SECOND;

/** The promises of {@link AccountStore}. */
export const accountStoreContract = (flavour: AccountStoreFlavour): void => {
  describe(`account store: ${flavour.name}`, () => {
    let at: AccountStoreSetup;
    let accounts: AccountStore;
    beforeEach(async () => {
      at = await flavour.setup();
      accounts = at.subject;
      await accounts.addTeam('zenith');
      await accounts.addTeam('acme');
      await accounts.addUser({ name: 'ada', password: 'correct horse' });
      await accounts.addMember('zenith', 'ada');
      await accounts.addMember('acme', 'ada');
    });
    afterEach(() => at.dispose?.());

    const signIn = async (team?: string): Promise<SessionTokens> => {
      const signedIn = await accounts.signIn({
        username: 'ada',
        password: 'correct horse',
        ...(team === undefined ? {} : { team }),
      });
      if (!signedIn.ok) throw new Error(signedIn.error);
      return signedIn.value;
    };

    const rotate = async (refresh: string): Promise<SessionTokens> => {
      const rotated = await accounts.rotate(refresh);
      if (!rotated.ok) throw new Error(rotated.error);
      return rotated.value;
    };

    it('adds teams, users and members once', async () => {
      expect(await accounts.addTeam('acme')).toBe('exists');
      expect(await accounts.addTeam('beta')).toBe('added');
      expect(await accounts.teams()).toEqual(['acme', 'beta', 'zenith']);
      expect(await accounts.addUser({ name: 'ada', password: 'another' })).toBe('exists');
      expect(await accounts.addMember('acme', 'ada')).toBe('exists');
      expect(await accounts.addMember('nowhere', 'ada')).toBe('unknown-team');
      expect(await accounts.addMember('acme', 'nobody')).toBe('unknown-user');
      expect(await accounts.teamsOf('ada')).toEqual(['zenith', 'acme']);
      expect(await accounts.teamsOf('nobody')).toEqual([]);
      expect((await accounts.signIn({ username: 'ada', password: 'another' })).ok).toBe(false);
    });

    it('opens a session for the first team, or for the one asked for', async () => {
      expect(await signIn()).toMatchObject({ user: 'ada', team: 'zenith', accessLifetimeSeconds: 900 });
      expect(await signIn('acme')).toMatchObject({ team: 'acme', refreshLifetimeSeconds: 604_800 });
      expect(await accounts.signIn({ username: 'ada', password: 'correct horse', team: 'beta' })).toEqual({
        ok: false,
        error: 'no-team',
      });
    });

    it('refuses a wrong password and an unknown user alike', async () => {
      const refused = { ok: false, error: 'wrong-credentials' };
      expect(await accounts.signIn({ username: 'ada', password: 'wrong' })).toEqual(refused);
      expect(await accounts.signIn({ username: 'nobody', password: 'correct horse' })).toEqual(refused);
    });

    it('knows the bearer of an access token until it expires', async () => {
      const { access } = await signIn('acme');
      expect(await accounts.identify(access, 'access')).toMatchObject({
        ok: true,
        value: { user: 'ada', team: 'acme', expiresAtMs: at.time.nowMs() + 900 * SECOND },
      });
      expect(await accounts.identify('nonsense', 'access')).toEqual({ ok: false, error: 'unknown' });
      at.time.set(at.time.nowMs() + 900 * SECOND);
      expect(await accounts.identify(access, 'access')).toEqual({ ok: false, error: 'expired' });
    });

    it('knows the bearers of many tokens as it knows each', async () => {
      const [one, other] = [await signIn(), await signIn('acme')];
      await accounts.revoke(other.refresh);
      const tokens = [...new Array<string>(600).fill('nonsense'), other.access, one.access, one.access];
      const alone = [accounts.identify(other.access, 'access'), accounts.identify(one.access, 'access')];
      const [revoked, known] = await Promise.all(alone);
      const found = await accounts.identifyAll(tokens, 'access');
      expect(found.slice(0, 600)).toEqual(new Array(600).fill({ ok: false, error: 'unknown' }));
      expect(found.slice(600)).toEqual([revoked, known, known]);
      expect(revoked).toEqual({ ok: false, error: 'revoked' });
      expect(await accounts.identifyAll([], 'live')).toEqual([]);
    });

    it('accepts each token for its own purpose only', async () => {
      const { access, refresh } = await signIn();
      const live = await accounts.issueLiveToken(access);
      const liveToken = live.ok ? live.value.token : '';
      expect((await accounts.identify(liveToken, 'live')).ok).toBe(true);
      expect((await accounts.identify(liveToken, 'access')).ok).toBe(false);
      expect((await accounts.identify(access, 'live')).ok).toBe(false);
      expect((await accounts.identify(refresh, 'access')).ok).toBe(false);
      expect(await accounts.rotate(access)).toEqual({ ok: false, error: 'unknown' });
      expect(await accounts.issueLiveToken(refresh)).toEqual({ ok: false, error: 'unknown' });
    });

    it('rotates both tokens and keeps the session', async () => {
      const first = await signIn('acme');
      const second = await rotate(first.refresh);
      expect(second.access).not.toBe(first.access);
      expect(second.refresh).not.toBe(first.refresh);
      expect(second.team).toBe('acme');
      const [before, after] = [
        await accounts.identify(first.access, 'access'),
        await accounts.identify(second.access, 'access'),
      ];
      expect(before.ok && after.ok && before.value.sessionId === after.value.sessionId).toBe(true);
    });

    it('scenario 17: gives the same successor again within the grace period', async () => {
      const { refresh } = await signIn();
      const second = await rotate(refresh);
      at.time.set(at.time.nowMs() + 59 * SECOND);
      const again = await rotate(refresh);
      expect([again.access, again.refresh]).toEqual([second.access, second.refresh]);
      expect(again.accessLifetimeSeconds).toBe(900 - 59);
      expect((await accounts.identify(again.access, 'access')).ok).toBe(true);
    });

    it('scenario 17: fifty racing refreshes that lose every second answer stay in one session', async () => {
      let { refresh } = await signIn();
      for (let round = 0; round < 5; round++) {
        const pairs = await Promise.all(Array.from({ length: 50 }, () => rotate(refresh)));
        expect(new Set(pairs.map((pair) => pair.refresh)).size).toBe(1);
        refresh = pairs[1]?.refresh ?? '';
        at.time.set(at.time.nowMs() + 30 * SECOND);
      }
      expect((await accounts.rotate(refresh)).ok).toBe(true);
    });

    it('ends the whole session when a spent token comes back after the grace period', async () => {
      const first = await signIn();
      const other = await signIn();
      const second = await rotate(first.refresh);
      at.time.set(at.time.nowMs() + 61 * SECOND);
      expect(await accounts.rotate(first.refresh)).toEqual({ ok: false, error: 'reused' });
      expect(await accounts.rotate(second.refresh)).toEqual({ ok: false, error: 'revoked' });
      expect(await accounts.identify(second.access, 'access')).toEqual({ ok: false, error: 'revoked' });
      expect((await accounts.identify(other.access, 'access')).ok).toBe(true);
    });

    it('does not end a session because an expired token comes back', async () => {
      const first = await signIn();
      at.time.set(at.time.nowMs() + WEEK / 2);
      const second = await rotate(first.refresh);
      at.time.set(at.time.nowMs() + WEEK / 2 + SECOND);
      expect(await accounts.rotate(first.refresh)).toEqual({ ok: false, error: 'expired' });
      expect((await accounts.rotate(second.refresh)).ok).toBe(true);
    });

    it('refuses refresh tokens that it does not know or that have expired', async () => {
      const { refresh } = await signIn();
      expect(await accounts.rotate('nonsense')).toEqual({ ok: false, error: 'unknown' });
      at.time.set(at.time.nowMs() + WEEK);
      expect(await accounts.rotate(refresh)).toEqual({ ok: false, error: 'expired' });
    });

    it('revokes a session with all its tokens, at once and more than once', async () => {
      const { access, refresh } = await signIn();
      const live = await accounts.issueLiveToken(access);
      await accounts.identify(access, 'access');
      await accounts.revoke(refresh);
      await accounts.revoke(refresh);
      await accounts.revoke('nonsense');
      expect(await accounts.identify(access, 'access')).toEqual({ ok: false, error: 'revoked' });
      expect(await accounts.identify(live.ok ? live.value.token : '', 'live')).toEqual({
        ok: false,
        error: 'revoked',
      });
      expect(await accounts.rotate(refresh)).toEqual({ ok: false, error: 'revoked' });
    });

    it('refuses the tokens of somebody who has left the team', async () => {
      const { access, refresh } = await signIn('acme');
      expect(await accounts.removeMember('acme', 'ada')).toBe('removed');
      expect(await accounts.removeMember('acme', 'ada')).toBe('absent');
      expect(await accounts.identify(access, 'access')).toEqual({ ok: false, error: 'not-a-member' });
      expect(await accounts.rotate(refresh)).toEqual({ ok: false, error: 'not-a-member' });
      expect((await signIn()).team).toBe('zenith');
      await accounts.addMember('acme', 'ada');
      expect((await accounts.identify(access, 'access')).ok).toBe(true);
    });

    it('issues tokens for programs that live as long as asked', async () => {
      const issued = await accounts.issueProgramToken('ada', 'acme', 90 * 86_400);
      expect(issued).toMatchObject({ ok: true, value: { refresh: '', team: 'acme' } });
      at.time.set(at.time.nowMs() + 89 * 86_400 * SECOND);
      expect((await accounts.identify(issued.ok ? issued.value.access : '', 'access')).ok).toBe(true);
      expect(await accounts.issueProgramToken('ada', 'beta', 1)).toEqual({ ok: false, error: 'no-team' });
    });

    it('lists what is open and ends it by its id or its user', async () => {
      const [first] = [await signIn('acme'), await signIn('zenith')];
      const issued = await accounts.issueProgramToken('ada', 'acme', 3600, 'ci');
      const token = issued.ok ? issued.value.access : '';
      expect(await accounts.sessions('program')).toEqual([
        {
          sessionId: expect.any(String),
          user: 'ada',
          team: 'acme',
          name: 'ci',
          openedAtMs: at.time.nowMs(),
          expiresAtMs: at.time.nowMs() + 3600 * SECOND,
        },
      ]);
      expect(await accounts.sessions('device', 'nobody')).toEqual([]);
      const [program] = await accounts.sessions('program', 'ada');
      expect(await accounts.endSessions('device', { id: program!.sessionId })).toEqual([]);
      expect(await accounts.endSessions('program', { id: program!.sessionId.slice(0, 7) })).toEqual([]);
      expect(await accounts.endSessions('program', { id: program!.sessionId.slice(0, 8) })).toEqual([
        program,
      ]);
      expect(await accounts.identify(token, 'access')).toEqual({ ok: false, error: 'revoked' });
      expect(await accounts.sessions('program')).toEqual([]);
      expect(await accounts.endSessions('device', { user: 'ada' })).toHaveLength(2);
      expect(await accounts.rotate(first!.refresh)).toEqual({ ok: false, error: 'revoked' });
    });

    it('takes back passwords, users and teams with what they had open', async () => {
      const device = await signIn('acme');
      const issued = await accounts.issueProgramToken('ada', 'acme', 3600);
      const token = issued.ok ? issued.value.access : '';
      expect(await accounts.setPassword('nobody', 'another horse')).toBe('absent');
      expect(await accounts.setPassword('ada', 'another horse')).toBe('changed');
      expect(await accounts.identify(device.access, 'access')).toEqual({ ok: false, error: 'revoked' });
      expect((await accounts.identify(token, 'access')).ok).toBe(true);
      expect((await accounts.signIn({ username: 'ada', password: 'correct horse' })).ok).toBe(false);
      expect((await accounts.signIn({ username: 'ada', password: 'another horse' })).ok).toBe(true);
      expect(await accounts.removeTeam('acme')).toBe('removed');
      expect(await accounts.removeTeam('acme')).toBe('absent');
      expect((await accounts.identify(token, 'access')).ok).toBe(false);
      expect((await accounts.users()).map(({ name, teams }) => [name, teams])).toEqual([['ada', ['zenith']]]);
      expect(await accounts.removeUser('ada')).toBe('removed');
      expect(await accounts.removeUser('ada')).toBe('absent');
      expect(await accounts.sessions('device')).toEqual([]);
      expect(await accounts.users()).toEqual([]);
    });

    it('has another revision after whatever was taken back, and only then', async () => {
      const { refresh } = await signIn();
      const first = await accounts.revision();
      await signIn();
      await accounts.revoke('nonsense');
      expect(await accounts.revision()).toBe(first);
      await accounts.revoke(refresh);
      const second = await accounts.revision();
      expect(second).not.toBe(first);
      await accounts.removeMember('acme', 'ada');
      expect(await accounts.revision()).not.toBe(second);
    });

    it('ends a session for good, however often it was renewed', async () => {
      let { refresh } = await signIn();
      for (let day = 0; day < 84; day += 6) {
        at.time.set(at.time.nowMs() + 6 * 86_400 * SECOND);
        ({ refresh } = await rotate(refresh));
      }
      at.time.set(at.time.nowMs() + 6 * 86_400 * SECOND);
      expect(await accounts.rotate(refresh)).toEqual({ ok: false, error: 'expired' });
    });

    it('opens one connection with a live token', async () => {
      const live = await accounts.issueLiveToken((await signIn()).access);
      const token = live.ok ? live.value.token : '';
      const opened = await Promise.all([accounts.openLive(token), accounts.openLive(token)]);
      expect(opened.filter((each) => each.ok)).toHaveLength(1);
      expect(await accounts.openLive(token)).toEqual({ ok: false, error: 'spent' });
      expect((await accounts.identify(token, 'live')).ok).toBe(true);
    });

    it('gives so many turns at once, then one after each interval', async () => {
      const rule = { burst: 3, everyMs: 1000 };
      const take = async (count: number): Promise<number> => {
        const taken = await Promise.all(Array.from({ length: count }, () => accounts.takeTurn('door', rule)));
        return taken.filter(Boolean).length;
      };
      expect(await take(5)).toBe(3);
      expect(await accounts.takeTurn('another', rule)).toBe(true);
      at.time.set(at.time.nowMs() + 1000);
      expect(await take(2)).toBe(1);
      await accounts.giveTurnBack('door', rule);
      expect(await take(2)).toBe(1);
      at.time.set(at.time.nowMs() + 60_000);
      expect(await take(5)).toBe(3);
    });

    it('signs in a device once, after a person has typed its code', async () => {
      const { deviceCode, userCode, intervalSeconds } = await accounts.askForDevice('shelf');
      expect(await accounts.redeemDevice(deviceCode)).toEqual({ ok: false, error: 'pending' });
      expect(await accounts.redeemDevice(deviceCode)).toEqual({ ok: false, error: 'slow-down' });
      const ada = { user: 'ada', team: 'acme' };
      expect(await accounts.agreeToDevice('BCDF-GHJK', ada)).toBe(false);
      const typed = `${userCode.slice(0, 4)}-${userCode.slice(4)}`.toLowerCase();
      expect(await accounts.agreeToDevice(typed, ada)).toBe(true);
      expect(await accounts.agreeToDevice(userCode, ada)).toBe(false);
      at.time.set(at.time.nowMs() + intervalSeconds * SECOND);
      expect(await accounts.redeemDevice(deviceCode)).toMatchObject({ ok: true, value: ada });
      expect(await accounts.redeemDevice(deviceCode)).toEqual({ ok: false, error: 'expired' });
      expect(await accounts.sessions('device')).toMatchObject([{ name: 'shelf' }]);
    });

    it('lets no device in after its time', async () => {
      const { deviceCode, userCode, lifetimeSeconds } = await accounts.askForDevice();
      at.time.set(at.time.nowMs() + lifetimeSeconds * SECOND);
      expect(await accounts.agreeToDevice(userCode, { user: 'ada', team: 'acme' })).toBe(false);
      expect(await accounts.redeemDevice(deviceCode)).toEqual({ ok: false, error: 'expired' });
      await accounts.prune(at.time.nowMs() + 1);
    });

    it('has a code for the first user, and none when there is one', async () => {
      expect(await accounts.mintSetupCode()).toBeUndefined();
      await accounts.removeUser('ada');
      const [earlier, code] = [await accounts.mintSetupCode(), await accounts.mintSetupCode()];
      expect(await accounts.spendSetupCode(earlier ?? '')).toBe(false);
      expect(await accounts.spendSetupCode(code ?? '')).toBe(true);
      expect(await accounts.spendSetupCode(code ?? '')).toBe(false);
      const last = await accounts.mintSetupCode();
      await accounts.addUser({ name: 'bo', password: 'correct horse' });
      expect(await accounts.spendSetupCode(last ?? '')).toBe(false);
    });

    it('forgets what has ended and keeps what has not', async () => {
      const old = await signIn();
      at.time.set(at.time.nowMs() + WEEK + SECOND);
      const present = await signIn();
      await accounts.prune(at.time.nowMs());
      expect(await accounts.rotate(old.refresh)).toEqual({ ok: false, error: 'unknown' });
      expect((await accounts.identify(present.access, 'access')).ok).toBe(true);
    });

    if (flavour.durable) {
      it('keeps sessions and successors over a restart', async () => {
        const first = await signIn();
        const second = await rotate(first.refresh);
        const reopened = await at.reopen?.();
        expect((await reopened?.identify(second.access, 'access'))?.ok).toBe(true);
        expect(await reopened?.rotate(first.refresh)).toMatchObject({
          ok: true,
          value: { refresh: second.refresh },
        });
      });
    }
  });
};
