import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'smol-toml';
import { TomlCredentialStore } from '../../../src/adapters/delivery/toml-credential-store.js';
import { tryLockFile } from '../../../src/adapters/fs/process-lock.js';
import { StateRoot } from '../../../src/adapters/fs/state-root.js';
import { someCredentials } from '../../contracts/credential-store.contract.js';
import { scratchDirectory } from '../../support/scratch-directory.js';

const scratch = scratchDirectory();
const root = () => new StateRoot(join(scratch.path, 'state'));
const store = (lockWaitMs?: number) => new TomlCredentialStore(root(), lockWaitMs);
const file = () => root().file('credentials');
const put = (text: string) => {
  mkdirSync(root().path, { recursive: true });
  writeFileSync(file(), text);
};

describe('the credentials file', () => {
  it('is private from its creation and lies in a private folder', async () => {
    await store().update(async () => someCredentials);
    expect(statSync(file()).mode & 0o777).toBe(0o600);
    expect(statSync(root().path).mode & 0o777).toBe(0o700);
  });

  it('has the layout that older clients write and read', async () => {
    await store().update(async () => someCredentials);
    expect(parse(readFileSync(file(), 'utf8'))).toEqual({
      tokens: {
        access: 'secret-access',
        refresh: 'secret-refresh',
        access_expires_at: '2026-03-01T09:30:00.250Z',
        refresh_expires_at: '2026-03-08T00:00:00.000Z',
      },
      user: { username: 'alice', team_slug: 'acme' },
      server: { url: 'https://hub.example', hub_id: 'hub-1' },
    });
  });

  it.each([
    ['without an offset', '"2026-03-01T09:30:00.123456"'],
    ['with Z', '"2026-03-01T09:30:00.123Z"'],
    ['with an offset', '"2026-03-01T10:30:00.123000+01:00"'],
    ['with a space', '"2026-03-01 09:30:00.123"'],
    ['as a TOML time', '2026-03-01T09:30:00.123Z'],
    ['as a local TOML time', '2026-03-01T09:30:00.123'],
  ])('is read with times %s', async (_name, time) => {
    put(
      `[tokens]\naccess = "a"\nrefresh = "r"\naccess_expires_at = ${time}\nrefresh_expires_at = "2026-03-08"\n[user]\nusername = "bob"\n[server]\nurl = "https://hub.example/"\n`,
    );
    expect(await store().read()).toEqual({
      state: 'present',
      credentials: {
        accessToken: 'a',
        refreshToken: 'r',
        accessExpiresAtMs: Date.UTC(2026, 2, 1, 9, 30, 0, 123),
        refreshExpiresAtMs: Date.UTC(2026, 2, 8),
        username: 'bob',
        server: { url: 'https://hub.example' },
      },
    });
  });

  it('takes an expiry that cannot be read as "refresh first" and "let the hub decide"', async () => {
    put(
      '[tokens]\naccess = "a"\nrefresh = "r"\naccess_expires_at = "soon"\n[server]\nurl = "https://h.example"\n',
    );
    const reading = await store().read();
    expect(reading).toMatchObject({
      state: 'present',
      credentials: { accessExpiresAtMs: 0, username: 'unknown' },
    });
    if (reading.state !== 'present') throw new Error('not read');
    expect(reading.credentials.refreshExpiresAtMs).toBeGreaterThan(Date.UTC(9999, 0));
    await store().update(async () => reading.credentials);
    expect(readFileSync(file(), 'utf8')).toContain('refresh_expires_at = "9999-12-31T');
  });

  it.each([
    ['tokens.access', '[tokens]\nrefresh = "r"\n[server]\nurl = "https://h.example"\n'],
    ['tokens.refresh', '[tokens]\naccess = "a"\nrefresh = 3\n[server]\nurl = "https://h.example"\n'],
    ['server.url', '\ufeff[tokens]\naccess = "a"\nrefresh = "r"\n'],
    ['tokens.access', 'tokens = 2026-03-01\nserver = []\n'],
  ])('is unreadable without %s', async (key, text) => {
    put(text);
    expect(await store().read()).toEqual({ state: 'unreadable', reason: `${key} is missing` });
  });

  it('is unreadable when a folder has its name, and that is not overwritten in silence', async () => {
    mkdirSync(file(), { recursive: true });
    expect(await store().read()).toMatchObject({ state: 'unreadable' });
    await expect(store().update(async () => someCredentials)).rejects.toMatchObject({
      kind: 'storage-failed',
    });
    await expect(store().update(async () => 'forget')).rejects.toMatchObject({ kind: 'storage-failed' });
  });

  it('keeps what a later version added', async () => {
    put(
      'later = 1\n[tokens]\naccess = "a"\nrefresh = "r"\nscope = "x"\n[server]\nurl = "https://h.example"\n',
    );
    await store().update(async () => someCredentials);
    expect(parse(readFileSync(file(), 'utf8'))).toMatchObject({
      later: 1,
      tokens: { scope: 'x', access: 'secret-access' },
    });
  });

  it('is not made by reading or by keeping', async () => {
    await store().read();
    expect(existsSync(root().path)).toBe(false);
    await store().update(async () => 'keep');
    expect(existsSync(file())).toBe(false);
  });

  it('is not touched while somebody else holds its lock', async () => {
    root().make();
    const lock = tryLockFile(root().file('locks', 'credentials'));
    const busy = store(20).update(async () => someCredentials);
    await expect(busy).rejects.toMatchObject({ kind: 'lock-busy' });
    lock?.release();
    expect(await store().update(async () => someCredentials)).toMatchObject({ state: 'present' });
  });
});
