import { SyncError, unreachable } from '../../domain/errors.js';
import { isSameAccount, type Account, type HubAddress } from '../../domain/outbox/account.js';
import { err, ok, type Result } from '../../domain/result.js';
import type { BatchTransport, IssuerFault, ReadAnswer, ReceiptAnswer } from '../../ports/delivery.js';
import type { AccessAnswer, AccessTokens, Granted, NotGranted } from './access-token.js';

type Tokens = Pick<AccessTokens, 'get' | 'renew'>;

/**
 * Asks a hub with a token, and once more with another one where it does not accept the first. Where the answer is to be
 * about an `account`, and somebody else has signed in since, nobody is asked: a token goes to its own hub alone.
 */
export const askWithToken = async <A>(
  tokens: Tokens,
  account: Account | undefined,
  ask: (access: Granted) => Promise<A>,
  isUnauthorized: (answer: A) => boolean,
  signal?: AbortSignal,
): Promise<A | NotGranted> => {
  const first = ofAccount(account, await tokens.get(signal));
  if (first.state !== 'granted') return first;
  const answer = await ask(first);
  if (!isUnauthorized(answer)) return answer;
  const other = ofAccount(account, await tokens.renew(first.token, signal));
  return other.state === 'granted' ? ask(other) : other;
};

const ofAccount = (account: Account | undefined, answer: AccessAnswer): AccessAnswer =>
  answer.state === 'granted' && account !== undefined && !isSameAccount(answer.account, account)
    ? { state: 'unavailable', reason: 'another account was signed in' }
    : answer;

/**
 * A token for a command that cannot do without: fails with `not-signed-in`, `session-expired` or `unreachable`, each
 * with what to do next.
 */
export const grantedAccess = async (tokens: Pick<Tokens, 'get'>, signal?: AbortSignal): Promise<Granted> => {
  const answer = await tokens.get(signal);
  if (answer.state === 'granted') return answer;
  throw refusal(answer, signal);
};

const refusal = (answer: NotGranted, signal: AbortSignal | undefined): SyncError => {
  switch (answer.state) {
    case 'signed-out':
      return new SyncError('not-signed-in', 'Nobody is signed in.', { hint: SIGN_IN });
    case 'session-expired':
      return expired(`${answer.hub.url} does not know this sign-in any more.`);
    case 'unusable':
      return new SyncError('not-signed-in', `The sign-in cannot be used: ${answer.reason}.`, {
        hint: SIGN_IN,
      });
    case 'unavailable':
      throwIfAborted(signal);
      return new SyncError('unreachable', `The hub cannot be used now: ${answer.reason}.`, {
        hint: 'Nothing is lost. Try again when the hub can be reached.',
      });
    default:
      return unreachable(answer);
  }
};

/** A hub, and a token that it has issued. */
export interface Whom {
  readonly hub: HubAddress;
  readonly accessToken: string;
}

/**
 * Asks the hub of an account for a page of what it has, which `what` names in the plural. Fails as {@link grantedAccess}
 * does, and with `unreachable` where nothing usable is answered.
 */
export const askForPage = async <A extends ReceiptAnswer | ReadAnswer>(
  tokens: Tokens,
  account: Account,
  what: string,
  ask: (whom: Whom) => Promise<A>,
  signal?: AbortSignal,
): Promise<Answered<A>> => {
  const isUnauthorized = ({ answer }: ReceiptAnswer | ReadAnswer): boolean => answer === 'unauthorized';
  const askHub = ({ account: { hub }, token }: Granted): Promise<A> => ask({ hub, accessToken: token });
  const answer = await askWithToken(tokens, account, askHub, isUnauthorized, signal);
  const { url } = account.hub;
  if ('state' in answer) throw refusal(answer, signal);
  if (answer.answer === 'unauthorized') throw expired(`${url} does not accept this sign-in any more.`);
  if (answer.answer !== 'unavailable') return answer as Answered<A>;
  throwIfAborted(signal);
  throw new SyncError('unreachable', `${url} gave no ${what}: ${answer.reason}.`, {
    hint: 'Try again when the hub can be reached: spec-kitty sync status --check',
  });
};

type Answered<A> = Exclude<A, { readonly answer: 'unauthorized' | 'unavailable' }>;

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
