import type { TomlTable } from 'smol-toml';
import { guardCredentials } from '../../domain/delivery/guard-credentials.js';
import { isHubId } from '../../domain/delivery/known-hubs.js';
import { isOneLine } from '../../domain/one-line.js';
import type { CredentialReading, Credentials } from '../../ports/delivery.js';
import { parse, stringify } from '../fs/toml.js';

/**
 * Reads the text of `credentials`, in the layout that older clients write too. Reasons never quote the file, which
 * holds tokens.
 */
export const readCredentials = (text: string): CredentialReading => {
  const document = parseTable(text);
  if (document === undefined) return unreadable('it is not valid TOML');
  const tokens = tableAt(document, 'tokens');
  const user = tableAt(document, 'user');
  const server = tableAt(document, 'server');
  const access = textAt(tokens, 'access');
  const refresh = textAt(tokens, 'refresh');
  const url = textAt(server, 'url');
  if (access === undefined) return unreadable('tokens.access is missing');
  if (refresh === undefined) return unreadable('tokens.refresh is missing');
  if (url === undefined) return unreadable('server.url is missing');
  const team = textAt(user, 'team_slug');
  const hubId = textAt(server, 'hub_id');
  const username = textAt(user, 'username');
  if (username !== undefined && !isOneLine(username)) return unreadable('user.username is no name');
  if (team !== undefined && !isOneLine(team)) return unreadable('user.team_slug is no name');
  return {
    state: 'present',
    credentials: guardCredentials<Credentials>({
      accessToken: access,
      refreshToken: refresh,
      // An unknown expiry of the access token means "refresh first"; that of the refresh token, "let the hub decide".
      accessExpiresAtMs: timeAt(tokens, 'access_expires_at') ?? 0,
      refreshExpiresAtMs: timeAt(tokens, 'refresh_expires_at') ?? LAST_OF_YEAR_9999_MS,
      username: username ?? 'unknown',
      ...(team !== undefined && { teamSlug: team }),
      server: { url: url.replace(/\/+$/, ''), ...(isHubId(hubId) && { id: hubId }) },
    }),
  };
};

/** The text to store. What else `previous` holds, as a later version may have written it, is kept. */
export const writeCredentials = (credentials: Credentials, previous: string): string => {
  const document = parseTable(previous) ?? {};
  return stringify({
    ...document,
    tokens: {
      ...tableAt(document, 'tokens'),
      access: credentials.accessToken,
      refresh: credentials.refreshToken,
      access_expires_at: isoTime(credentials.accessExpiresAtMs),
      refresh_expires_at: isoTime(credentials.refreshExpiresAtMs),
    },
    user: withOptional(tableAt(document, 'user'), {
      username: credentials.username,
      team_slug: credentials.teamSlug,
    }),
    server: withOptional(tableAt(document, 'server'), {
      url: credentials.server.url,
      hub_id: credentials.server.id,
    }),
  });
};

const unreadable = (reason: string): CredentialReading => ({ state: 'unreadable', reason });

const parseTable = (text: string): TomlTable | undefined => {
  try {
    return parse(text.replace(/^\ufeff/, ''));
  } catch {
    return undefined;
  }
};

const tableAt = (table: TomlTable, key: string): TomlTable => {
  const value = table[key];
  const isTable = typeof value === 'object' && !Array.isArray(value) && !(value instanceof Date);
  return isTable ? (value as TomlTable) : {};
};

const textAt = (table: TomlTable, key: string): string | undefined => {
  const value = table[key];
  return typeof value === 'string' && value !== '' ? value : undefined;
};

/** A time as text or as TOML's own; without an offset it is UTC. */
const timeAt = (table: TomlTable, key: string): number | undefined => {
  const value = table[key];
  const text = value instanceof Date ? value.toISOString() : value;
  if (typeof text !== 'string') return undefined;
  const trimmed = text.trim();
  const isNaive = !/(?:Z|[+-]\d{2}:?\d{2})$/i.test(trimmed.slice(10));
  const ms = Date.parse(trimmed.replace(' ', 'T') + (isNaive && trimmed.length > 10 ? 'Z' : ''));
  return Number.isNaN(ms) ? undefined : ms;
};

const isoTime = (ms: number): string => new Date(Math.min(ms, LAST_OF_YEAR_9999_MS)).toISOString();

/** ISO times of later years have six digits and a sign, which other readers do not understand. */
const LAST_OF_YEAR_9999_MS = 253_402_300_799_000;

/** Sets the values that are there and removes the keys of those that are not. */
const withOptional = (table: TomlTable, values: Readonly<Record<string, string | undefined>>): TomlTable => {
  const merged = { ...table };
  for (const [key, value] of Object.entries(values)) {
    if (value === undefined) delete merged[key];
    else merged[key] = value;
  }
  return merged;
};
