import type { HubAddress } from '../../domain/outbox/account.js';
import { isBearerToken } from '../../domain/delivery/bearer-token.js';
import { endpointUrl } from '../../domain/delivery/hub-url.js';
import { err, ok, type Result } from '../../domain/result.js';
import type { LiveToken } from '../../ports/delivery.js';
import type { Identification, IssuedTokens, IssuerFault, TokenIssuer } from '../../ports/delivery.js';
import { BoundedHttp, type HttpReply, type HttpTimeouts } from './bounded-http.js';
import { parseJson, reasonIn } from './printable.js';
import { requireSecureHub } from './secure-hub.js';
import { readIdentification, readIssuedTokens, readLiveToken } from './issuer-answers.js';

/** As the contract has them; tests shorten them. */
export const ISSUER_TIMEOUTS: HttpTimeouts = { connectMs: 5_000, firstByteMs: 10_000, wholeMs: 10_000 };

export interface GotTokenIssuerOptions {
  /** Of this program, for the `User-Agent`. */
  readonly version: string;
  readonly timeouts?: HttpTimeouts;
}

/** The authentication endpoints of a hub over HTTP with got. No message ever holds a token or a password. */
export class GotTokenIssuer implements TokenIssuer {
  readonly #http: BoundedHttp;

  constructor(options: GotTokenIssuerOptions) {
    this.#http = new BoundedHttp({
      version: options.version,
      timeouts: options.timeouts ?? ISSUER_TIMEOUTS,
      maxResultBytes: 1024 * 1024,
      maxErrorBytes: 1024 * 1024,
    });
  }

  async signIn(
    hub: HubAddress,
    username: string,
    password: string,
    signal?: AbortSignal,
  ): Promise<Result<IssuedTokens, IssuerFault>> {
    const reply = await this.#post(hub, '/api/v1/token/', { username, password }, signal);
    if (isAnswer(reply, 400, 401, 403, 422))
      return refused(reply, 'user name or password is wrong', [password]);
    return parsed(reply, readIssuedTokens, [password]);
  }

  async refresh(
    hub: HubAddress,
    refreshToken: string,
    signal?: AbortSignal,
  ): Promise<Result<IssuedTokens, IssuerFault>> {
    const reply = await this.#post(hub, '/api/v1/token/refresh/', { refresh: refreshToken }, signal);
    if (isAnswer(reply, 400, 401, 403) && (reply.status === 401 || saysInvalidGrant(reply.body))) {
      return refused(reply, 'the sign-in is no longer valid', [refreshToken]);
    }
    return parsed(reply, readIssuedTokens, [refreshToken]);
  }

  async liveToken(
    hub: HubAddress,
    accessToken: string,
    signal?: AbortSignal,
  ): Promise<Result<LiveToken, IssuerFault>> {
    const reply = await this.#withAccess('POST', hub, '/api/v1/ws-token/', accessToken, signal);
    if (isAnswer(reply, 401, 403)) return refused(reply, 'the access token is not accepted', [accessToken]);
    return parsed(reply, readLiveToken, [accessToken]);
  }

  async revoke(
    hub: HubAddress,
    refreshToken: string,
    signal?: AbortSignal,
  ): Promise<Result<void, IssuerFault>> {
    const reply = await this.#post(hub, '/api/v1/token/revoke/', { refresh: refreshToken }, signal);
    if (isAnswer(reply, 200, 204, 404, 405)) return ok(undefined);
    if (isAnswer(reply, 400, 401, 403)) return refused(reply, 'the token is not known', [refreshToken]);
    return unavailable(reply, [refreshToken]);
  }

  async identify(
    hub: HubAddress,
    accessToken: string,
    signal?: AbortSignal,
  ): Promise<Result<Identification | undefined, IssuerFault>> {
    const reply = await this.#withAccess('GET', hub, '/api/v1/me/', accessToken, signal);
    if (isAnswer(reply, 404, 405)) return ok(undefined);
    if (isAnswer(reply, 401, 403)) return refused(reply, 'the access token is not accepted', [accessToken]);
    return parsed(reply, readIdentification, [accessToken]);
  }

  /** Ends every connection; safe to repeat. */
  close(): Promise<void> {
    this.#http.close();
    return Promise.resolve();
  }

  #post(hub: HubAddress, path: string, body: object, signal?: AbortSignal): Promise<HttpReply> {
    requireSecureHub(hub);
    const headers = { 'content-type': 'application/json' };
    const url = endpointUrl(hub.url, path);
    return this.#http.request({ method: 'POST', url, headers, body: JSON.stringify(body) }, signal);
  }

  async #withAccess(
    method: 'GET' | 'POST',
    hub: HubAddress,
    path: string,
    accessToken: string,
    signal?: AbortSignal,
  ): Promise<HttpReply> {
    requireSecureHub(hub);
    // No hub can have issued it, so that no hub needs to be asked.
    if (!isBearerToken(accessToken)) return { kind: 'answer', status: 401, body: '' };
    const headers = { authorization: `Bearer ${accessToken}` };
    return this.#http.request({ method, url: endpointUrl(hub.url, path), headers }, signal);
  }
}

type Answered = Extract<HttpReply, { readonly kind: 'answer' }>;

const isAnswer = (reply: HttpReply, ...statuses: readonly number[]): reply is Answered =>
  reply.kind === 'answer' && statuses.includes(reply.status);

const saysInvalidGrant = (body: string): boolean => /"invalid_grant"/.test(body);

const refused = (reply: Answered, fallback: string, secrets: readonly string[]): Result<never, IssuerFault> =>
  err({ fault: 'refused', reason: reasonIn(reply.body, secrets) || fallback });

const parsed = <T>(
  reply: HttpReply,
  read: (document: unknown) => T | undefined,
  secrets: readonly string[],
): Result<T, IssuerFault> => {
  if (!isAnswer(reply, 200, 201)) return unavailable(reply, secrets);
  const value = read(parseJson(reply.body));
  // The body may hold tokens: nothing of it is repeated.
  return value === undefined
    ? err({ fault: 'unavailable', reason: 'the answer of the hub is not understood' })
    : ok(value);
};

const unavailable = (reply: HttpReply, secrets: readonly string[]): Result<never, IssuerFault> => {
  if (reply.kind === 'oversized')
    return err({ fault: 'unavailable', reason: 'the answer of the hub is too large' });
  if (reply.kind !== 'answer') return err({ fault: 'unavailable', reason: reply.reason });
  // A success of an unexpected kind may hold tokens; an error holds words.
  const words = reply.status >= 300 ? reasonIn(reply.body, secrets) : '';
  return err({
    fault: 'unavailable',
    reason: words === '' ? `status ${reply.status}` : `status ${reply.status}: ${words}`,
  });
};
