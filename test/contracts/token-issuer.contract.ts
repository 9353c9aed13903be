import type { HubAddress } from '../../src/domain/outbox/account.js';
import type { IssuedTokens, TokenIssuer } from '../../src/ports/delivery.js';

/** An issuer with a hub that knows the user `ada`, password `correct horse`, of team `acme`; fresh for every test. */
export interface TokenIssuerSetup {
  readonly subject: TokenIssuer;
  readonly hub: HubAddress;
  /** An address at which nobody answers. */
  readonly nowhere: HubAddress;
  /** What ada does on the page for devices. */
  readonly agree: (userCode: string) => Promise<void>;
  readonly dispose?: () => Promise<void>;
}

export interface TokenIssuerFlavour {
  readonly name: string;
  readonly durable: boolean;
  readonly setup: () => Promise<TokenIssuerSetup>;
}

/** The promises of {@link TokenIssuer}, with a hub that knows every call. */
export const tokenIssuerContract = (flavour: TokenIssuerFlavour): void => {
  describe(`token issuer: ${flavour.name}`, () => {
    let at: TokenIssuerSetup;
    beforeEach(async () => (at = await flavour.setup()));
    afterEach(() => at.dispose?.());

    const signIn = async (): Promise<IssuedTokens> => {
      const issued = await at.subject.signIn(at.hub, 'ada', 'correct horse');
      if (!issued.ok) throw new Error(issued.error.reason);
      return issued.value;
    };

    it('hands out two tokens with their lifetimes and the team', async () => {
      const issued = await signIn();
      expect(issued.access).not.toBe(issued.refresh);
      expect(issued.accessLifetimeSeconds).toBeGreaterThan(0);
      expect(issued.refreshLifetimeSeconds).toBeGreaterThan(issued.accessLifetimeSeconds);
      expect(issued.teamSlug).toBe('acme');
    });

    it('refuses a wrong password and an unknown user without repeating them', async () => {
      for (const [user, password] of [
        ['ada', 'wrong-password'],
        ['nobody-here', 'correct horse'],
      ] as const) {
        const issued = await at.subject.signIn(at.hub, user, password);
        expect(issued).toEqual({ ok: false, error: { fault: 'refused', reason: expect.any(String) } });
        expect(JSON.stringify(issued)).not.toContain(password);
      }
    });

    it('hands out two different tokens at each refresh', async () => {
      const first = await signIn();
      const second = await at.subject.refresh(at.hub, first.refresh);
      expect(second.ok && second.value.access).not.toBe(first.access);
      expect(second.ok && second.value.refresh).not.toBe(first.refresh);
      const third = await at.subject.refresh(at.hub, second.ok ? second.value.refresh : '');
      expect(third.ok).toBe(true);
    });

    it('gives the successor again when the answer to a refresh was lost', async () => {
      const first = await signIn();
      const lost = await at.subject.refresh(at.hub, first.refresh);
      const again = await at.subject.refresh(at.hub, first.refresh);
      expect(again.ok && again.value.refresh).toBe(lost.ok && lost.value.refresh);
    });

    it('refuses to refresh with a token that is unknown', async () => {
      expect(await at.subject.refresh(at.hub, 'no-such-token')).toMatchObject({
        error: { fault: 'refused' },
      });
    });

    it('hands out a token for a live connection, to a bearer only', async () => {
      const { access } = await signIn();
      expect(await at.subject.liveToken(at.hub, access)).toEqual({
        ok: true,
        value: { token: expect.any(String), lifetimeSeconds: expect.any(Number) },
      });
      expect(await at.subject.liveToken(at.hub, 'no-such-token')).toMatchObject({
        error: { fault: 'refused' },
      });
    });

    it('says who the bearer is', async () => {
      const { access } = await signIn();
      expect(await at.subject.identify(at.hub, access)).toMatchObject({
        value: { username: 'ada', teams: ['acme'], hubId: expect.any(String) },
      });
      expect(await at.subject.identify(at.hub, 'no-such-token')).toMatchObject({
        error: { fault: 'refused' },
      });
    });

    it('ends a sign-in for good', async () => {
      const { refresh, access } = await signIn();
      expect(await at.subject.revoke(at.hub, refresh)).toEqual({ ok: true, value: undefined });
      expect(await at.subject.refresh(at.hub, refresh)).toMatchObject({ error: { fault: 'refused' } });
      expect(await at.subject.identify(at.hub, access)).toMatchObject({ error: { fault: 'refused' } });
    });

    it('signs in a device once a person has agreed, and once only', async () => {
      const asked = await at.subject.askForDevice(at.hub, 'build server');
      if (!asked.ok || asked.value === undefined) throw new Error('no code');
      const { deviceCode, userCode, intervalSeconds, lifetimeSeconds, verificationUrl } = asked.value;
      expect(userCode).not.toBe(deviceCode);
      expect(lifetimeSeconds).toBeGreaterThan(intervalSeconds);
      expect(verificationUrl).toContain('/device');
      expect(await at.subject.redeemDevice(at.hub, deviceCode)).toEqual({ ok: true, value: 'pending' });
      await at.agree(userCode);
      expect(await at.subject.redeemDevice(at.hub, deviceCode)).toMatchObject({
        value: { teamSlug: 'acme' },
      });
      for (const code of [deviceCode, 'no-such-code'])
        expect(await at.subject.redeemDevice(at.hub, code)).toMatchObject({ error: { fault: 'refused' } });
    });

    it('says unavailable when nobody answers, and when it is interrupted', async () => {
      const down = { error: { fault: 'unavailable' } };
      expect(await at.subject.signIn(at.nowhere, 'ada', 'correct horse')).toMatchObject(down);
      expect(await at.subject.refresh(at.nowhere, 'x')).toMatchObject(down);
      expect(await at.subject.liveToken(at.nowhere, 'x')).toMatchObject(down);
      expect(await at.subject.revoke(at.nowhere, 'x')).toMatchObject(down);
      expect(await at.subject.identify(at.nowhere, 'x')).toMatchObject(down);
      expect(await at.subject.askForDevice(at.nowhere, 'x')).toMatchObject(down);
      expect(await at.subject.redeemDevice(at.nowhere, 'x')).toMatchObject(down);
      expect(await at.subject.signIn(at.hub, 'ada', 'correct horse', AbortSignal.abort())).toMatchObject(
        down,
      );
    });

    it('sends nothing to a server that is neither https nor on this machine', async () => {
      const hub = { url: 'http://hub.example.org' };
      await expect(at.subject.signIn(hub, 'ada', 'correct horse')).rejects.toMatchObject({
        kind: 'insecure-server',
      });
      await expect(at.subject.refresh(hub, 'x')).rejects.toMatchObject({ kind: 'insecure-server' });
      await expect(at.subject.identify(hub, 'x')).rejects.toMatchObject({ kind: 'insecure-server' });
    });
  });
};
