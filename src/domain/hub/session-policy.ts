/** How long the credentials of a session live. */
export interface SessionPolicy {
  readonly accessSeconds: number;
  readonly refreshSeconds: number;
  /** Of a token for one live connection, and of the connection unless it is renewed in place. */
  readonly liveSeconds: number;
  /** How long a spent refresh token still gets the answer it got first, since that answer may have been lost. */
  readonly graceSeconds: number;
  /** How long a session may be renewed: then somebody has to sign in again, however often it was. */
  readonly sessionSeconds: number;
  /** How long a device waits for a person, and how long between two of its questions. */
  readonly deviceSeconds: number;
  readonly deviceIntervalSeconds: number;
}

export const DEFAULT_SESSION_POLICY: SessionPolicy = {
  accessSeconds: 900,
  refreshSeconds: 604_800,
  liveSeconds: 900,
  graceSeconds: 60,
  sessionSeconds: 90 * 86_400,
  deviceSeconds: 900,
  deviceIntervalSeconds: 5,
};

/** What is known of a refresh token that somebody presents. */
interface PresentedRefresh {
  readonly expiresAtMs: number;
  /** When it was first spent. */
  readonly rotatedAtMs: number | undefined;
  readonly sessionRevoked: boolean;
}

/**
 * What to do with it: give it its successor, give it the same successor again, refuse it, or — `reused` — refuse it
 * and end the session, because an old token that comes back late may be somebody's copy.
 */
type RotationDecision = 'rotate' | 'repeat' | 'expired' | 'revoked' | 'reused';

export const decideRotation = (
  token: PresentedRefresh,
  policy: SessionPolicy,
  nowMs: number,
): RotationDecision => {
  if (token.sessionRevoked) return 'revoked';
  if (token.rotatedAtMs !== undefined && nowMs - token.rotatedAtMs < policy.graceSeconds * 1000)
    return 'repeat';
  // An expired token opens nothing, so its return harms nobody and must not end a session that lives on.
  if (nowMs >= token.expiresAtMs) return 'expired';
  return token.rotatedAtMs === undefined ? 'rotate' : 'reused';
};
