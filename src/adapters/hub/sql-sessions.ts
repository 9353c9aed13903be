import type { Kysely, UpdateQueryBuilder, UpdateResult } from 'kysely';
import { decideRotation, succeed, type SessionPolicy } from '../../domain/hub/session-policy.js';
import { err, ok } from '../../domain/result.js';
import type { Result } from '../../domain/result.js';
import type { WallClock } from '../../ports/host.js';
import type {
  Bearer,
  BearerFault,
  IssuedLiveToken,
  RefreshFault,
  Secrets,
  SessionKind,
  SessionSummary,
  SessionTokens,
  TokenPurpose,
} from '../../ports/hub.js';
import { inTransaction } from './hub-database.js';
import { writeSetting } from './hub-settings.js';
import type { Executor } from './prepared-query.js';
import type { HubTables } from './schema.js';

type SessionUpdate = UpdateQueryBuilder<HubTables, 'sessions', 'sessions', UpdateResult>;

interface SessionOwner {
  readonly user: string;
  readonly team: string;
  readonly device?: string | undefined;
}

interface SessionNeeds {
  readonly secrets: Secrets;
  readonly clock: WallClock;
  readonly policy: SessionPolicy;
  readonly hubSecret: string;
}

/** Sessions and their tokens as rows. Of a token only its digest is stored. */
export class SqlSessions {
  readonly #db: Kysely<HubTables>;
  readonly #needs: SessionNeeds;

  constructor(db: Kysely<HubTables>, needs: SessionNeeds) {
    this.#db = db;
    this.#needs = needs;
  }

  /** Inside a transaction. */
  async open(db: Executor, owner: SessionOwner): Promise<SessionTokens> {
    const { accessSeconds, refreshSeconds } = this.#needs.policy;
    const access = this.#needs.secrets.token();
    const refresh = this.#needs.secrets.token();
    const session = await this.#insertSession(db, owner, 'device');
    await this.#insert(db, session, 'access', access, accessSeconds);
    await this.#insert(db, session, 'refresh', refresh, refreshSeconds);
    return this.#tokens(owner, access, refresh, accessSeconds);
  }

  openForProgram(owner: SessionOwner, lifetimeSeconds: number): Promise<SessionTokens> {
    const access = this.#needs.secrets.token();
    return inTransaction(this.#db, async (db) => {
      const session = await this.#insertSession(db, owner, 'program');
      await this.#insert(db, session, 'access', access, lifetimeSeconds);
      return { ...this.#tokens(owner, access, '', lifetimeSeconds), refreshLifetimeSeconds: 0 };
    });
  }

  rotate(refreshToken: string): Promise<Result<SessionTokens, RefreshFault>> {
    const digest = this.#needs.secrets.digest(refreshToken);
    const nowMs = this.#needs.clock.nowMs();
    return inTransaction(this.#db, async (db) => {
      const token = await findToken(db, digest, 'refresh');
      if (token === undefined) return err('unknown');
      const endsAtMs = token.openedAtMs + this.#needs.policy.sessionSeconds * 1000;
      const decision = decideRotation(
        { ...token, expiresAtMs: Math.min(token.expiresAtMs, endsAtMs) },
        this.#needs.policy,
        nowMs,
      );
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
      const { accessSeconds, refreshSeconds } = this.#needs.policy;
      const { access, refresh } = succeed(
        (text) => this.#needs.secrets.derive(this.#needs.hubSecret, text),
        refreshToken,
      );
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
  async list(db: Executor, kind: SessionKind, user: string | undefined): Promise<readonly SessionSummary[]> {
    const rows = await db
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
      openedAtMs: Number(row.opened_at_ms),
      expiresAtMs: Number(row.expires_at_ms),
    }));
  }

  /** Whether the token had opened nothing before. */
  async spendLive(digest: string): Promise<boolean> {
    const spent = await this.#db
      .updateTable('tokens')
      .set({ rotated_at_ms: this.#needs.clock.nowMs() })
      .where('digest', '=', digest)
      .where('rotated_at_ms', 'is', null)
      .returning('digest')
      .execute();
    return spent.length > 0;
  }

  async issueLiveToken(sessionId: string): Promise<IssuedLiveToken> {
    const token = this.#needs.secrets.token();
    await this.#insert(this.#db, sessionId, 'live', token, this.#needs.policy.liveSeconds);
    return { token, lifetimeSeconds: this.#needs.policy.liveSeconds };
  }

  async identify(digest: string, purpose: TokenPurpose): Promise<Result<Bearer, BearerFault>> {
    const token = await findToken(this.#db, digest, purpose);
    if (token === undefined) return err('unknown');
    if (token.sessionRevoked) return err('revoked');
    if (this.#needs.clock.nowMs() >= token.expiresAtMs) return err('expired');
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

const SUMMARY = [
  ...(['sessions.id', 'sessions.user_name', 'sessions.team'] as const),
  ...(['sessions.device', 'sessions.opened_at_ms'] as const),
];

/** The setting that has another value after everything that was taken back. */
export const REVISION = 'accounts-revision';

/** A token with what is known of its session. */
interface FoundToken {
  readonly sessionId: string;
  readonly user: string;
  readonly team: string;
  readonly openedAtMs: number;
  readonly expiresAtMs: number;
  readonly rotatedAtMs: number | undefined;
  readonly sessionRevoked: boolean;
  /** Whether the user is still in the team that the session is for. */
  readonly isMember: boolean;
}

export const findToken = async (
  db: Executor,
  digest: string,
  purpose: string,
): Promise<FoundToken | undefined> => {
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
    openedAtMs: Number(row.opened_at_ms),
    expiresAtMs: Number(row.expires_at_ms),
    rotatedAtMs: row.rotated_at_ms === null ? undefined : Number(row.rotated_at_ms),
    sessionRevoked: row.revoked_at_ms !== null,
    isMember: row.position !== null,
  };
};
