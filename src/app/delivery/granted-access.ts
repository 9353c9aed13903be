import { SyncError, unreachable } from '../../domain/errors.js';
import type { Account, HubAddress } from '../../domain/outbox/account.js';
import { err, ok, type Result } from '../../domain/result.js';
import type { BatchTransport, IssuerFault } from '../../ports/delivery.js';
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
      throw expired(`${answer.account.hub.url} does not know this sign-in any more.`);
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

/** Whom to ask, and for what, in the plural. */
interface Question {
  readonly hub: HubAddress;
  readonly what: string;
}

type Given<A> = Exclude<A, { readonly answer: 'unauthorized' | 'unavailable' }>;

/**
 * Asks a hub for something, and once more with another token when it does not accept the one it was asked with. Fails as
 * {@link grantedAccess} does, and with `unreachable` where nothing usable is answered.
 */
export const askWithAccess = async <
  A extends { readonly answer: string } | { readonly answer: 'unavailable'; readonly reason: string },
>(
  tokens: Pick<AccessTokens, 'get' | 'renew'>,
  { hub, what }: Question,
  ask: (accessToken: string) => Promise<A>,
  signal?: AbortSignal,
): Promise<Given<A>> => {
  let { token } = await grantedAccess(tokens, signal);
  for (let isRenewed = false; ; isRenewed = true) {
    const answer = await ask(token);
    if (answer.answer === 'unavailable' && 'reason' in answer) {
      throwIfAborted(signal);
      throw new SyncError('unreachable', `${hub.url} gave no ${what}: ${answer.reason}.`, {
        hint: 'Try again when the hub can be reached: spec-kitty sync status --check',
      });
    }
    if (answer.answer !== 'unauthorized') return answer as Given<A>;
    if (isRenewed) throw expired(`${hub.url} does not accept this sign-in any more.`);
    ({ token } = await grantedAccess(tokens, signal, token));
  }
};

const expired = (message: string): SyncError =>
  new SyncError('session-expired', message, { hint: 'Sign in again: spec-kitty auth login' });

/** Nothing that went wrong after an interruption says anything about the hub. */
export const throwIfAborted = (signal: AbortSignal | undefined): void => {
  if (signal?.aborted === true) throw new SyncError('interrupted', 'The command was interrupted.');
};

const SIGN_IN = 'Sign in with: spec-kitty auth login';

/**
 * Whether a hub that cannot say whose a token is takes it: it shows that by how it takes a batch without events. What
 * answers every question with 404 is no hub.
 */
export const proveToken = async (
  transport: Pick<BatchTransport, 'send'>,
  hub: HubAddress,
  accessToken: string,
  signal?: AbortSignal,
): Promise<Result<undefined, IssuerFault>> => {
  const taken = await transport.send({ hub, accessToken, events: [] }, signal);
  switch (taken.outcome) {
    case 'unauthorized':
      return err({ fault: 'refused', reason: 'the access token is not accepted' });
    case 'unavailable':
    case 'forbidden':
    case 'protocol-mismatch':
    case 'unexpected':
      return err({ fault: 'unavailable', reason: taken.reason });
    default:
      // What is wrong with the batch is said to whoever may send one.
      return ok(undefined);
  }
};
