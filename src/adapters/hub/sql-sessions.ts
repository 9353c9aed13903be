import { refreshFault, SESSION_POLICY, succeed } from '../../domain/hub/session-policy.js';
import { err, ok, type Result } from '../../domain/result.js';
import type { WallClock } from '../../ports/host.js';
import type { AccountStore, Bearer, BearerFault, Holder, SessionTokens } from '../../ports/hub.js';
import { inTransaction, type Executor, type HubDatabase, rowsOf } from './hub-database.js';
import type { NodeSecrets } from './node-secrets.js';
import type { HubTables } from './schema.js';

/** What all parts of the accounts work with. */
export interface AccountNeeds extends Pick<HubDatabase, 'reads' | 'writes'> {
  readonly secrets: NodeSecrets;
  readonly clock: WallClock;
  /** The pair of tokens that follows a refresh token is derived with it. */
  readonly hubSecret: string;
  /** What the password of an unknown user is compared with, so that the answer takes as long as for a known one. */
  readonly nobodysHash: string;
}

/** Sessions and their tokens as rows. Of a token only its digest is stored. */
export const sqlSessions = (needs: AccountNeeds) => {
  const { reads, writes, secrets, clock, hubSecret } = needs;
  const rows = sessionRows(needs);

  const judge = (token: FoundToken | undefined): Result<Bearer, BearerFault> => {
    if (token === undefined) return err('unknown');
    if (token.revokedAtMs !== null) return err('revoked');
    if (clock.nowMs() >= token.expiresAtMs) return err('expired');
    if (token.position === null) return err('not-a-member');
    const { user, team, sessionId, expiresAtMs } = token;
    return ok({ user, team, sessionId, expiresAtMs });
  };

  const identify: AccountStore['identify'] = async (presented, purpose) =>
    judge(await findToken(reads, secrets.digest(presented), purpose));

  /** What still opens something, latest first. */
  const sessions: AccountStore['sessions'] = async (kind, user) => {
    const own = user === undefined ? {} : { user_name: user };
    const rows = await writes
      .selectFrom('sessions')
      .innerJoin('tokens', 'session_id', 'id')
      .select([
        'id as sessionId',
        'user_name as user',
        'team',
        'device as name',
        'opened_at_ms as openedAtMs',
      ])
      .select((row) => row.fn.max('expires_at_ms').as('expiresAtMs'))
      .where((row) => row.and({ revoked_at_ms: null, kind, ...own }))
      .groupBy('id')
      .having((row) => row.fn.max('expires_at_ms'), '>', clock.nowMs())
      .orderBy('opened_at_ms', 'desc')
      .orderBy('id')
      .execute();
    return rows.map((row) => ({ ...row, name: row.name ?? undefined }));
  };

  return {
    identify,
    sessions,

    identifyAll: async (presented, purpose) => {
      const digests = presented.map((token) => secrets.digest(token));
      const found = new Map<string, FoundToken>();
      for (let at = 0; at < digests.length; at += ASKED_AT_ONCE) {
        // Of one length, so that the texts of statements are few.
        const some = Array.from({ length: ASKED_AT_ONCE }, (_, next) => digests[at + next] ?? '');
        for (const token of await findTokens(reads, some, purpose).execute()) found.set(token.digest, token);
      }
      return digests.map((digest) => judge(found.get(digest)));
    },

    rotate: (refreshToken) => {
      const digest = secrets.digest(refreshToken);
      const nowMs = clock.nowMs();
      return inTransaction(writes, async (db) => {
        const token = await findToken(db, digest, 'refresh');
        if (token === undefined) return err('unknown');
        const fault = refreshFault(token, nowMs);
        if (fault === 'reused') await rows.end(db, { id: token.sessionId });
        if (fault !== undefined) return err(fault);
        if (token.position === null) return err('not-a-member');
        // Of two hubs that race for one token both write the same rows, so it does not matter who is first.
        await rowsOf(db, 'tokens').change({ digest, rotated_at_ms: null }, { rotated_at_ms: nowMs });
        const { access, refresh } = succeed((text) => secrets.derive(hubSecret, text), refreshToken);
        const tokens = await rows.addTokens(db, token, { access, refresh });
        const spentSeconds = Math.max(0, Math.ceil((nowMs - (token.rotatedAtMs ?? nowMs)) / 1000));
        const accessLifetimeSeconds = Math.max(1, SESSION_POLICY.accessSeconds - spentSeconds);
        return ok({ ...tokens, accessLifetimeSeconds });
      });
    },

    revoke: (refreshToken) =>
      inTransaction(writes, async (db) => {
        const token = await findToken(db, secrets.digest(refreshToken), 'refresh');
        if (token !== undefined) await rows.end(db, { id: token.sessionId });
        return token;
      }),

    endSessions: async (kind, which) => {
      const open = await sessions(kind, 'user' in which ? which.user : undefined);
      const ended = 'user' in which ? open : open.filter(({ sessionId }) => isCalled(sessionId, which.id));
      await inTransaction(writes, async (db) => {
        for (const { sessionId: id } of ended) await rows.end(db, { id });
      });
      return ended;
    },

    revision: async () => (await rowsOf(reads, 'hub_settings').find({ name: REVISION }))?.value ?? '',

    openLive: async (liveToken) => {
      const bearer = await identify(liveToken, 'live');
      if (!bearer.ok) return bearer;
      const unspent = { digest: secrets.digest(liveToken), rotated_at_ms: null };
      const isFirst = await rowsOf(writes, 'tokens').change(unspent, { rotated_at_ms: clock.nowMs() });
      return isFirst ? bearer : err('spent');
    },

    issueLiveToken: async (accessToken) => {
      const bearer = await identify(accessToken, 'access');
      if (!bearer.ok) return bearer;
      const token = secrets.token();
      const lifetimeSeconds = SESSION_POLICY.liveSeconds;
      await rows.addToken(writes, bearer.value.sessionId, 'live', token, lifetimeSeconds);
      return ok({ token, lifetimeSeconds });
    },

    prune: async (beforeMs) => {
      await writes.deleteFrom('throttles').where('full_at_ms', '<', beforeMs).execute();
      await writes.deleteFrom('device_codes').where('expires_at_ms', '<', beforeMs).execute();
      await writes.deleteFrom('tokens').where('expires_at_ms', '<', beforeMs).execute();
      await writes
        .deleteFrom('sessions')
        .where('opened_at_ms', '<', beforeMs)
        .where('id', 'not in', (query) => query.selectFrom('tokens').select('session_id'))
        .execute();
    },
  } satisfies Partial<AccountStore>;
};

/** What becomes of sessions and their tokens, inside of whatever transaction. */
export const sessionRows = ({ secrets, clock }: AccountNeeds) => {
  /** A token that is there already stays as it is. */
  const addToken = (db: Executor, session_id: string, purpose: string, token: string, seconds: number) => {
    const expires_at_ms = clock.nowMs() + seconds * 1000;
    const row = { digest: secrets.digest(token), session_id, purpose, expires_at_ms, rotated_at_ms: null };
    return rowsOf(db, 'tokens').add(row);
  };

  const addTokens = async (
    db: Executor,
    { user, team, sessionId }: Omit<Bearer, 'expiresAtMs'>,
    pair: Pick<SessionTokens, 'access' | 'refresh'>,
    accessLifetimeSeconds = SESSION_POLICY.accessSeconds,
  ): Promise<SessionTokens> => {
    const refreshLifetimeSeconds = pair.refresh === '' ? 0 : SESSION_POLICY.refreshSeconds;
    await addToken(db, sessionId, 'access', pair.access, accessLifetimeSeconds);
    if (pair.refresh !== '') await addToken(db, sessionId, 'refresh', pair.refresh, refreshLifetimeSeconds);
    return { user, team, ...pair, accessLifetimeSeconds, refreshLifetimeSeconds };
  };

  /** Tells every hub on the database that something was taken back. */
  const announce = (db: Executor): Promise<void> =>
    rowsOf(db, 'hub_settings').put({ name: REVISION, value: secrets.token() });

  return {
    addToken,
    addTokens,
    announce,

    /** With a lifetime it is the session of a program: one token, which is not renewed. */
    open: async (
      db: Executor,
      { user, team, device }: Holder & { readonly device?: string | undefined },
      programSeconds?: number,
    ): Promise<SessionTokens> => {
      // An id that begins with a hyphen could not be typed as an argument.
      const id = secrets.digest(secrets.token());
      const isProgram = programSeconds !== undefined;
      const session = {
        ...{ id, team, user_name: user, device: device ?? null, kind: isProgram ? 'program' : 'device' },
        ...{ opened_at_ms: clock.nowMs(), revoked_at_ms: null },
      };
      await db.insertInto('sessions').values(session).execute();
      const pair = { access: secrets.token(), refresh: isProgram ? '' : secrets.token() };
      return addTokens(db, { user, team, sessionId: id }, pair, programSeconds);
    },

    /** Ends what has not ended yet of these sessions. */
    end: async (db: Executor, which: Partial<HubTables['sessions']>): Promise<void> => {
      const ended = { revoked_at_ms: clock.nowMs() };
      await rowsOf(db, 'sessions').change({ ...which, revoked_at_ms: null }, ended);
      await announce(db);
    },
  };
};

/** The setting that has another value after everything that was taken back. */
const REVISION = 'accounts-revision';

/** How a person may call a session: by the beginning of its id. */
const isCalled = (sessionId: string, id: string): boolean =>
  id.length >= SHORTEST_ID && sessionId.startsWith(id);

const SHORTEST_ID = 8;

/** A token with what is known of its session. It has no position when the user is not in the session's team any more. */
const findTokens = (db: Executor, digests: readonly string[], purpose: string) =>
  db
    .selectFrom('tokens')
    .innerJoin('sessions', 'sessions.id', 'session_id')
    .leftJoin('memberships', (join) =>
      join
        .onRef('memberships.team', '=', 'sessions.team')
        .onRef('memberships.user_name', '=', 'sessions.user_name'),
    )
    .select(['digest', 'sessions.id as sessionId', 'sessions.user_name as user', 'sessions.team', 'position'])
    .select(['opened_at_ms as openedAtMs', 'revoked_at_ms as revokedAtMs'])
    .select(['expires_at_ms as expiresAtMs', 'rotated_at_ms as rotatedAtMs'])
    .where('digest', 'in', digests)
    .where('purpose', '=', purpose);

const findToken = (db: Executor, digest: string, purpose: string) =>
  findTokens(db, [digest], purpose).executeTakeFirst();

type FoundToken = NonNullable<Awaited<ReturnType<typeof findToken>>>;

const ASKED_AT_ONCE = 500;
