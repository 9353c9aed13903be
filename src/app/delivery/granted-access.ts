import { SyncError, unreachable } from '../../domain/errors.js';
import type { HubAddress } from '../../domain/outbox/account.js';
import { err, ok, type Result } from '../../domain/result.js';
import type { BatchTransport, IssuerFault, ReadAnswer, ReceiptAnswer } from '../../ports/delivery.js';
import type { AccessTokens, Granted, NotGranted } from './access-token.js';

type Tokens = Pick<AccessTokens, 'get' | 'renew'>;

/** Asks a hub with a token, and once more with another one where it does not accept the first. */
export const askWithToken = async <A>(
  tokens: Tokens,
  ask: (access: Granted) => Promise<A>,
  isUnauthorized: (answer: A) => boolean,
  signal?: AbortSignal,
): Promise<A | NotGranted> => {
  const first = await tokens.get(signal);
  if (first.state !== 'granted') return first;
  const answer = await ask(first);
  if (!isUnauthorized(answer)) return answer;
  const other = await tokens.renew(first.token, signal);
  return other.state === 'granted' ? ask(other) : other;
};

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

/**
 * Asks a hub for a page of what it has, which `what` names in the plural. Fails as {@link grantedAccess} does, and with
 * `unreachable` where nothing usable is answered.
 */
export const askForPage = async <A extends ReceiptAnswer | ReadAnswer>(
  tokens: Tokens,
  { hub, what }: { readonly hub: HubAddress; readonly what: string },
  ask: (accessToken: string) => Promise<A>,
  signal?: AbortSignal,
): Promise<Answered<A>> => {
  const isUnauthorized = ({ answer }: ReceiptAnswer | ReadAnswer): boolean => answer === 'unauthorized';
  const answer = await askWithToken(tokens, ({ token }) => ask(token), isUnauthorized, signal);
  if ('state' in answer) throw refusal(answer, signal);
  if (answer.answer === 'unauthorized') throw expired(`${hub.url} does not accept this sign-in any more.`);
  if (answer.answer !== 'unavailable') return answer as Answered<A>;
  throwIfAborted(signal);
  throw new SyncError('unreachable', `${hub.url} gave no ${what}: ${answer.reason}.`, {
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
