import { inspect } from 'node:util';
import type { CredentialReading, Credentials, CredentialStore } from '../../src/ports/delivery.js';

export interface CredentialStoreFlavour {
  readonly name: string;
  readonly durable: boolean;
  readonly setup: () => Promise<{
    readonly subject: CredentialStore;
    /** Makes what is stored impossible to understand. */
    readonly damage: () => void;
    readonly reopen?: () => CredentialStore;
    readonly dispose?: () => void;
  }>;
}

export const someCredentials: Credentials = {
  accessToken: 'secret-access',
  refreshToken: 'secret-refresh',
  accessExpiresAtMs: Date.UTC(2026, 2, 1, 9, 30, 0, 250),
  refreshExpiresAtMs: Date.UTC(2026, 2, 8),
  username: 'alice',
  teamSlug: 'acme',
  server: { url: 'https://hub.example', id: 'hub-1' },
};

/** What every store of the sign-in promises. */
export const credentialStoreContract = ({ name, durable, setup }: CredentialStoreFlavour): void => {
  describe(`${name} keeps the promises of a credential store`, () => {
    let it$: Awaited<ReturnType<typeof setup>>;
    const store = (credentials: Credentials) => it$.subject.update(async () => credentials);
    beforeEach(async () => {
      it$ = await setup();
    });
    afterEach(() => it$.dispose?.());

    it('is absent before anybody signed in', async () => {
      expect(await it$.subject.read()).toEqual({ state: 'absent' });
    });

    it('gives back what was stored, to the millisecond', async () => {
      const expected = { state: 'present', credentials: someCredentials };
      expect(await store(someCredentials)).toEqual(expected);
      expect(await it$.subject.read()).toEqual(expected);
    });

    it('gives back credentials without team and hub id as they are', async () => {
      await store(someCredentials);
      const { teamSlug: _team, ...bare } = { ...someCredentials, server: { url: 'http://127.0.0.1:8000' } };
      await store(bare);
      expect(await it$.subject.read()).toEqual({ state: 'present', credentials: bare });
    });

    it('shows the present reading to the decision, and keeps it on request', async () => {
      await store(someCredentials);
      const seen: CredentialReading[] = [];
      const kept = await it$.subject.update(async (current) => {
        seen.push(current);
        return 'keep';
      });
      expect(seen).toEqual([{ state: 'present', credentials: someCredentials }]);
      expect(kept).toEqual(seen[0]);
      expect(await it$.subject.read()).toEqual(seen[0]);
    });

    it('forgets on request, and forgetting nothing is fine', async () => {
      await store(someCredentials);
      expect(await it$.subject.update(async () => 'forget')).toEqual({ state: 'absent' });
      expect(await it$.subject.update(async () => 'forget')).toEqual({ state: 'absent' });
      expect(await it$.subject.read()).toEqual({ state: 'absent' });
    });

    it('changes nothing when the decision fails, and is free again', async () => {
      await store(someCredentials);
      const failing = it$.subject.update(async () => {
        throw new Error('no network');
      });
      await expect(failing).rejects.toThrow('no network');
      expect(await it$.subject.update(async () => 'keep')).toMatchObject({ state: 'present' });
    });

    it('runs one transaction after the other, each seeing what the one before it stored', async () => {
      const seen: (string | undefined)[] = [];
      const turn = (token: string) =>
        it$.subject.update(async (current) => {
          seen.push(current.state === 'present' ? current.credentials.refreshToken : undefined);
          await new Promise((resolve) => setImmediate(resolve));
          return { ...someCredentials, refreshToken: token };
        });
      await Promise.all(['r1', 'r2', 'r3', 'r4'].map(turn));
      const last = await it$.subject.read();
      const final = last.state === 'present' ? last.credentials.refreshToken : undefined;
      expect([...seen, final].slice(1).sort()).toEqual(['r1', 'r2', 'r3', 'r4']);
      expect(seen[0]).toBeUndefined();
    });

    it('reads damage as unreadable, without repeating a secret, and lets a new sign-in replace it', async () => {
      await store(someCredentials);
      it$.damage();
      const reading = await it$.subject.read();
      expect(reading).toMatchObject({ state: 'unreadable', reason: expect.stringMatching(/./) });
      expect(JSON.stringify(reading)).not.toContain('secret');
      await store(someCredentials);
      expect(await it$.subject.read()).toEqual({ state: 'present', credentials: someCredentials });
    });

    it('hands out credentials that do not show their tokens when they are printed', async () => {
      for (const reading of [await store(someCredentials), await it$.subject.read()]) {
        expect(
          `${inspect(reading, { depth: 9, showHidden: false })}${JSON.stringify(reading)}`,
        ).not.toContain('secret');
      }
    });

    if (durable) {
      it('says the same after it is opened again', async () => {
        await store(someCredentials);
        expect(await it$.reopen!().read()).toEqual({ state: 'present', credentials: someCredentials });
      });
    }
  });
};
