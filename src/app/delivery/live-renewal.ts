import { isSameAccount, type Account } from '../../domain/outbox/account.js';
import type { LiveToken } from '../../ports/delivery.js';
import type { Timer } from '../../ports/host.js';
import type { LiveSession } from '../../ports/delivery.js';

/** A session, and for how long the token with which it was opened is good. */
export interface ValidFor {
  readonly session: LiveSession;
  readonly account: Account;
  readonly lifetimeSeconds: number;
}

export interface IssuedLive {
  readonly account: Account;
  readonly live: LiveToken;
}

/**
 * Renews the token of a session in place, well before it expires, until the session is over. Only where the hub
 * announced that it can; elsewhere the hub ends the session, and the next one has a token of its own. Rejects when the
 * session is over.
 */
export const keepValid = async (
  { session, account, lifetimeSeconds }: ValidFor,
  issue: () => Promise<IssuedLive | string>,
  timer: Timer,
  over: AbortSignal,
): Promise<void> => {
  if (session.snapshot.capabilities?.includes('auth') !== true) return;
  for (let waitMs = renewalAfterMs(lifetimeSeconds); ;) {
    await timer.sleep(waitMs, over);
    if (over.aborted) return;
    const issued = await issue();
    if (over.aborted) return;
    if (typeof issued === 'string') waitMs = RETRY_MS;
    // Somebody else signed in: the next session is theirs.
    else if (!isSameAccount(issued.account, account)) return session.close();
    else {
      await session.renew(issued.live.token);
      waitMs = renewalAfterMs(issued.live.lifetimeSeconds);
    }
  }
};

const LEEWAY_MS = 60_000;
const RETRY_MS = 10_000;

/** A short-lived token is renewed when half of its life is over. */
const renewalAfterMs = (lifetimeSeconds: number): number =>
  Math.max(lifetimeSeconds * 500, lifetimeSeconds * 1000 - LEEWAY_MS);
