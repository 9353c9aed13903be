import { isBearerToken } from '../../domain/delivery/bearer-token.js';
import { endpointUrl } from '../../domain/delivery/hub-url.js';
import { isHubId } from '../../domain/delivery/known-hubs.js';
import { isOneLine } from '../../domain/one-line.js';
import type { HubAddress } from '../../domain/outbox/account.js';
import { type Result, err, ok } from '../../domain/result.js';
import { isFields, parseJson } from '../../domain/document.js';
import type {
  DeviceSignIn,
  LiveToken,
  Identification,
  IssuedTokens,
  IssuerFault,
  TokenIssuer,
} from '../../ports/delivery.js';
import {
  type HttpReply,
  type HttpTimeouts,
  BoundedHttp,
  requireSecureHub,
  reasonIn,
} from './bounded-http.js';

/** As the contract has them; tests shorten them. */
const ISSUER_TIMEOUTS: HttpTimeouts = { connectMs: 5_000, firstByteMs: 10_000, wholeMs: 10_000 };

interface GotTokenIssuerOptions {
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

  async askForDevice(
    hub: HubAddress,
    device: string,
    signal?: AbortSignal,
  ): Promise<Result<DeviceSignIn | undefined, IssuerFault>> {
    const reply = await this.#post(hub, '/api/v1/device/code/', { device }, signal);
    return isAnswer(reply, 404, 405) ? ok(undefined) : parsed(reply, readDeviceSignIn, []);
  }

  async redeemDevice(
    hub: HubAddress,
    deviceCode: string,
    signal?: AbortSignal,
  ): Promise<Result<IssuedTokens | 'pending' | 'slow-down', IssuerFault>> {
    const reply = await this.#post(hub, '/api/v1/device/token/', { device_code: deviceCode }, signal);
    if (!isAnswer(reply, 400, 401, 403)) return parsed(reply, readIssuedTokens, [deviceCode]);
    const document = parseJson(reply.body);
    const error = isFields(document) ? document['error'] : undefined;
    if (error === 'authorization_pending') return ok('pending');
    if (error === 'slow_down') return ok('slow-down');
    return refused(reply, 'nobody agreed in time', [deviceCode]);
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

/** What a token counts when the hub does not say: a quarter of an hour, and a week. */
const DEFAULT_ACCESS_LIFETIME_SECONDS = 900;
const DEFAULT_REFRESH_LIFETIME_SECONDS = 604_800;

/** RFC 8628, 3.2. */
const DEFAULT_INTERVAL_SECONDS = 5;

/** Reads the answer of sign-in and refresh; `undefined` unless it holds both tokens. */
const readIssuedTokens = (document: unknown): IssuedTokens | undefined => {
  if (!isFields(document)) return undefined;
  const { access, refresh } = document;
  if (!isBearerToken(access) || !isBearerToken(refresh)) return undefined;
  const teamSlug = name(document['team_slug']);
  const hubId = idOf(document);
  if (isUnsound(document['team_slug'])) return undefined;
  return {
    access,
    refresh,
    accessLifetimeSeconds:
      seconds(document['access_lifetime']) ??
      seconds(document['expires_in']) ??
      DEFAULT_ACCESS_LIFETIME_SECONDS,
    refreshLifetimeSeconds:
      seconds(document['refresh_lifetime']) ??
      seconds(document['refresh_expires_in']) ??
      DEFAULT_REFRESH_LIFETIME_SECONDS,
    ...(teamSlug === undefined ? {} : { teamSlug }),
    ...(hubId === undefined ? {} : { hubId }),
  };
};

const readLiveToken = (document: unknown): LiveToken | undefined => {
  if (!isFields(document) || !isBearerToken(document['ws_token'])) return undefined;
  const lifetimeSeconds = seconds(document['expires_in']) ?? DEFAULT_ACCESS_LIFETIME_SECONDS;
  return { token: document['ws_token'], lifetimeSeconds };
};

const readDeviceSignIn = (document: unknown): DeviceSignIn | undefined => {
  if (!isFields(document)) return undefined;
  const { device_code: deviceCode, user_code: userCode } = document;
  const url = document['verification_uri_complete'] ?? document['verification_uri'];
  const lifetimeSeconds = seconds(document['expires_in']);
  const isShown = (text: unknown): text is string => name(text) !== undefined && !isUnsound(text);
  if (!isBearerToken(deviceCode) || !isShown(userCode) || !isShown(url)) return undefined;
  if (lifetimeSeconds === undefined || !/^https?:/.test(url)) return undefined;
  const intervalSeconds = seconds(document['interval']) ?? DEFAULT_INTERVAL_SECONDS;
  return { deviceCode, userCode, verificationUrl: url, lifetimeSeconds, intervalSeconds };
};

/** Reads `/api/v1/me/`: user and teams are names, or objects that hold one. */
const readIdentification = (document: unknown): Identification | undefined => {
  if (!isFields(document)) return undefined;
  const username = named(document['user'], 'username') ?? name(document['username']);
  const teams = document['teams'];
  if (username === undefined || !Array.isArray(teams)) return undefined;
  const hubId = idOf(document);
  if ([username, document['team_slug'], ...teams.map(slugOf)].some(isUnsound)) return undefined;
  const own = name(document['team_slug']);
  const all = teams.map(slugOf);
  return {
    username,
    teams: [...new Set([own, ...all])].filter((team) => team !== undefined),
    ...(isHubId(document['history']) ? { history: document['history'] } : {}),
    ...(isTexts(document['capabilities']) ? { capabilities: document['capabilities'] } : {}),
    ...(hubId === undefined ? {} : { hubId }),
  };
};

const isTexts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((each) => typeof each === 'string');

const slugOf = (team: unknown): string | undefined => named(team, 'slug') ?? named(team, 'team_slug');

/** An id that is none is one that was not stated. */
const idOf = (document: Readonly<Record<string, unknown>>): string | undefined => {
  const id = document['hub_id'];
  return isHubId(id) ? id : undefined;
};

/** Names are shown on one line beside others, and decide whose an event is: what could look like another is no name. */
const isUnsound = (value: unknown): boolean => typeof value === 'string' && !isOneLine(value);

const named = (value: unknown, key: string): string | undefined =>
  name(isFields(value) ? (value[key] ?? value['name']) : value);

const name = (value: unknown): string | undefined =>
  typeof value === 'string' && value.trim() !== '' && value.length <= 200 ? value : undefined;

const seconds = (value: unknown): number | undefined => {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && number > 0 && number <= LONGEST_LIFETIME_SECONDS ? number : undefined;
};

// A century: beyond it the expiry cannot be written as a date of four digits.
const LONGEST_LIFETIME_SECONDS = 3_155_760_000;
