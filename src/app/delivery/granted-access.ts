import type { Account } from '../../domain/outbox/account.js';
import { SyncError, unreachable } from '../../domain/errors.js';
import type { AccessTokens } from './access-token.js';

/** A token and the only hub that it may be sent to. */
export interface Access {
  readonly token: string;
  readonly account: Account;
}

/**
 * A token for a command that cannot do without: fails with `not-signed-in`, `session-expired` or `unreachable`, each
 * with what to do next. `refusedToken`: the hub has refused this one.
 */
export const grantedAccess = async (
  tokens: Pick<AccessTokens, 'get' | 'renew'>,
  signal?: AbortSignal,
  refusedToken?: string,
): Promise<Access> => {
  const answer =
    refusedToken === undefined ? await tokens.get(signal) : await tokens.renew(refusedToken, signal);
  switch (answer.state) {
    case 'granted':
      return answer;
    case 'signed-out':
      throw new SyncError('not-signed-in', 'Nobody is signed in.', { hint: SIGN_IN });
    case 'session-expired':
      throw new SyncError(
        'session-expired',
        `${answer.account.hub.url} does not know this sign-in any more.`,
        {
          hint: 'Sign in again: spec-kitty auth login',
        },
      );
    case 'unusable':
      throw new SyncError('not-signed-in', `The sign-in cannot be used: ${answer.reason}.`, {
        hint: SIGN_IN,
      });
    case 'unavailable':
      throwIfAborted(signal);
      throw new SyncError('unreachable', `The hub cannot be used now: ${answer.reason}.`, {
        hint: 'Nothing is lost. Try again when the hub can be reached.',
      });
    default:
      return unreachable(answer);
  }
};

/** Nothing that went wrong after an interruption says anything about the hub. */
export const throwIfAborted = (signal: AbortSignal | undefined): void => {
  if (signal?.aborted === true) throw new SyncError('interrupted', 'The command was interrupted.');
};

const SIGN_IN = 'Sign in with: spec-kitty auth login';
