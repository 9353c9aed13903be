import { isBearerToken } from '../../domain/delivery/credentials.js';
import { isHubId } from '../../domain/delivery/known-hubs.js';
import { isFields, parseJson } from '../../domain/document.js';
import { isOneLine } from '../../domain/one-line.js';
import { type Result, err, ok } from '../../domain/result.js';
import type {
  DeviceSignIn,
  Identification,
  IssuedTokens,
  IssuerFault,
  LiveToken,
  TokenIssuer,
} from '../../ports/delivery.js';
import { HubClient, type HttpOptions, type HttpReply, reasonIn, statusAndReason } from './bounded-http.js';

/** The authentication endpoints of a hub over HTTP with got. No message ever holds a token or a password. */
export class GotTokenIssuer extends HubClient implements TokenIssuer {
  constructor(options: HttpOptions) {
    const timeouts = { connectMs: 5_000, firstByteMs: 10_000, wholeMs: 10_000 };
    super({ timeouts, maxResultBytes: 1024 * 1024, ...options });
  }

  signIn: TokenIssuer['signIn'] = async (hub, username, password, signal) => {
    const reply = await this.ask(hub, '/api/v1/token/', { json: { username, password } }, signal);
    const isRefused = isAnswer(reply, 400, 401, 403, 422);
    return issued(reply, isRefused, 'user name or password is wrong', password, readIssuedTokens);
  };

  refresh: TokenIssuer['refresh'] = async (hub, refreshToken, signal) => {
    const json = { refresh: refreshToken };
    const reply = await this.ask(hub, '/api/v1/token/refresh/', { json }, signal);
    const isRefused =
      (isAnswer(reply, 400, 403) && /"invalid_grant"/.test(reply.body)) || isAnswer(reply, 401);
    return issued(reply, isRefused, 'the sign-in is no longer valid', refreshToken, readIssuedTokens);
  };

  liveToken: TokenIssuer['liveToken'] = async (hub, accessToken, signal) => {
    const reply = await this.ask(hub, '/api/v1/ws-token/', { method: 'POST', accessToken }, signal);
    return issued(reply, isAnswer(reply, 401, 403), NOT_ACCEPTED, accessToken, readLiveToken);
  };

  revoke: TokenIssuer['revoke'] = async (hub, refreshToken, signal) => {
    const json = { refresh: refreshToken };
    const reply = await this.ask(hub, '/api/v1/token/revoke/', { json }, signal);
    if (isAnswer(reply, 200, 204, 404, 405)) return ok(undefined);
    const isRefused = isAnswer(reply, 400, 401, 403);
    return issued(reply, isRefused, 'the token is not known', refreshToken, () => undefined);
  };

  askForDevice: TokenIssuer['askForDevice'] = async (hub, device, signal) => {
    const reply = await this.ask(hub, '/api/v1/device/code/', { json: { device } }, signal);
    return isAnswer(reply, 404, 405) ? ok(undefined) : issued(reply, false, '', '', readDeviceSignIn);
  };

  redeemDevice: TokenIssuer['redeemDevice'] = async (hub, deviceCode, signal) => {
    const json = { device_code: deviceCode };
    const reply = await this.ask(hub, '/api/v1/device/token/', { json }, signal);
    const isRefused = isAnswer(reply, 400, 401, 403);
    const document = isRefused ? parseJson(reply.body) : undefined;
    const error = isFields(document) ? document['error'] : undefined;
    if (error === 'authorization_pending') return ok('pending');
    if (error === 'slow_down') return ok('slow-down');
    return issued(reply, isRefused, 'nobody agreed in time', deviceCode, readIssuedTokens);
  };

  identify: TokenIssuer['identify'] = async (hub, accessToken, signal) => {
    const reply = await this.ask(hub, '/api/v1/me/', { accessToken }, signal);
    if (isAnswer(reply, 404, 405)) return ok(undefined);
    return issued(reply, isAnswer(reply, 401, 403), NOT_ACCEPTED, accessToken, readIdentification);
  };
}

const NOT_ACCEPTED = 'the access token is not accepted';

type Answered = Extract<HttpReply, { readonly kind: 'answer' }>;

const isAnswer = (reply: HttpReply, ...statuses: readonly number[]): reply is Answered =>
  reply.kind === 'answer' && statuses.includes(reply.status);

/** What a reply holds; or why it holds nothing, in the hub's own words where it has some, which never repeat the secret. */
const issued = <T>(
  reply: HttpReply,
  isRefused: boolean,
  refusal: string,
  secret: string,
  read: (document: unknown) => T | undefined,
): Result<T, IssuerFault> => {
  const unavailable = (reason: string) => err({ fault: 'unavailable' as const, reason });
  if (reply.kind !== 'answer') return unavailable(reply.reason);
  const { status, body } = reply;
  if (isRefused) return err({ fault: 'refused', reason: reasonIn(body, [secret]) || refusal });
  // A success of an unexpected kind may hold tokens; an error holds words.
  if (status !== 200 && status !== 201)
    return unavailable(statusAndReason(`status ${status}`, status < 300 ? '' : reasonIn(body, [secret])));
  const value = read(parseJson(body));
  // The body may hold tokens: nothing of it is repeated.
  return value === undefined ? unavailable('the answer of the hub is not understood') : ok(value);
};

/** What a token counts when the hub does not say: a quarter of an hour, and a week. */
const ACCESS_SECONDS = 900;
const REFRESH_SECONDS = 604_800;

/** RFC 8628, 3.2. */
const DEFAULT_INTERVAL_SECONDS = 5;

/** Reads the answer of sign-in and refresh; `undefined` unless it holds both tokens. */
const readIssuedTokens = (document: unknown): IssuedTokens | undefined => {
  if (!isFields(document)) return undefined;
  const { access, refresh, team_slug: team, expires_in, refresh_expires_in } = document;
  const { access_lifetime, refresh_lifetime } = document;
  if (!isBearerToken(access) || !isBearerToken(refresh) || isUnsound(team)) return undefined;
  const [teamSlug, hubId] = [name(team), idOf(document)];
  return {
    access,
    refresh,
    accessLifetimeSeconds: seconds(access_lifetime) ?? seconds(expires_in) ?? ACCESS_SECONDS,
    refreshLifetimeSeconds: seconds(refresh_lifetime) ?? seconds(refresh_expires_in) ?? REFRESH_SECONDS,
    ...(teamSlug === undefined ? {} : { teamSlug }),
    ...(hubId === undefined ? {} : { hubId }),
  };
};

const readLiveToken = (document: unknown): LiveToken | undefined => {
  if (!isFields(document) || !isBearerToken(document['ws_token'])) return undefined;
  const lifetimeSeconds = seconds(document['expires_in']) ?? ACCESS_SECONDS;
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
