import type { Kysely } from 'kysely';
import { DEFAULT_SESSION_POLICY } from '../../domain/hub/session-policy.js';
import type { SessionPolicy } from '../../domain/hub/session-policy.js';
import { err, ok } from '../../domain/result.js';
import type { Result } from '../../domain/result.js';
import type { WallClock } from '../../ports/host.js';
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
import { settle } from './hub-settings.js';
import type { Executor } from './prepared-query.js';
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

interface AccountDependencies {
  readonly secrets: Secrets;
  readonly clock: WallClock;
  readonly policy?: SessionPolicy;
}

/** Remembers for a moment who presents a token, because programs send many requests with one token. */
class BearerCache {
  readonly #clock: WallClock;
  readonly #known = new Map<string, { readonly bearer: Bearer; readonly atMs: number }>();

  constructor(clock: WallClock) {
    this.#clock = clock;
  }

  get(digest: string, purpose: TokenPurpose): Bearer | undefined {
    const known = this.#known.get(`${purpose} ${digest}`);
    if (known === undefined) return undefined;
    const nowMs = this.#clock.nowMs();
    const ageMs = nowMs - known.atMs;
    return ageMs >= 0 && ageMs < REMEMBERED_MS && nowMs < known.bearer.expiresAtMs ? known.bearer : undefined;
  }

  put(digest: string, purpose: TokenPurpose, bearer: Bearer): void {
    if (this.#known.size >= REMEMBERED_BEARERS) this.#known.clear();
    this.#known.set(`${purpose} ${digest}`, { bearer, atMs: this.#clock.nowMs() });
  }

  clear(): void {
    this.#known.clear();
  }
}

const REMEMBERED_MS = 500;
const REMEMBERED_BEARERS = 10_000;

export const addTeam = async (db: Executor, slug: string, nowMs: number): Promise<'added' | 'exists'> => {
  const added = await db
    .insertInto('teams')
    .values({ slug, added_at_ms: nowMs })
    .onConflict((conflict) => conflict.column('slug').doNothing())
    .returning('slug')
    .execute();
  return added.length > 0 ? 'added' : 'exists';
};

export const teams = async (db: Executor): Promise<readonly string[]> => {
  const rows = await db.selectFrom('teams').select('slug').orderBy('slug').execute();
  return rows.map((row) => row.slug);
};

export const addUser = async (
  db: Executor,
  name: string,
  passwordHash: string,
  nowMs: number,
): Promise<'added' | 'exists'> => {
  const added = await db
    .insertInto('users')
    .values({ name, password_hash: passwordHash, added_at_ms: nowMs })
    .onConflict((conflict) => conflict.column('name').doNothing())
    .returning('name')
    .execute();
  return added.length > 0 ? 'added' : 'exists';
};

export const addMember = (
  db: Executor,
  team: string,
  user: string,
): Promise<'added' | 'exists' | 'unknown-team' | 'unknown-user'> =>
  db.transaction().execute(async (transaction) => {
    const teamRow = await transaction
      .selectFrom('teams')
      .select('slug')
      .where('slug', '=', team)
      .executeTakeFirst();
    if (teamRow === undefined) return 'unknown-team';
    const userRow = await transaction
      .selectFrom('users')
      .select('name')
      .where('name', '=', user)
      .executeTakeFirst();
    if (userRow === undefined) return 'unknown-user';
    const last = await transaction
      .selectFrom('memberships')
      .select((row) => row.fn.max('position').as('position'))
      .where('user_name', '=', user)
      .executeTakeFirst();
    const added = await transaction
      .insertInto('memberships')
      .values({ team, user_name: user, position: Number(last?.position ?? 0) + 1 })
      .onConflict((conflict) => conflict.columns(['team', 'user_name']).doNothing())
      .returning('team')
      .execute();
    return added.length > 0 ? 'added' : 'exists';
  });

export const removeMember = async (
  db: Executor,
  team: string,
  user: string,
): Promise<'removed' | 'absent'> => {
  const removed = await db
    .deleteFrom('memberships')
    .where('team', '=', team)
    .where('user_name', '=', user)
    .returning('team')
    .execute();
  return removed.length > 0 ? 'removed' : 'absent';
};

export const teamsOf = async (db: Executor, user: string): Promise<readonly string[]> => {
  const rows = await db
    .selectFrom('memberships')
    .select('team')
    .where('user_name', '=', user)
    .orderBy('position')
    .execute();
  return rows.map((row) => row.team);
};
