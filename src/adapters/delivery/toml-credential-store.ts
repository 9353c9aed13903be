import { readFileSync, unlinkSync } from 'node:fs';
import type { TomlTable } from 'smol-toml';
import { isHubId } from '../../domain/delivery/known-hubs.js';
import { SyncError } from '../../domain/errors.js';
import { isOneLine } from '../../domain/one-line.js';
import { guardCredentials } from '../../domain/delivery/credentials.js';
import type { CredentialReading, Credentials, CredentialStore } from '../../ports/delivery.js';
import { syncDirectory, writeFileAtomic, removeTemporaries } from '../fs/atomic-write.js';
import { lockFile } from '../fs/process-lock.js';
import type { StateRoot } from '../fs/state-root.js';
import { attempt, unlessAbsent } from '../fs/storage-failure.js';

/** `credentials` of the state root: readable by the user alone from the moment it exists. */
export class TomlCredentialStore implements CredentialStore {
  readonly #root: StateRoot;
  readonly #lockWaitMs: number;

  constructor(root: StateRoot, lockWaitMs = 10_000) {
    this.#root = root;
    this.#lockWaitMs = lockWaitMs;
  }

  async read(): Promise<CredentialReading> {
    return (await this.#load()).reading;
  }

  async update(
    decide: (current: CredentialReading) => Promise<Credentials | 'keep' | 'forget'>,
  ): Promise<CredentialReading> {
    this.#root.make();
    const lock = await lockFile(this.#root.file('locks', 'credentials'), this.#lockWaitMs);
    if (lock === undefined) {
      throw new SyncError('lock-busy', 'Another process is working with the stored sign-in.', {
        hint: 'Try again.',
      });
    }
    try {
      // A writer that was killed may have left tokens beside the file. Where they cannot be removed, the next one tries.
      attempt(() => removeTemporaries(this.#path));
      const { reading, table } = await this.#load();
      const decision = await decide(reading);
      if (decision === 'keep') return reading;
      if (decision === 'forget') return this.#remove();
      return await this.#write(decision, table);
    } finally {
      lock.release();
    }
  }

  get #path(): string {
    return this.#root.file('credentials');
  }

  /** What is stored, as credentials and as the table that it is; the parser is loaded by whoever finds a file to read. */
  async #load(): Promise<{ readonly reading: CredentialReading; readonly table?: TomlTable }> {
    let text: string | undefined;
    try {
      text = unlessAbsent(() => readFileSync(this.#path, 'utf8'), undefined, ABSENT);
    } catch (error) {
      const { code = 'unknown' } = error as NodeJS.ErrnoException;
      return { reading: unreadable(`it cannot be read (${code})`) };
    }
    if (text === undefined) return { reading: { state: 'absent' } };
    const { parse } = await import('../fs/toml.js');
    const table = attempt(() => parse(text.replace(/^\ufeff/, '')));
    return table === undefined
      ? { reading: unreadable('it is not valid TOML') }
      : { reading: readCredentials(table), table };
  }

  async #write(credentials: Credentials, previous: TomlTable = {}): Promise<CredentialReading> {
    const { stringify } = await import('../fs/toml.js');
    try {
      await writeFileAtomic(this.#path, stringify(documentOf(credentials, previous)), { mode: 0o600 });
    } catch (cause) {
      throw new SyncError('storage-failed', 'The sign-in could not be stored.', { cause });
    }
    return { state: 'present', credentials: guardCredentials(credentials) };
  }

  #remove(): CredentialReading {
    try {
      unlessAbsent(() => unlinkSync(this.#path), undefined);
      syncDirectory(this.#root.path);
    } catch (cause) {
      throw new SyncError('storage-failed', 'The stored sign-in could not be removed.', { cause });
    }
    return { state: 'absent' };
  }
}

const ABSENT = ['ENOENT', 'ENOTDIR'];

/**
 * Reads the text of `credentials`, in the layout that older clients write too. Reasons never quote the file, which
 * holds tokens.
 */
const readCredentials = (document: TomlTable): CredentialReading => {
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

/** The document to store. What else `previous` holds, as a later version may have written it, is kept. */
const documentOf = (credentials: Credentials, document: TomlTable): object => ({
  ...document,
  tokens: {
    ...tableAt(document, 'tokens'),
    access: credentials.accessToken,
    refresh: credentials.refreshToken,
    access_expires_at: isoTime(credentials.accessExpiresAtMs),
    refresh_expires_at: isoTime(credentials.refreshExpiresAtMs),
  },
  // What is undefined is not written.
  user: {
    ...tableAt(document, 'user'),
    username: credentials.username,
    team_slug: credentials.teamSlug,
  },
  server: {
    ...tableAt(document, 'server'),
    url: credentials.server.url,
    hub_id: credentials.server.id,
  },
});

const unreadable = (reason: string): CredentialReading => ({ state: 'unreadable', reason });

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
