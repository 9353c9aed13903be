import type { Result } from '../domain/result.js';

/**
 * The hub's users, teams and sign-ins. Of passwords and tokens it keeps only what can verify them. All methods may
 * race; all throw `storage-failed` when the disk or database does.
 */
export interface AccountStore {
  addTeam(slug: string): Promise<'added' | 'exists'>;
  /** Every team, by slug. */
  teams(): Promise<readonly string[]>;
  /** A user who can sign in with a password; in no team yet. A user who exists keeps the old password. */
  addUser(user: { readonly name: string; readonly password: string }): Promise<'added' | 'exists'>;
  /** Makes the user a member. The first team of a user is where a sign-in without a wish leads. */
  addMember(team: string, user: string): Promise<'added' | 'exists' | 'unknown-team' | 'unknown-user'>;
  /** Ends a membership: tokens of that team are from now on refused with `not-a-member`. */
  removeMember(team: string, user: string): Promise<'removed' | 'absent'>;
  /** Teams of a user in the order of joining; empty for somebody unknown. */
  teamsOf(user: string): Promise<readonly string[]>;

  /**
   * Opens a session of one device, after checking the password. An unknown user costs as much time as a wrong
   * password. `team` is a wish; without one it is the user's first team.
   */
  signIn(request: SignInRequest): Promise<Result<SessionTokens, SignInFault>>;
  /**
   * Spends a refresh token for the next pair. The same token presented again within the grace period gets the same
   * pair again, since an answer may have been lost; after it, the whole session is revoked, since somebody else may
   * hold a copy. Durable before this resolves.
   */
  rotate(refreshToken: string): Promise<Result<SessionTokens, RefreshFault>>;
  /** Ends the session of a refresh token; an unknown one is no fault. All its tokens are worthless afterwards. */
  revoke(refreshToken: string): Promise<void>;
  /** A token for one live connection of the session that an access token belongs to. */
  issueLiveToken(accessToken: string): Promise<Result<LiveToken, BearerFault>>;
  /** A token for programs: an access token without a refresh token, in a session of its own. */
  issueProgramToken(
    user: string,
    team: string,
    lifetimeSeconds: number,
  ): Promise<Result<SessionTokens, SignInFault>>;
  /** Who presents a token of that purpose. A revoked token is refused at the latest one second after the revocation. */
  identify(token: string, purpose: TokenPurpose): Promise<Result<Bearer, BearerFault>>;
  /** Forgets tokens and sessions that ended before the given time. */
  prune(beforeMs: number): Promise<void>;
}

/** A token serves one purpose: the access token opens the API, the live token one socket, the refresh token nothing. */
export type TokenPurpose = 'access' | 'live';

export interface SignInRequest {
  readonly username: string;
  readonly password: string;
  readonly team?: string;
  /** What the person calls the device, for the list of sessions. */
  readonly device?: string;
}

/** `no-team`: the password is right, but the user is in no team, or not in the one asked for. */
export type SignInFault = 'wrong-credentials' | 'no-team';

/** `reused`: an old token came back after the grace period, and the session is now revoked. */
export type RefreshFault = 'unknown' | 'expired' | 'revoked' | 'reused' | 'not-a-member';

export type BearerFault = 'unknown' | 'expired' | 'revoked' | 'not-a-member';

export interface SessionTokens {
  readonly access: string;
  /** Empty for a program token, which cannot be refreshed. */
  readonly refresh: string;
  readonly accessLifetimeSeconds: number;
  readonly refreshLifetimeSeconds: number;
  readonly user: string;
  readonly team: string;
}

export interface LiveToken {
  readonly token: string;
  readonly lifetimeSeconds: number;
}

export interface Bearer {
  readonly user: string;
  /** The team the credential was issued for: everything it reads and writes belongs there. */
  readonly team: string;
  readonly sessionId: string;
  readonly expiresAtMs: number;
}

/** One-way functions and unpredictable values, as accounts need them. */
export interface Secrets {
  /** An unguessable text of at least 256 bits. */
  token(): string;
  /** What may be stored of a token: a digest that does not lead back to it. */
  digest(token: string): string;
  /** A value that only the holder of `secret` can derive from `text`; the same for the same input. */
  derive(secret: string, text: string): string;
  /** What may be stored of a password: salted, and slow to guess. */
  hashPassword(password: string): Promise<string>;
  /** Compares in constant time; `false` for a stored value that cannot be read. */
  verifyPassword(password: string, stored: string): Promise<boolean>;
}
