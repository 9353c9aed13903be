import type { UpdateQueryBuilder, UpdateResult } from 'kysely';
import { decideRotation, succeed, type SessionPolicy } from '../../domain/hub/session-policy.js';
import { err, ok, type Result } from '../../domain/result.js';
import type { WallClock } from '../../ports/host.js';
import type {
  Bearer,
  BearerFault,
  Holder,
  IssuedLiveToken,
  RefreshFault,
  Secrets,
  SessionChoice,
  SessionKind,
  SessionSummary,
  SessionTokens,
  TokenPurpose,
} from '../../ports/hub.js';
import { type Executor, type HubDatabase, inTransaction, readSetting, writeSetting } from './hub-database.js';
import type { HubTables } from './schema.js';

type SessionUpdate = UpdateQueryBuilder<HubTables, 'sessions', 'sessions', UpdateResult>;

/** What all parts of the accounts work with. */
export interface AccountNeeds {
  readonly database: HubDatabase;
  readonly secrets: Secrets;
  readonly clock: WallClock;
  readonly policy: SessionPolicy;
  /** The pair of tokens that follows a refresh token is derived with it. */
  readonly hubSecret: string;
  /** What the password of an unknown user is compared with, so that the answer takes as long as for a known one. */
  readonly nobodysHash: string;
}

interface SessionOwner extends Holder {
  readonly device?: string | undefined;
}

/** Sessions and their tokens as rows. Of a token only its digest is stored. */
export class SqlSessions {
  readonly #needs: AccountNeeds;
  readonly #db: Executor;

  constructor(needs: AccountNeeds) {
    this.#needs = needs;
    this.#db = needs.database.writes;
  }

  /** Inside a transaction. */
  async open(db: Executor, owner: SessionOwner): Promise<SessionTokens> {
    const { secrets, policy } = this.#needs;
    const [access, refresh] = [secrets.token(), secrets.token()];
    const session = await this.#insertSession(db, owner, 'device');
    await this.#insert(db, session, 'access', access, policy.accessSeconds);
    await this.#insert(db, session, 'refresh', refresh, policy.refreshSeconds);
    return this.#tokens(owner, access, refresh, policy.accessSeconds);
  }

  /** Inside a transaction. */
  async openForProgram(db: Executor, owner: SessionOwner, lifetimeSeconds: number): Promise<SessionTokens> {
    const access = this.#needs.secrets.token();
    const session = await this.#insertSession(db, owner, 'program');
    await this.#insert(db, session, 'access', access, lifetimeSeconds);
    return { ...this.#tokens(owner, access, '', lifetimeSeconds), refreshLifetimeSeconds: 0 };
  }

  rotate(refreshToken: string): Promise<Result<SessionTokens, RefreshFault>> {
    const { secrets, clock, policy, hubSecret } = this.#needs;
    const digest = secrets.digest(refreshToken);
    const nowMs = clock.nowMs();
    return inTransaction(this.#db, async (db) => {
      const token = await findToken(db, digest, 'refresh');
      if (token === undefined) return err('unknown');
      const endsAtMs = token.openedAtMs + policy.sessionSeconds * 1000;
      const expiresAtMs = Math.min(token.expiresAtMs, endsAtMs);
      const decision = decideRotation({ ...token, expiresAtMs }, policy, nowMs);
      switch (decision) {
        case 'reused':
          await this.end(db, (query) => query.where('id', '=', token.sessionId));
          return err('reused');
        case 'revoked':
        case 'expired':
          return err(decision);
        case 'rotate':
        case 'repeat':
          if (!token.isMember) return err('not-a-member');
          break;
      }
      const { accessSeconds, refreshSeconds } = policy;
      const { access, refresh } = succeed((text) => secrets.derive(hubSecret, text), refreshToken);
      // Of two hubs that race for one token both write the same rows, so it does not matter who is first.
      await db
        .updateTable('tokens')
        .set({ rotated_at_ms: nowMs })
        .where('digest', '=', digest)
        .where('rotated_at_ms', 'is', null)
        .execute();
      await this.#insert(db, token.sessionId, 'access', access, accessSeconds);
      await this.#insert(db, token.sessionId, 'refresh', refresh, refreshSeconds);
      const spentSeconds = Math.max(0, Math.ceil((nowMs - (token.rotatedAtMs ?? nowMs)) / 1000));
      return ok(this.#tokens(token, access, refresh, Math.max(1, accessSeconds - spentSeconds)));
    });
  }

  revoke(refreshToken: string): Promise<Pick<Bearer, 'user' | 'team' | 'sessionId'> | undefined> {
    return inTransaction(this.#db, async (db) => {
      const token = await findToken(db, this.#needs.secrets.digest(refreshToken), 'refresh');
      if (token !== undefined) await this.end(db, (query) => query.where('id', '=', token.sessionId));
      return token;
    });
  }

  /** Ends what has not ended yet of the sessions that `choose` leaves. */
  async end(db: Executor, choose: (sessions: SessionUpdate) => SessionUpdate): Promise<void> {
    const ending = db.updateTable('sessions').set({ revoked_at_ms: this.#needs.clock.nowMs() });
    await choose(ending.where('revoked_at_ms', 'is', null)).execute();
    await this.announce(db);
  }

  /** Tells every hub on the database that something was taken back. */
  announce(db: Executor): Promise<void> {
    return writeSetting(db, REVISION, this.#needs.secrets.token());
  }

  /** What still opens something, latest first. */
  async sessions(kind: SessionKind, user?: string): Promise<readonly SessionSummary[]> {
    const rows = await this.#db
      .selectFrom('sessions')
      .innerJoin('tokens', 'tokens.session_id', 'sessions.id')
      .select(SUMMARY)
      .select((row) => row.fn.max('tokens.expires_at_ms').as('expires_at_ms'))
      .where('sessions.revoked_at_ms', 'is', null)
      .where('sessions.kind', '=', kind)
      .$if(user !== undefined, (query) => query.where('sessions.user_name', '=', user ?? ''))
      .groupBy(SUMMARY)
      .having((row) => row.fn.max('tokens.expires_at_ms'), '>', this.#needs.clock.nowMs())
      .orderBy('sessions.opened_at_ms', 'desc')
      .orderBy('sessions.id')
      .execute();
    return rows.map((row) => ({
      sessionId: row.id,
      user: row.user_name,
      team: row.team,
      name: row.device ?? undefined,
      openedAtMs: row.opened_at_ms,
      expiresAtMs: row.expires_at_ms,
    }));
  }

  async endSessions(kind: SessionKind, which: SessionChoice): Promise<readonly SessionSummary[]> {
    const open = await this.sessions(kind, 'user' in which ? which.user : undefined);
    const ended = 'user' in which ? open : open.filter((session) => isCalled(session, which.id));
    const ids = ended.map((session) => session.sessionId);
    if (ids.length > 0)
      await inTransaction(this.#db, (db) => this.end(db, (query) => query.where('id', 'in', ids)));
    return ended;
  }

  async revision(): Promise<string> {
    return (await readSetting(this.#needs.database.reads, REVISION)) ?? '';
  }

  async openLive(liveToken: string): Promise<Result<Bearer, BearerFault>> {
    const bearer = await this.identify(liveToken, 'live');
    if (!bearer.ok) return bearer;
    const spent = await this.#db
      .updateTable('tokens')
      .set({ rotated_at_ms: this.#needs.clock.nowMs() })
      .where('digest', '=', this.#needs.secrets.digest(liveToken))
      .where('rotated_at_ms', 'is', null)
      .returning('digest')
      .execute();
    return spent.length > 0 ? bearer : err('spent');
  }

  async issueLiveToken(accessToken: string): Promise<Result<IssuedLiveToken, BearerFault>> {
    const bearer = await this.identify(accessToken, 'access');
    if (!bearer.ok) return bearer;
    const { secrets, policy } = this.#needs;
    const token = secrets.token();
    await this.#insert(this.#db, bearer.value.sessionId, 'live', token, policy.liveSeconds);
    return ok({ token, lifetimeSeconds: policy.liveSeconds });
  }

  async identify(presented: string, purpose: TokenPurpose): Promise<Result<Bearer, BearerFault>> {
    const { database, secrets, clock } = this.#needs;
    const token = await findToken(database.reads, secrets.digest(presented), purpose);
    if (token === undefined) return err('unknown');
    if (token.sessionRevoked) return err('revoked');
    if (clock.nowMs() >= token.expiresAtMs) return err('expired');
    if (!token.isMember) return err('not-a-member');
    const { user, team, sessionId, expiresAtMs } = token;
    return ok({ user, team, sessionId, expiresAtMs });
  }

  async prune(beforeMs: number): Promise<void> {
    await this.#db.deleteFrom('throttles').where('full_at_ms', '<', beforeMs).execute();
    await this.#db.deleteFrom('device_codes').where('expires_at_ms', '<', beforeMs).execute();
    await this.#db.deleteFrom('tokens').where('expires_at_ms', '<', beforeMs).execute();
    await this.#db
      .deleteFrom('sessions')
      .where('opened_at_ms', '<', beforeMs)
      .where('id', 'not in', (query) => query.selectFrom('tokens').select('session_id'))
      .execute();
  }

  async #insertSession(db: Executor, owner: SessionOwner, kind: SessionKind): Promise<string> {
    // An id that begins with a hyphen could not be typed as an argument.
    const id = this.#needs.secrets.digest(this.#needs.secrets.token());
    await db
      .insertInto('sessions')
      .values({
        id,
        team: owner.team,
        user_name: owner.user,
        device: owner.device ?? null,
        kind,
        opened_at_ms: this.#needs.clock.nowMs(),
        revoked_at_ms: null,
      })
      .execute();
    return id;
  }

  /** A token that is there already stays as it is. */
  async #insert(db: Executor, session_id: string, purpose: string, token: string, seconds: number) {
    const [digest, expires_at_ms] = [
      this.#needs.secrets.digest(token),
      this.#needs.clock.nowMs() + seconds * 1000,
    ];
    await db
      .insertInto('tokens')
      .values({ digest, session_id, purpose, expires_at_ms, rotated_at_ms: null })
      .onConflict((conflict) => conflict.column('digest').doNothing())
      .execute();
  }

  #tokens(
    owner: SessionOwner,
    access: string,
    refresh: string,
    accessLifetimeSeconds: number,
  ): SessionTokens {
    const { refreshSeconds: refreshLifetimeSeconds } = this.#needs.policy;
    const { user, team } = owner;
    return { user, team, access, refresh, accessLifetimeSeconds, refreshLifetimeSeconds };
  }
}

/** How a person may call a session: by the beginning of its id. */
const isCalled = ({ sessionId }: SessionSummary, id: string): boolean =>
  id.length >= SHORTEST_ID && sessionId.startsWith(id);

const SHORTEST_ID = 8;

const SUMMARY = [
  ...(['sessions.id', 'sessions.user_name', 'sessions.team'] as const),
  ...(['sessions.device', 'sessions.opened_at_ms'] as const),
];

/** The setting that has another value after everything that was taken back. */
const REVISION = 'accounts-revision';

/** A token with what is known of its session. */
interface FoundToken extends Bearer {
  readonly openedAtMs: number;
  readonly rotatedAtMs: number | undefined;
  readonly sessionRevoked: boolean;
  /** Whether the user is still in the team that the session is for. */
  readonly isMember: boolean;
}

const findToken = async (db: Executor, digest: string, purpose: string): Promise<FoundToken | undefined> => {
  const row = await db
    .selectFrom('tokens')
    .innerJoin('sessions', 'sessions.id', 'tokens.session_id')
    .leftJoin('memberships', (join) =>
      join
        .onRef('memberships.team', '=', 'sessions.team')
        .onRef('memberships.user_name', '=', 'sessions.user_name'),
    )
    .select([
      'sessions.id',
      'sessions.user_name',
      'sessions.team',
      'sessions.opened_at_ms',
      'sessions.revoked_at_ms',
      'tokens.expires_at_ms',
      'tokens.rotated_at_ms',
      'memberships.position',
    ])
    .where('tokens.digest', '=', digest)
    .where('tokens.purpose', '=', purpose)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  return {
    sessionId: row.id,
    user: row.user_name,
    team: row.team,
    openedAtMs: row.opened_at_ms,
    expiresAtMs: row.expires_at_ms,
    rotatedAtMs: row.rotated_at_ms === null ? undefined : row.rotated_at_ms,
    sessionRevoked: row.revoked_at_ms !== null,
    isMember: row.position !== null,
  };
};
