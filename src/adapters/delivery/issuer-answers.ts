import { isBearerToken } from '../../domain/delivery/bearer-token.js';
import { isHubId } from '../../domain/delivery/known-hubs.js';
import { isOneLine } from '../../domain/one-line.js';
import { isFields } from '../../domain/wire.js';
import type { LiveToken } from '../../ports/delivery.js';
import type { Identification, IssuedTokens } from '../../ports/delivery.js';

/** What a token counts when the hub does not say: a quarter of an hour, and a week. */
export const DEFAULT_ACCESS_LIFETIME_SECONDS = 900;
export const DEFAULT_REFRESH_LIFETIME_SECONDS = 604_800;

/** Reads the answer of sign-in and refresh; `undefined` unless it holds both tokens. */
export const readIssuedTokens = (document: unknown): IssuedTokens | undefined => {
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

export const readLiveToken = (document: unknown): LiveToken | undefined => {
  if (!isFields(document) || !isBearerToken(document['ws_token'])) return undefined;
  const lifetimeSeconds = seconds(document['expires_in']) ?? DEFAULT_ACCESS_LIFETIME_SECONDS;
  return { token: document['ws_token'], lifetimeSeconds };
};

/** Reads `/api/v1/me/`: user and teams are names, or objects that hold one. */
export const readIdentification = (document: unknown): Identification | undefined => {
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
    ...(hubId === undefined ? {} : { hubId }),
  };
};

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
