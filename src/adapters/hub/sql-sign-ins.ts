import { sql } from 'kysely';
import { err, ok, type Result } from '../../domain/result.js';
import type {
  DeviceCodes,
  DeviceFault,
  Holder,
  SessionTokens,
  SignInFault,
  SignInRequest,
  ThrottleRule,
} from '../../ports/hub.js';
import { type Executor, inTransaction, writeSetting } from './hub-database.js';
import type { SqlPeople } from './sql-people.js';
import type { AccountNeeds, SqlSessions } from './sql-sessions.js';

/** The ways into a session: passwords, devices that a person lets in, the first user's code; and how often one may try. */
export class SqlSignIns {
  readonly #needs: AccountNeeds;
  readonly #db: Executor;
  readonly #people: SqlPeople;
  readonly #sessions: SqlSessions;

  constructor(needs: AccountNeeds, people: SqlPeople, sessions: SqlSessions) {
    this.#needs = needs;
    this.#db = needs.database.writes;
    this.#people = people;
    this.#sessions = sessions;
  }

  async prove({ username, password, team: wanted }: SignInRequest): Promise<Result<Holder, SignInFault>> {
    const user = await this.#db
      .selectFrom('users')
      .select(['name', 'password_hash'])
      .where('name', 'in', [username, username.normalize('NFC')])
      .executeTakeFirst();
    const { secrets, nobodysHash } = this.#needs;
    const matches = await secrets.verifyPassword(password, user?.password_hash ?? nobodysHash);
    if (user === undefined || !matches) return err('wrong-credentials');
    const teams = await this.#people.teamsOf(user.name);
    const team = wanted ?? teams[0];
    return team === undefined || !teams.includes(team) ? err('no-team') : ok({ user: user.name, team });
  }

  async signIn(request: SignInRequest): Promise<Result<SessionTokens, SignInFault>> {
    const proven = await this.prove(request);
    if (!proven.ok) return proven;
    const owner = { ...proven.value, device: request.device };
    return ok(await inTransaction(this.#db, (db) => this.#sessions.open(db, owner)));
  }

  async issueProgramToken(
    user: string,
    team: string,
    lifetimeSeconds: number,
    name?: string,
  ): Promise<Result<SessionTokens, SignInFault>> {
    if (!(await this.#people.teamsOf(user)).includes(team)) return err('no-team');
    const owner = { user, team, device: name };
    return ok(
      await inTransaction(this.#db, (db) => this.#sessions.openForProgram(db, owner, lifetimeSeconds)),
    );
  }

  async askForDevice(device?: string): Promise<DeviceCodes> {
    const { secrets, clock, policy } = this.#needs;
    const { deviceSeconds: lifetimeSeconds, deviceIntervalSeconds: intervalSeconds } = policy;
    const [deviceCode, userCode] = [secrets.token(), secrets.shortCode()];
    const waiting = {
      ...{ digest: secrets.digest(deviceCode), user_code: userCode, device: device ?? null },
      expires_at_ms: clock.nowMs() + lifetimeSeconds * 1000,
      ...{ asked_at_ms: null, user_name: null, team: null },
    };
    await this.#db.insertInto('device_codes').values(waiting).execute();
    return { deviceCode, userCode, lifetimeSeconds, intervalSeconds };
  }

  async agreeToDevice(userCode: string, { user, team }: Holder): Promise<boolean> {
    const agreed = await this.#db
      .updateTable('device_codes')
      .set({ user_name: user, team })
      .where('user_code', '=', userCode.toUpperCase().replaceAll(/[^A-Z]/g, ''))
      .where('user_name', 'is', null)
      .where('expires_at_ms', '>', this.#needs.clock.nowMs())
      .returning('user_code')
      .execute();
    return agreed.length > 0;
  }

  redeemDevice(deviceCode: string): Promise<Result<SessionTokens, DeviceFault>> {
    const { secrets, clock, policy } = this.#needs;
    const digest = secrets.digest(deviceCode);
    const nowMs = clock.nowMs();
    return inTransaction(this.#db, async (db) => {
      const row = await db
        .selectFrom('device_codes')
        .selectAll()
        .where('digest', '=', digest)
        .executeTakeFirst();
      if (row === undefined || row.expires_at_ms <= nowMs) return err('expired');
      const { user_name: user, team, device, asked_at_ms: askedAtMs } = row;
      if (user === null || team === null) {
        await db
          .updateTable('device_codes')
          .set({ asked_at_ms: nowMs })
          .where('digest', '=', digest)
          .execute();
        const isEarly = askedAtMs !== null && nowMs - askedAtMs < policy.deviceIntervalSeconds * 1000;
        return err(isEarly ? 'slow-down' : 'pending');
      }
      const taking = db.deleteFrom('device_codes').where('digest', '=', digest).returning('digest');
      if ((await taking.execute()).length === 0) return err('expired');
      return ok(await this.#sessions.open(db, { user, team, device: device ?? undefined }));
    });
  }

  async mintSetupCode(): Promise<string | undefined> {
    if ((await this.#people.users()).length > 0) return undefined;
    const code = this.#needs.secrets.token();
    await writeSetting(this.#db, SETUP, this.#needs.secrets.digest(code));
    return code;
  }

  async spendSetupCode(code: string): Promise<boolean> {
    const setting = { name: SETUP, value: this.#needs.secrets.digest(code) };
    const spending = this.#db.deleteFrom('hub_settings').where((row) => row.and(setting));
    const spent = await spending.returning('name').execute();
    return spent.length > 0 && (await this.#people.users()).length === 0;
  }

  /**
   * A token bucket as one number: the time at which it is full again. To take a token is to move that time on by one
   * interval, and it may lie at most `burst` intervals ahead. One statement reads, decides and writes, so that every hub
   * on the database shares the bucket.
   */
  async takeTurn(name: string, { burst, everyMs }: ThrottleRule): Promise<boolean> {
    const nowMs = this.#needs.clock.nowMs();
    const next = sql<number>`case when throttles.full_at_ms > ${nowMs} then throttles.full_at_ms else ${nowMs} end + ${everyMs}`;
    const taken = await this.#db
      .insertInto('throttles')
      .values({ name, full_at_ms: nowMs + everyMs })
      .onConflict((conflict) =>
        conflict
          .column('name')
          .doUpdateSet({ full_at_ms: next })
          .where(next, '<=', nowMs + burst * everyMs),
      )
      .returning('name')
      .execute();
    return taken.length > 0;
  }

  async giveTurnBack(name: string, { everyMs }: ThrottleRule): Promise<void> {
    await this.#db
      .updateTable('throttles')
      .set((row) => ({ full_at_ms: row('full_at_ms', '-', everyMs) }))
      .where('name', '=', name)
      .execute();
  }
}

const SETUP = 'setup-code';
