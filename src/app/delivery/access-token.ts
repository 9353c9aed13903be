import type { Account, HubAddress } from '../../domain/outbox/account.js';
import { LOCAL_TEAM } from '../../domain/events/envelope.js';
import { isSyncError } from '../../domain/errors.js';
import type {
  Credentials,
  CredentialReading,
  CredentialStore,
  MachineAccounts,
  SignInEnvironment,
  TokenIssuer,
} from '../../ports/delivery.js';
import type { WallClock } from '../../ports/host.js';
import {
  accountOf,
  AS_STATED,
  canRefresh,
  environmentAccount,
  environmentSignIn,
  issuedCredentials,
  type EnvironmentSignIn,
} from './credentials.js';
import type { HubIdentities } from './hub-identities.js';

/** Whether there is a token to send with, and for whom. */
export type AccessAnswer =
  /** Send it to this account's hub and to no other; the account may differ from that of an earlier answer. */
  | { readonly state: 'granted'; readonly token: string; readonly account: Account }
  | { readonly state: 'signed-out' }
  /** The hub no longer knows this sign-in: somebody has to sign in again. Nothing stored was removed. */
  | { readonly state: 'session-expired'; readonly account: Account }
  /** The hub, or the lock, could not be had: the same call may succeed later. */
  | { readonly state: 'unavailable'; readonly reason: string }
  /** What is stored or given cannot be understood. */
  | { readonly state: 'unusable'; readonly reason: string };

/** A token is renewed so long before it expires, so that it outlives the request it is for. */
export const EXPIRY_LEEWAY_MS = 30_000;

interface AccessTokensNeeds {
  readonly credentials: CredentialStore;
  readonly tokenIssuer: TokenIssuer;
  readonly wallClock: WallClock;
  readonly signInEnvironment: SignInEnvironment;
  readonly machineAccounts?: MachineAccounts;
  readonly hubIdentities?: Pick<HubIdentities, 'meet' | 'recognize'>;
}

/**
 * Access tokens of the one sign-in that all processes share. Renewing is a transaction across processes: whoever has
 * the lock asks the hub, stores durably, and only then uses what it got; the others find it stored.
 */
export class AccessTokens {
  readonly #needs: AccessTokensNeeds;
  readonly #hubs: Pick<HubIdentities, 'meet' | 'recognize'>;
  #identified: Account | undefined;

  constructor(needs: AccessTokensNeeds) {
    this.#needs = needs;
    this.#hubs = needs.hubIdentities ?? AS_STATED;
  }

  /** A token that is good for at least the next request, refreshed if need be. */
  async get(signal?: AbortSignal): Promise<AccessAnswer> {
    return this.#answer(undefined, signal);
  }

  /** A token in place of one that the hub has refused although it has not expired: another one, or none. */
  async renew(refusedToken: string, signal?: AbortSignal): Promise<AccessAnswer> {
    return this.#answer(refusedToken, signal);
  }

  async #answer(refusedToken: string | undefined, signal?: AbortSignal): Promise<AccessAnswer> {
    const given = environmentSignIn(this.#needs.signInEnvironment);
    if (!given.ok) return { state: 'unusable', reason: given.error };
    if (given.value !== undefined) return this.#fromEnvironment(given.value, refusedToken, signal);
    const stored = await this.#stored(await this.#needs.credentials.read(), refusedToken);
    return stored ?? this.#refresh(refusedToken, signal);
  }

  async #refresh(refusedToken: string | undefined, signal?: AbortSignal): Promise<AccessAnswer> {
    let answer: AccessAnswer = SIGNED_OUT;
    try {
      await this.#needs.credentials.update(async (current) => {
        const decided = await this.#decide(current, refusedToken, signal);
        answer = decided.answer;
        return decided.next ?? 'keep';
      });
      return answer;
    } catch (error) {
      if (!isSyncError(error) || error.kind !== 'lock-busy') throw error;
      const reading = await this.#needs.credentials.read();
      return this.#unlessStillGood(reading, refusedToken, 'another process holds the credentials');
    }
  }

  /** Runs under the lock, with the credentials as they are stored at this moment. */
  async #decide(
    reading: CredentialReading,
    refusedToken: string | undefined,
    signal?: AbortSignal,
  ): Promise<{ readonly answer: AccessAnswer; readonly next?: Credentials }> {
    const stored = await this.#stored(reading, refusedToken);
    if (stored !== undefined || reading.state !== 'present') return { answer: stored ?? SIGNED_OUT };
    const { credentials: current } = reading;
    const account = await this.#recognized(accountOf(current));
    const expired: AccessAnswer = { state: 'session-expired', account };
    if (!canRefresh(current)) return { answer: expired };
    const issued = await this.#needs.tokenIssuer.refresh(current.server, current.refreshToken, signal);
    if (issued.ok) {
      const next = issuedCredentials(issued.value, current, this.#needs.wallClock.nowMs());
      return { answer: await this.#granted(next), next };
    }
    if (issued.error.fault === 'unavailable')
      return { answer: await this.#unlessStillGood(reading, refusedToken, issued.error.reason) };
    // A program that does not know our lock may have spent the token a moment ago: then what it stored counts.
    const again = await this.#needs.credentials.read();
    const changed = again.state === 'present' && again.credentials.refreshToken !== current.refreshToken;
    return { answer: changed ? await this.#granted(again.credentials) : expired };
  }

  async #fromEnvironment(
    given: EnvironmentSignIn,
    refusedToken: string | undefined,
    signal?: AbortSignal,
  ): Promise<AccessAnswer> {
    const expired = async (): Promise<AccessAnswer> => ({
      state: 'session-expired',
      account: await this.#recognized(await environmentAccount(given, this.#needs.machineAccounts)),
    });
    if (refusedToken === given.token) return expired();
    if (this.#identified === undefined) {
      const who = await this.#needs.tokenIssuer.identify(given.hub, given.token, signal);
      if (!who.ok) {
        return who.error.fault === 'refused' ? expired() : { state: 'unavailable', reason: who.error.reason };
      }
      const { hubId, teams, username } = who.value ?? {};
      this.#identified = {
        hub: await this.#met({ ...given.hub, ...(hubId === undefined ? {} : { id: hubId }) }),
        team: teams?.[0] ?? LOCAL_TEAM,
        ...(username === undefined ? {} : { username }),
      };
      await this.#needs.machineAccounts?.remember(given.hub, given.token, this.#identified);
    }
    return { state: 'granted', token: given.token, account: this.#identified };
  }

  /** A token within the leeway serves when there is no other to be had. */
  async #unlessStillGood(
    reading: CredentialReading,
    refusedToken: string | undefined,
    reason: string,
  ): Promise<AccessAnswer> {
    return (await this.#stored(reading, refusedToken, 0)) ?? { state: 'unavailable', reason };
  }

  /** What is stored says; `undefined` where its token has to be renewed first. */
  async #stored(
    reading: CredentialReading,
    refusedToken: string | undefined,
    leewayMs = EXPIRY_LEEWAY_MS,
  ): Promise<AccessAnswer | undefined> {
    if (reading.state === 'absent') return SIGNED_OUT;
    if (reading.state === 'unreadable') return { state: 'unusable', reason: reading.reason };
    const { accessToken, accessExpiresAtMs } = reading.credentials;
    const isGood =
      accessToken !== refusedToken && accessExpiresAtMs - leewayMs > this.#needs.wallClock.nowMs();
    return isGood ? this.#granted(reading.credentials) : undefined;
  }

  async #granted(credentials: Credentials): Promise<AccessAnswer> {
    const account = accountOf(credentials);
    const hub = await this.#met(account.hub);
    return { state: 'granted', token: credentials.accessToken, account: { ...account, hub } };
  }

  /** Who the hub is that has just been heard of; where that cannot be noted, it is noted the next time. */
  async #met(hub: HubAddress): Promise<HubAddress> {
    return this.#hubs.meet(hub).catch((error: unknown) => {
      if (!isSyncError(error)) throw error;
      return this.#hubs.recognize(hub);
    });
  }

  async #recognized(account: Account): Promise<Account> {
    return { ...account, hub: await this.#hubs.recognize(account.hub) };
  }
}

const SIGNED_OUT: AccessAnswer = { state: 'signed-out' };
