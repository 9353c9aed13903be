import type { Account, HubAddress } from '../../domain/outbox/account.js';
import { LOCAL_TEAM } from '../../domain/events/envelope.js';
import { isSyncError } from '../../domain/errors.js';
import type { ClientPorts } from '../../ports/client.js';
import type { Credentials, CredentialReading, IssuerFault, SignInEnvironment } from '../../ports/delivery.js';
import { UseCase } from '../use-case.js';
import {
  accountOf,
  canRefresh,
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
  | { readonly state: 'session-expired'; readonly hub: HubAddress }
  /** The hub, or the lock, could not be had: the same call may succeed later. */
  | { readonly state: 'unavailable'; readonly reason: string }
  /** What is stored or given cannot be understood. */
  | { readonly state: 'unusable'; readonly reason: string };

export type Granted = Extract<AccessAnswer, { readonly state: 'granted' }>;
export type NotGranted = Exclude<AccessAnswer, Granted>;

/** A token is renewed so long before it expires, so that it outlives the request it is for. */
export const EXPIRY_LEEWAY_MS = 30_000;

interface AccessTokensNeeds
  extends
    Pick<ClientPorts, 'credentials' | 'tokenIssuer' | 'wallClock'>,
    Partial<Pick<ClientPorts, 'machineAccounts'>> {
  readonly signInEnvironment: SignInEnvironment;
  readonly hubIdentities?: Pick<HubIdentities, 'meet' | 'look'>;
}

/**
 * Access tokens of the one sign-in that all processes share. Renewing is a transaction across processes: whoever has
 * the lock asks the hub, stores durably, and only then uses what it got; the others find it stored.
 */
export class AccessTokens extends UseCase<AccessTokensNeeds> {
  #identified: Account | undefined;

  /** A token that is good for at least the next request, refreshed if need be. */
  async get(signal?: AbortSignal): Promise<AccessAnswer> {
    return this.#answer(undefined, signal);
  }

  /** A token in place of one that the hub has refused although it has not expired: another one, or none. */
  async renew(refusedToken: string, signal?: AbortSignal): Promise<AccessAnswer> {
    return this.#answer(refusedToken, signal);
  }

  async #answer(refusedToken: string | undefined, signal?: AbortSignal): Promise<AccessAnswer> {
    const { credentials, signInEnvironment, tokenIssuer, wallClock } = this.ports;
    const given = environmentSignIn(signInEnvironment);
    if (!given.ok) return { state: 'unusable', reason: given.error };
    if (given.value !== undefined) return this.#fromEnvironment(given.value, refusedToken, signal);
    const isGood = ({ accessToken, accessExpiresAtMs }: Credentials, leewayMs: number): boolean =>
      accessToken !== refusedToken && accessExpiresAtMs - leewayMs > wallClock.nowMs();
    const hasToBeRenewed = (stored: CredentialReading): stored is SignedIn =>
      stored.state === 'present' && !isGood(stored.credentials, EXPIRY_LEEWAY_MS);
    const before = await credentials.read();
    if (!hasToBeRenewed(before)) return this.#said(before);

    let fault: IssuerFault | undefined;
    const renewed = credentials.update(async (current) => {
      if (!hasToBeRenewed(current) || !canRefresh(current.credentials)) return 'keep';
      const { server, refreshToken } = current.credentials;
      const issued = await tokenIssuer.refresh(server, refreshToken, signal);
      if (issued.ok) return issuedCredentials(issued.value, current.credentials, wallClock.nowMs());
      fault = issued.error;
      return 'keep';
    });
    const after = await renewed.catch((error: unknown) => {
      if (!isSyncError(error) || error.kind !== 'lock-busy') throw error;
      fault = { fault: 'unavailable', reason: 'another process holds the credentials' };
      return credentials.read();
    });
    // A program that does not know our lock may have spent the token a moment ago: then what it stored counts.
    const stored = fault?.fault === 'refused' ? await credentials.read() : after;
    // A token within the leeway serves when there is no other to be had.
    if (stored.state !== 'present' || isGood(stored.credentials, 0)) return this.#said(stored);
    if (fault?.fault === 'unavailable') return { state: 'unavailable', reason: fault.reason };
    return { state: 'session-expired', hub: stored.credentials.server };
  }

  /** What is stored says, where its token does not have to be renewed. */
  async #said(stored: CredentialReading): Promise<AccessAnswer> {
    if (stored.state === 'absent') return { state: 'signed-out' };
    if (stored.state === 'unreadable') return { state: 'unusable', reason: stored.reason };
    const account = accountOf(stored.credentials);
    const hub = await this.#met(account.hub);
    return { state: 'granted', token: stored.credentials.accessToken, account: { ...account, hub } };
  }

  async #fromEnvironment(
    { hub, token }: EnvironmentSignIn,
    refusedToken: string | undefined,
    signal?: AbortSignal,
  ): Promise<AccessAnswer> {
    if (refusedToken === token) return { state: 'session-expired', hub };
    if (this.#identified === undefined) {
      const who = await this.ports.tokenIssuer.identify(hub, token, signal);
      if (!who.ok)
        return who.error.fault === 'refused'
          ? { state: 'session-expired', hub }
          : { state: 'unavailable', reason: who.error.reason };
      const { hubId, teams, username } = who.value ?? {};
      this.#identified = {
        hub: await this.#met({ ...hub, ...(hubId === undefined ? {} : { id: hubId }) }),
        team: teams?.[0] ?? LOCAL_TEAM,
        ...(username === undefined ? {} : { username }),
      };
      await this.ports.machineAccounts?.remember(hub, token, this.#identified);
    }
    return { state: 'granted', token, account: this.#identified };
  }

  /** Who the hub is that has just been heard of; where that cannot be noted, it is noted the next time. */
  async #met(hub: HubAddress): Promise<HubAddress> {
    const { hubIdentities: hubs } = this.ports;
    const met = await hubs?.meet(hub).catch((error: unknown) => {
      if (!isSyncError(error)) throw error;
      return hubs.look(hub);
    });
    return met ?? hub;
  }
}

type SignedIn = Extract<CredentialReading, { readonly state: 'present' }>;
