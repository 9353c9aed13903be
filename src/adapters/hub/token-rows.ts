import type { Executor } from './prepared-query.js';

/** A token with what is known of its session. */
export interface FoundToken {
  readonly sessionId: string;
  readonly user: string;
  readonly team: string;
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
    expiresAtMs: Number(row.expires_at_ms),
    rotatedAtMs: row.rotated_at_ms === null ? undefined : Number(row.rotated_at_ms),
    sessionRevoked: row.revoked_at_ms !== null,
    isMember: row.position !== null,
  };
};

/** A token that is there already stays as it is. */
export const insertToken = async (
  db: Executor,
  token: {
    readonly digest: string;
    readonly sessionId: string;
    readonly purpose: string;
    readonly expiresAtMs: number;
  },
): Promise<void> => {
  await db
    .insertInto('tokens')
    .values({
      digest: token.digest,
      session_id: token.sessionId,
      purpose: token.purpose,
      expires_at_ms: token.expiresAtMs,
      rotated_at_ms: null,
    })
    .onConflict((conflict) => conflict.column('digest').doNothing())
    .execute();
};

export const revokeSession = async (db: Executor, sessionId: string, nowMs: number): Promise<void> => {
  await db
    .updateTable('sessions')
    .set({ revoked_at_ms: nowMs })
    .where('id', '=', sessionId)
    .where('revoked_at_ms', 'is', null)
    .execute();
};
