import type { LiveToken } from './accounts.js';
import type { Result } from '../domain/result.js';
import type { Account, HubAddress } from '../domain/delivery/account.js';
import type { KnownHub } from '../domain/delivery/known-hubs.js';

/** What is stored of a sign-in. Times are milliseconds since 1970. */
export interface Credentials {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly accessExpiresAtMs: number;
  readonly refreshExpiresAtMs: number;
  readonly username: string;
  readonly teamSlug?: string;
  readonly server: HubAddress;
}

/** A sign-in for machines, given from outside the state root: never refreshed, never stored, stronger than the file. */
export interface SignInEnvironment {
  readonly token?: string;
  /** The hub that issued the token: without it the token is sent nowhere. */
  readonly serverUrl?: string;
}

/**
 * What hubs have said about machine tokens, so that commands which do not ask the network know whose events they are.
 * Only a hint: it may be out of date, and a token is stored by its hash alone.
 */
export interface MachineAccounts {
  /** Whom the hub last said that the token belongs to. Never fails: what cannot be read is not known. */
  recall(hub: HubAddress, token: string): Promise<Account | undefined>;
  /** Never fails: what cannot be written is asked again. Writes only when something changed. */
  remember(hub: HubAddress, token: string, account: Account): Promise<void>;
}

/**
 * Which hub may be believed to be which: ids of hubs and the addresses at which they were seen. Kept apart from the
 * sign-in, which other programs write too.
 */
export interface KnownHubs {
  /** Never fails: what cannot be read is not known. Takes no lock. */
  list(): Promise<readonly KnownHub[]>;
  /** One transaction across processes, durable before this resolves. Returning the same list changes nothing. */
  update(change: (known: readonly KnownHub[]) => readonly KnownHub[]): Promise<readonly KnownHub[]>;
}

export type CredentialReading =
  | { readonly state: 'present'; readonly credentials: Credentials }
  | { readonly state: 'absent' }
  | { readonly state: 'unreadable'; readonly reason: string };

/** The one sign-in of this user on this machine, shared by all processes. */
export interface CredentialStore {
  /** What is stored now. Never fails for a missing or broken file: that is a reading. Takes no lock. */
  read(): Promise<CredentialReading>;
  /**
   * One transaction across processes: takes the credential lock, reads again, lets `decide` do its work (it may
   * call the network), and makes the new value durable before this resolves. `decide` returning `keep` changes
   * nothing, `forget` removes the file. Fails with `lock-busy` when the lock cannot be had within its bounded wait.
   */
  update(
    decide: (current: CredentialReading) => Promise<Credentials | 'keep' | 'forget'>,
  ): Promise<CredentialReading>;
}

/** Tokens as a hub hands them out. Lifetimes in seconds, already defaulted. */
export interface IssuedTokens {
  readonly access: string;
  readonly refresh: string;
  readonly accessLifetimeSeconds: number;
  readonly refreshLifetimeSeconds: number;
  readonly teamSlug?: string;
  readonly hubId?: string;
}

export type IssuerFault =
  /** Wrong name, password or token: asking again with the same input is useless. */
  | { readonly fault: 'refused'; readonly reason: string }
  /** No usable answer: nothing is known about the input. */
  | { readonly fault: 'unavailable'; readonly reason: string };

/** Who the bearer of a token is. */
export interface Identification {
  readonly username: string;
  /** The team that the token writes for comes first, where the hub says which it is. */
  readonly teams: readonly string[];
  readonly hubId?: string;
}

/**
 * The authentication endpoints of a hub. Every call is bounded to 10 s, refuses redirects, and refuses a server
 * that is neither https nor loopback with `insecure-server` before anything is sent. A token is sent to no server
 * but the one given. Network trouble is `unavailable`, never an exception.
 */
export interface TokenIssuer {
  signIn(
    hub: HubAddress,
    username: string,
    password: string,
    signal?: AbortSignal,
  ): Promise<Result<IssuedTokens, IssuerFault>>;
  /** Spends the refresh token: the answer holds two new tokens. Not to be repeated with the same token after success. */
  refresh(
    hub: HubAddress,
    refreshToken: string,
    signal?: AbortSignal,
  ): Promise<Result<IssuedTokens, IssuerFault>>;
  /** A token for one live connection. */
  liveToken(
    hub: HubAddress,
    accessToken: string,
    signal?: AbortSignal,
  ): Promise<Result<LiveToken, IssuerFault>>;
  /** Revokes the sign-in where the hub can; an unknown endpoint is success. */
  revoke(hub: HubAddress, refreshToken: string, signal?: AbortSignal): Promise<Result<void, IssuerFault>>;
  /** Who the token belongs to; `undefined` from a hub that does not know the call. */
  identify(
    hub: HubAddress,
    accessToken: string,
    signal?: AbortSignal,
  ): Promise<Result<Identification | undefined, IssuerFault>>;
}
