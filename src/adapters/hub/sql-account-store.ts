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
  DeviceCodes,
  DeviceFault,
  Holder,
  IssuedLiveToken,
  RefreshFault,
  Secrets,
  SessionChoice,
  SessionKind,
  SessionSummary,
  SessionTokens,
  SignInFault,
  SignInRequest,
  ThrottleRule,
  TokenPurpose,
  UserSummary,
} from '../../ports/hub.js';
import { inTransaction } from './hub-database.js';
import { readSetting, settle, writeSetting } from './hub-settings.js';
import type { Executor } from './prepared-query.js';
import type { HubTables } from './schema.js';
import { agreeToDevice, redeemDevice } from './sql-device-codes.js';
import * as people from './sql-people.js';
import { findToken, REVISION, SqlSessions } from './sql-sessions.js';
import { giveTurnBack, takeTurn } from './sql-throttle.js';
import { orStorageFailed } from './storage-failure.js';

/** Accounts in the hub's own database, beside the events. */
export class SqlAccountStore implements AccountStore {
  readonly #db: Kysely<HubTables>;
  readonly #secrets: Secrets;
  readonly #clock: WallClock;
  readonly #policy: SessionPolicy;
  readonly #sessions: SqlSessions;
  readonly #cache: BearerCache;
  /** What the password of an unknown user is compared with, so that the answer takes as long as for a known one. */
  readonly #nobodysHash: string;
  #revision: string | undefined;

  private constructor(
    db: Kysely<HubTables>,
    deps: AccountDependencies,
    hubSecret: string,
    nobodysHash: string,
  ) {
    this.#db = db;
    this.#secrets = deps.secrets;
    this.#clock = deps.clock;
    this.#policy = deps.policy ?? DEFAULT_SESSION_POLICY;
    this.#sessions = new SqlSessions(db, { ...deps, policy: this.#policy, hubSecret });
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
    return orStorageFailed('add the team', () => people.addTeam(this.#db, slug, this.#clock.nowMs()));
  }

  teams(): Promise<readonly string[]> {
    return orStorageFailed('list teams', () => people.teams(this.#db));
  }

  removeTeam(slug: string): Promise<'removed' | 'absent' | 'has-events'> {
    return this.#takeBack('remove the team', async (db) => {
      const answer = await people.removeTeam(db, slug);
      if (answer === 'removed') await this.#sessions.end(db, (query) => query.where('team', '=', slug));
      return answer;
    });
  }

  users(): Promise<readonly UserSummary[]> {
    return orStorageFailed('list users', () => people.users(this.#db));
  }

  async addUser(user: { readonly name: string; readonly password: string }): Promise<'added' | 'exists'> {
    const hash = await this.#secrets.hashPassword(user.password);
    return orStorageFailed('add the user', () =>
      people.addUser(this.#db, user.name, hash, this.#clock.nowMs()),
    );
  }

  removeUser(name: string): Promise<'removed' | 'absent'> {
    return this.#takeBack('remove the user', async (db) => {
      await this.#sessions.end(db, (query) => query.where('user_name', '=', name));
      return people.removeUser(db, name);
    });
  }

  async setPassword(name: string, password: string): Promise<'changed' | 'absent'> {
    const hash = await this.#secrets.hashPassword(password);
    return this.#takeBack('change the password', async (db) => {
      await this.#sessions.end(db, (query) =>
        query.where('user_name', '=', name).where('kind', '=', 'device'),
      );
      return people.setPassword(db, name, hash);
    });
  }

  addMember(team: string, user: string): Promise<'added' | 'exists' | 'unknown-team' | 'unknown-user'> {
    this.#cache.clear();
    return orStorageFailed('add the member', () =>
      inTransaction(this.#db, (db) => people.addMember(db, team, user)),
    );
  }

  removeMember(team: string, user: string): Promise<'removed' | 'absent'> {
    return this.#takeBack('remove the member', async (db) => {
      await this.#sessions.announce(db);
      return people.removeMember(db, team, user);
    });
  }

  teamsOf(user: string): Promise<readonly string[]> {
    return orStorageFailed('list teams', () => people.teamsOf(this.#db, user));
  }

  async prove(request: SignInRequest): Promise<Result<Holder, SignInFault>> {
    const names = [request.username, request.username.normalize('NFC')];
    const user = await orStorageFailed('look up the user', () =>
      this.#db
        .selectFrom('users')
        .select(['name', 'password_hash'])
        .where('name', 'in', names)
        .executeTakeFirst(),
    );
    const matches = await this.#secrets.verifyPassword(
      request.password,
      user?.password_hash ?? this.#nobodysHash,
    );
    if (user === undefined || !matches) return err('wrong-credentials');
    const teams = await this.teamsOf(user.name);
    const team = request.team ?? teams[0];
    return team === undefined || !teams.includes(team) ? err('no-team') : ok({ user: user.name, team });
  }

  async signIn(request: SignInRequest): Promise<Result<SessionTokens, SignInFault>> {
    const proven = await this.prove(request);
    if (!proven.ok) return proven;
    return ok(
      await orStorageFailed('open a session', () =>
        inTransaction(this.#db, (db) => this.#sessions.open(db, { ...proven.value, device: request.device })),
      ),
    );
  }

  async issueProgramToken(
    user: string,
    team: string,
    lifetimeSeconds: number,
    name?: string,
  ): Promise<Result<SessionTokens, SignInFault>> {
    if (!(await this.teamsOf(user)).includes(team)) return err('no-team');
    return ok(
      await orStorageFailed('open a session', () =>
        this.#sessions.openForProgram({ user, team, device: name }, lifetimeSeconds),
      ),
    );
  }

  async rotate(refreshToken: string): Promise<Result<SessionTokens, RefreshFault>> {
    const rotated = await orStorageFailed('renew the session', () => this.#sessions.rotate(refreshToken));
    if (!rotated.ok) this.#cache.clear();
    return rotated;
  }

  revoke(refreshToken: string): Promise<Pick<Bearer, 'user' | 'team' | 'sessionId'> | undefined> {
    return this.#takeBack('end the session', async (db) => {
      const token = await findToken(db, this.#secrets.digest(refreshToken), 'refresh');
      if (token !== undefined)
        await this.#sessions.end(db, (query) => query.where('id', '=', token.sessionId));
      return token;
    });
  }

  sessions(kind: SessionKind, user?: string): Promise<readonly SessionSummary[]> {
    return orStorageFailed('list sessions', () => this.#sessions.list(this.#db, kind, user));
  }

  endSessions(kind: SessionKind, which: SessionChoice): Promise<readonly SessionSummary[]> {
    return this.#takeBack('end sessions', async (db) => {
      const all = await this.#sessions.list(db, kind, 'user' in which ? which.user : undefined);
      const ended = 'user' in which ? all : all.filter((session) => isCalled(session, which.id));
      const ids = ended.map((session) => session.sessionId);
      if (ids.length > 0) await this.#sessions.end(db, (query) => query.where('id', 'in', ids));
      return ended;
    });
  }

  async revision(): Promise<string> {
    const revision = await orStorageFailed('say what was taken back', () => readSetting(this.#db, REVISION));
    if (revision !== this.#revision) this.#cache.clear();
    this.#revision = revision;
    return revision ?? '';
  }

  takeTurn(bucket: string, rule: ThrottleRule): Promise<boolean> {
    return orStorageFailed('count an attempt', () => takeTurn(this.#db, bucket, rule, this.#clock.nowMs()));
  }

  giveTurnBack(bucket: string, rule: ThrottleRule): Promise<void> {
    return orStorageFailed('count an attempt', () => giveTurnBack(this.#db, bucket, rule));
  }

  async askForDevice(device?: string): Promise<DeviceCodes> {
    const { deviceSeconds, deviceIntervalSeconds } = this.#policy;
    const [deviceCode, userCode] = [this.#secrets.token(), this.#secrets.shortCode()];
    const waiting = {
      ...{ digest: this.#secrets.digest(deviceCode), user_code: userCode, device: device ?? null },
      expires_at_ms: this.#clock.nowMs() + deviceSeconds * 1000,
      ...{ asked_at_ms: null, user_name: null, team: null },
    };
    await orStorageFailed('remember the device', () =>
      this.#db.insertInto('device_codes').values(waiting).execute(),
    );
    return { deviceCode, userCode, lifetimeSeconds: deviceSeconds, intervalSeconds: deviceIntervalSeconds };
  }

  agreeToDevice(userCode: string, holder: Holder): Promise<boolean> {
    const typed = userCode.toUpperCase().replaceAll(/[^A-Z]/g, '');
    return orStorageFailed('let the device in', () =>
      agreeToDevice(this.#db, typed, holder, this.#clock.nowMs()),
    );
  }

  redeemDevice(deviceCode: string): Promise<Result<SessionTokens, DeviceFault>> {
    const digest = this.#secrets.digest(deviceCode);
    const intervalMs = this.#policy.deviceIntervalSeconds * 1000;
    return orStorageFailed('let the device in', () =>
      inTransaction(this.#db, async (db) => {
        const owner = await redeemDevice(db, digest, intervalMs, this.#clock.nowMs());
        return owner.ok ? ok(await this.#sessions.open(db, owner.value)) : owner;
      }),
    );
  }

  async mintSetupCode(): Promise<string | undefined> {
    if ((await this.users()).length > 0) return undefined;
    const code = this.#secrets.token();
    await orStorageFailed('keep the code', () => writeSetting(this.#db, SETUP, this.#secrets.digest(code)));
    return code;
  }

  spendSetupCode(code: string): Promise<boolean> {
    return orStorageFailed('look up the code', () =>
      inTransaction(this.#db, async (db) => {
        const spent = await db
          .deleteFrom('hub_settings')
          .where('name', '=', SETUP)
          .where('value', '=', this.#secrets.digest(code))
          .returning('name')
          .execute();
        return spent.length > 0 && (await people.users(db)).length === 0;
      }),
    );
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

  async openLive(liveToken: string): Promise<Result<Bearer, BearerFault>> {
    const bearer = await this.identify(liveToken, 'live');
    if (!bearer.ok) return bearer;
    const digest = this.#secrets.digest(liveToken);
    const isFirst = await orStorageFailed('open the connection', () => this.#sessions.spendLive(digest));
    return isFirst ? bearer : err('spent');
  }

  async prune(beforeMs: number): Promise<void> {
    await orStorageFailed('forget old sessions', () => this.#sessions.prune(beforeMs));
  }

  /** Takes something back in one transaction. */
  async #takeBack<T>(what: string, work: (db: Executor) => Promise<T>): Promise<T> {
    const answer = await orStorageFailed(what, () => inTransaction(this.#db, work));
    this.#cache.clear();
    return answer;
  }
}

/** How a person may call a session: by the beginning of its id. */
const isCalled = ({ sessionId }: SessionSummary, id: string): boolean =>
  id.length >= SHORTEST_ID && sessionId.startsWith(id);

const SHORTEST_ID = 8;

const SETUP = 'setup-code';

interface AccountDependencies {
  readonly secrets: Secrets;
  readonly clock: WallClock;
  readonly policy?: SessionPolicy | undefined;
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
