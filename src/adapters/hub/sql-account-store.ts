import type { Kysely } from 'kysely';
import { DEFAULT_SESSION_POLICY, type SessionPolicy } from '../../domain/hub/session-policy.js';
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
import { BearerCache } from './bearer-cache.js';
import { settle } from './hub-settings.js';
import { addMember, addTeam, addUser, removeMember, teams, teamsOf } from './sql-members.js';
import type { HubTables } from './schema.js';
import { SqlSessions } from './sql-sessions.js';
import { orStorageFailed } from './storage-failure.js';

/** Accounts in the hub's own database, beside the events. */
export class SqlAccountStore implements AccountStore {
  readonly #db: Kysely<HubTables>;
  readonly #secrets: Secrets;
  readonly #clock: WallClock;
  readonly #sessions: SqlSessions;
  readonly #cache: BearerCache;
  /** What the password of an unknown user is compared with, so that the answer takes as long as for a known one. */
  readonly #nobodysHash: string;

  private constructor(
    db: Kysely<HubTables>,
    deps: AccountDependencies,
    hubSecret: string,
    nobodysHash: string,
  ) {
    this.#db = db;
    this.#secrets = deps.secrets;
    this.#clock = deps.clock;
    this.#sessions = new SqlSessions(db, {
      ...deps,
      policy: deps.policy ?? DEFAULT_SESSION_POLICY,
      hubSecret,
    });
    this.#cache = new BearerCache(deps.clock);
    this.#nobodysHash = nobodysHash;
  }

  /** Uses a database whose tables are up to date; the event store closes it. */
  static async open(db: Kysely<HubTables>, deps: AccountDependencies): Promise<SqlAccountStore> {
    const { secrets } = deps;
    const hubSecret = await orStorageFailed('give its secret', () =>
      settle(db, 'token-secret', () => secrets.token()),
    );
    return new SqlAccountStore(db, deps, hubSecret, await secrets.hashPassword(secrets.token()));
  }

  addTeam(slug: string): Promise<'added' | 'exists'> {
    return orStorageFailed('add the team', () => addTeam(this.#db, slug, this.#clock.nowMs()));
  }

  teams(): Promise<readonly string[]> {
    return orStorageFailed('list teams', () => teams(this.#db));
  }

  async addUser(user: { readonly name: string; readonly password: string }): Promise<'added' | 'exists'> {
    const hash = await this.#secrets.hashPassword(user.password);
    return orStorageFailed('add the user', () => addUser(this.#db, user.name, hash, this.#clock.nowMs()));
  }

  addMember(team: string, user: string): Promise<'added' | 'exists' | 'unknown-team' | 'unknown-user'> {
    this.#cache.clear();
    return orStorageFailed('add the member', () => addMember(this.#db, team, user));
  }

  async removeMember(team: string, user: string): Promise<'removed' | 'absent'> {
    const answer = await orStorageFailed('remove the member', () => removeMember(this.#db, team, user));
    this.#cache.clear();
    return answer;
  }

  teamsOf(user: string): Promise<readonly string[]> {
    return orStorageFailed('list teams', () => teamsOf(this.#db, user));
  }

  async signIn(request: SignInRequest): Promise<Result<SessionTokens, SignInFault>> {
    const user = await orStorageFailed('look up the user', () =>
      this.#db
        .selectFrom('users')
        .select('password_hash')
        .where('name', '=', request.username)
        .executeTakeFirst(),
    );
    const matches = await this.#secrets.verifyPassword(
      request.password,
      user?.password_hash ?? this.#nobodysHash,
    );
    if (user === undefined || !matches) return err('wrong-credentials');
    const teams = await this.teamsOf(request.username);
    const team = request.team ?? teams[0];
    if (team === undefined || !teams.includes(team)) return err('no-team');
    return ok(
      await orStorageFailed('open a session', () =>
        this.#sessions.open({ user: request.username, team, device: request.device }),
      ),
    );
  }

  async issueProgramToken(
    user: string,
    team: string,
    lifetimeSeconds: number,
  ): Promise<Result<SessionTokens, SignInFault>> {
    if (!(await this.teamsOf(user)).includes(team)) return err('no-team');
    return ok(
      await orStorageFailed('open a session', () =>
        this.#sessions.openForProgram({ user, team }, lifetimeSeconds),
      ),
    );
  }

  async rotate(refreshToken: string): Promise<Result<SessionTokens, RefreshFault>> {
    const rotated = await orStorageFailed('renew the session', () => this.#sessions.rotate(refreshToken));
    if (!rotated.ok) this.#cache.clear();
    return rotated;
  }

  async revoke(refreshToken: string): Promise<void> {
    await orStorageFailed('end the session', () => this.#sessions.revoke(refreshToken));
    this.#cache.clear();
  }

  async issueLiveToken(accessToken: string): Promise<Result<IssuedLiveToken, BearerFault>> {
    const bearer = await this.identify(accessToken, 'access');
    if (!bearer.ok) return bearer;
    return ok(
      await orStorageFailed('issue a token', () => this.#sessions.issueLiveToken(bearer.value.sessionId)),
    );
  }

  async identify(token: string, purpose: TokenPurpose): Promise<Result<Bearer, BearerFault>> {
    const digest = this.#secrets.digest(token);
    const known = this.#cache.get(digest, purpose);
    if (known !== undefined) return ok(known);
    const found = await orStorageFailed('look up the token', () => this.#sessions.identify(digest, purpose));
    if (found.ok) this.#cache.put(digest, purpose, found.value);
    return found;
  }

  async prune(beforeMs: number): Promise<void> {
    await orStorageFailed('forget old sessions', () => this.#sessions.prune(beforeMs));
  }
}

export interface AccountDependencies {
  readonly secrets: Secrets;
  readonly clock: WallClock;
  readonly policy?: SessionPolicy;
}
