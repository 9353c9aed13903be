/** How long the credentials of a session live. */
export const SESSION_POLICY = {
  accessSeconds: 900,
  refreshSeconds: 604_800,
  /** Of a token for one live connection, and of the connection unless it is renewed in place. */
  liveSeconds: 900,
  /** How long a spent refresh token still gets the answer it got first, since that answer may have been lost. */
  graceSeconds: 60,
  /** How long a session may be renewed: then somebody has to sign in again, however often it was. */
  sessionSeconds: 90 * 86_400,
  /** How long a device waits for a person, and how long between two of its questions. */
  deviceSeconds: 900,
  deviceIntervalSeconds: 5,
};

/**
 * The pair that follows a refresh token is derived from it with the hub's secret. So a repeated request gets the same
 * pair although the hub keeps no token, and nobody without the secret can foresee a successor.
 */
export const succeed = (derive: (text: string) => string, refreshToken: string) => ({
  access: derive(`access\n${refreshToken}`),
  refresh: derive(`refresh\n${refreshToken}`),
});

/** What is known of a refresh token that somebody presents. */
interface PresentedRefresh {
  readonly expiresAtMs: number;
  /** When it was first spent, or `null`. */
  readonly rotatedAtMs: number | null;
  /** When its session was opened, and when it was ended, or `null`. */
  readonly openedAtMs: number;
  readonly revokedAtMs: number | null;
}

/**
 * Why it gets no successor, the first one or the same again. `reused`: the session has to be ended too, because an old token
 * that comes back late may be somebody's copy.
 */
export const refreshFault = (
  { expiresAtMs, rotatedAtMs, openedAtMs, revokedAtMs }: PresentedRefresh,
  nowMs: number,
): 'revoked' | 'expired' | 'reused' | undefined => {
  if (revokedAtMs !== null) return 'revoked';
  if (rotatedAtMs !== null && nowMs - rotatedAtMs < SESSION_POLICY.graceSeconds * 1000) return undefined;
  // An expired token opens nothing, so its return harms nobody and must not end a session that lives on.
  if (nowMs >= Math.min(expiresAtMs, openedAtMs + SESSION_POLICY.sessionSeconds * 1000)) return 'expired';
  return rotatedAtMs === null ? undefined : 'reused';
};
