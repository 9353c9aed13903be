import {
  decideRotation,
  DEFAULT_SESSION_POLICY,
  type SessionPolicy,
} from '../../domain/hub/session-policy.js';
import { succeed } from '../../domain/hub/succession.js';
import { err, ok, type Result } from '../../domain/result.js';
import type {
  AccountStore,
  Bearer,
  BearerFault,
  IssuedLiveToken,
  RefreshFault,
  Secrets,
  SessionTokens,
  SignInFault,
  SignInRequest,
  TokenPurpose,
} from '../../ports/hub.js';
import type { WallClock } from '../../ports/host.js';

interface KeptSession {
  readonly id: string;
  readonly user: string;
  readonly team: string;
  revoked: boolean;
}

interface KeptToken {
  readonly session: KeptSession;
  readonly purpose: TokenPurpose | 'refresh';
  readonly expiresAtMs: number;
  rotatedAtMs: number | undefined;
}

/** Accounts in memory: for tests, and for a hub that shall forget everything. */
export class MemoryAccountStore implements AccountStore {
  readonly #secrets: Secrets;
  readonly #clock: WallClock;
  readonly #policy: SessionPolicy;
  readonly #hubSecret: string;
  readonly #teams = new Set<string>();
  readonly #passwords = new Map<string, string>();
  readonly #members = new Map<string, Set<string>>();
  readonly #tokens = new Map<string, KeptToken>();

  constructor(deps: {
    readonly secrets: Secrets;
    readonly clock: WallClock;
    readonly policy?: SessionPolicy;
  }) {
    this.#secrets = deps.secrets;
    this.#clock = deps.clock;
    this.#policy = deps.policy ?? DEFAULT_SESSION_POLICY;
    this.#hubSecret = deps.secrets.token();
  }

  addTeam(slug: string): Promise<'added' | 'exists'> {
    const answer = this.#teams.has(slug) ? 'exists' : 'added';
    this.#teams.add(slug);
    return Promise.resolve(answer);
  }

  teams(): Promise<readonly string[]> {
    return Promise.resolve([...this.#teams].sort());
  }

  async addUser({
    name,
    password,
  }: {
    readonly name: string;
    readonly password: string;
  }): Promise<'added' | 'exists'> {
    const hash = await this.#secrets.hashPassword(password);
    if (this.#passwords.has(name)) return 'exists';
    this.#passwords.set(name, hash);
    return 'added';
  }

  addMember(team: string, user: string): Promise<'added' | 'exists' | 'unknown-team' | 'unknown-user'> {
    if (!this.#teams.has(team)) return Promise.resolve('unknown-team');
    if (!this.#passwords.has(user)) return Promise.resolve('unknown-user');
    const teams = this.#members.get(user) ?? new Set();
    this.#members.set(user, teams);
    const answer = teams.has(team) ? 'exists' : 'added';
    teams.add(team);
    return Promise.resolve(answer);
  }

  removeMember(team: string, user: string): Promise<'removed' | 'absent'> {
    return Promise.resolve(this.#members.get(user)?.delete(team) === true ? 'removed' : 'absent');
  }

  teamsOf(user: string): Promise<readonly string[]> {
    return Promise.resolve([...(this.#members.get(user) ?? [])]);
  }

  async signIn(request: SignInRequest): Promise<Result<SessionTokens, SignInFault>> {
    const hash = this.#passwords.get(request.username);
    if (hash === undefined || !(await this.#secrets.verifyPassword(request.password, hash))) {
      return err('wrong-credentials');
    }
    const teams = this.#members.get(request.username) ?? new Set();
    const [first] = teams;
    const team = request.team ?? first;
    if (team === undefined || !teams.has(team)) return err('no-team');
    const session = this.#open(request.username, team);
    return ok(this.#issue(session, this.#secrets.token(), this.#secrets.token(), this.#policy.accessSeconds));
  }

  issueProgramToken(
    user: string,
    team: string,
    lifetimeSeconds: number,
  ): Promise<Result<SessionTokens, SignInFault>> {
    if (this.#members.get(user)?.has(team) !== true) return Promise.resolve(err('no-team'));
    const access = this.#secrets.token();
    this.#keep(access, this.#open(user, team), 'access', lifetimeSeconds);
    return Promise.resolve(
      ok({
        access,
        refresh: '',
        accessLifetimeSeconds: lifetimeSeconds,
        refreshLifetimeSeconds: 0,
        user,
        team,
      }),
    );
  }

  rotate(refreshToken: string): Promise<Result<SessionTokens, RefreshFault>> {
    const token = this.#find(refreshToken, 'refresh');
    if (token === undefined) return Promise.resolve(err('unknown'));
    const nowMs = this.#clock.nowMs();
    const presented = { ...token, sessionRevoked: token.session.revoked };
    const decision = decideRotation(presented, this.#policy, nowMs);
    if (decision === 'reused') token.session.revoked = true;
    if (decision !== 'rotate' && decision !== 'repeat') return Promise.resolve(err(decision));
    if (!this.#isMember(token.session)) return Promise.resolve(err('not-a-member'));
    const { access, refresh } = succeed((text) => this.#secrets.derive(this.#hubSecret, text), refreshToken);
    token.rotatedAtMs ??= nowMs;
    const spentSeconds = Math.max(0, Math.ceil((nowMs - token.rotatedAtMs) / 1000));
    const lifetime = Math.max(1, this.#policy.accessSeconds - spentSeconds);
    return Promise.resolve(ok(this.#issue(token.session, access, refresh, lifetime)));
  }

  revoke(refreshToken: string): Promise<void> {
    const token = this.#find(refreshToken, 'refresh');
    if (token !== undefined) token.session.revoked = true;
    return Promise.resolve();
  }

  issueLiveToken(accessToken: string): Promise<Result<IssuedLiveToken, BearerFault>> {
    const bearer = this.#identify(accessToken, 'access');
    if (!bearer.ok) return Promise.resolve(bearer);
    const token = this.#secrets.token();
    this.#keep(token, bearer.value.session, 'live', this.#policy.liveSeconds);
    return Promise.resolve(ok({ token, lifetimeSeconds: this.#policy.liveSeconds }));
  }

  identify(token: string, purpose: TokenPurpose): Promise<Result<Bearer, BearerFault>> {
    const found = this.#identify(token, purpose);
    if (!found.ok) return Promise.resolve(found);
    const { session, expiresAtMs } = found.value;
    return Promise.resolve(
      ok({ user: session.user, team: session.team, sessionId: session.id, expiresAtMs }),
    );
  }

  prune(beforeMs: number): Promise<void> {
    for (const [digest, token] of this.#tokens) if (token.expiresAtMs < beforeMs) this.#tokens.delete(digest);
    return Promise.resolve();
  }

  #identify(text: string, purpose: TokenPurpose): Result<KeptToken, BearerFault> {
    const token = this.#find(text, purpose);
    if (token === undefined) return err('unknown');
    if (token.session.revoked) return err('revoked');
    if (this.#clock.nowMs() >= token.expiresAtMs) return err('expired');
    return this.#isMember(token.session) ? ok(token) : err('not-a-member');
  }

  #find(text: string, purpose: KeptToken['purpose']): KeptToken | undefined {
    const token = this.#tokens.get(this.#secrets.digest(text));
    return token?.purpose === purpose ? token : undefined;
  }

  #isMember(session: KeptSession): boolean {
    return this.#members.get(session.user)?.has(session.team) === true;
  }

  #open(user: string, team: string): KeptSession {
    return { id: this.#secrets.token(), user, team, revoked: false };
  }

  #issue(
    session: KeptSession,
    access: string,
    refresh: string,
    accessLifetimeSeconds: number,
  ): SessionTokens {
    const { accessSeconds, refreshSeconds } = this.#policy;
    this.#keep(access, session, 'access', accessSeconds);
    this.#keep(refresh, session, 'refresh', refreshSeconds);
    const { user, team } = session;
    return { access, refresh, accessLifetimeSeconds, refreshLifetimeSeconds: refreshSeconds, user, team };
  }

  /** A token that is there already stays as it is. */
  #keep(text: string, session: KeptSession, purpose: KeptToken['purpose'], lifetimeSeconds: number): void {
    const digest = this.#secrets.digest(text);
    if (this.#tokens.has(digest)) return;
    const expiresAtMs = this.#clock.nowMs() + lifetimeSeconds * 1000;
    this.#tokens.set(digest, { session, purpose, expiresAtMs, rotatedAtMs: undefined });
  }
}
