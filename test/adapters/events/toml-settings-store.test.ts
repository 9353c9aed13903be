import { mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { TomlSettingsStore } from '../../../src/adapters/events/toml-settings-store.js';
import { StateRoot } from '../../../src/adapters/fs/state-root.js';
import { scratchDirectory } from '../../support/scratch-directory.js';

const scratch = scratchDirectory();
const store = () => new TomlSettingsStore(new StateRoot(scratch.path));
const file = () => join(scratch.path, 'config.toml');
const put = (text: string) => writeFileSync(file(), text);

describe('config.toml', () => {
  it('is read key by key', async () => {
    put(
      '\ufeff[sync]\r\nserver_url = "https://hub.example/"\r\nmax_queue_size = 5\r\nmin_batch_interval = 0.5\r\nlinger_seconds = 30\r\nretain_days = 0\r\n',
    );
    expect(await store().read()).toEqual({
      serverUrl: 'https://hub.example/',
      maxQueueSize: 5,
      minBatchIntervalSeconds: 0.5,
      lingerSeconds: 30,
      retainDays: 0,
      issues: [],
    });
  });

  it('yields an issue and the default for every value that cannot be used, and warns about unknown keys', async () => {
    put(
      'theme = "dark"\n[sync]\nserver_url = " "\nmax_queue_size = 0\nmin_batch_interval = -1\nlinger_seconds = "x"\nretain_days = 1.5\ncolour = 1\n[other]\n',
    );
    const { issues, ...values } = await store().read();
    expect(values).toEqual({});
    expect(issues.map(({ path }) => path)).toEqual([
      'theme',
      'other',
      'sync.server_url',
      'sync.max_queue_size',
      'sync.min_batch_interval',
      'sync.linger_seconds',
      'sync.retain_days',
      'sync.colour',
    ]);
  });

  it('is an issue as a whole when it is broken, with its line', async () => {
    put('[sync]\nserver_url = \n');
    expect(await store().read()).toEqual({
      issues: [{ path: '', reason: expect.stringContaining('line 2') }],
    });
    put('sync = 3\n');
    expect(await store().read()).toEqual({ issues: [{ path: 'sync', reason: 'must be a table' }] });
  });

  it('is an issue when a folder has its name', async () => {
    mkdirSync(file());
    expect((await store().read()).issues).toHaveLength(1);
  });
});

describe('setting the server URL', () => {
  const url = 'https://hub.example/"x"';
  const entry = 'server_url = "https://hub.example/\\"x\\""';

  it.each([
    ['no file', undefined, `[sync]\n${entry}\n`],
    ['another table', '# mine\n[ui]\na = 1', `# mine\n[ui]\na = 1\n\n[sync]\n${entry}\n`],
    [
      'a value with a comment',
      "[sync]\nserver_url = 'old' # why\nlinger_seconds = 3\n",
      `[sync]\n${entry} # why\nlinger_seconds = 3\n`,
    ],
    [
      'a table without it',
      '[ sync ] # c\r\nlinger_seconds = 3\r\n\r\n[ui]\r\n',
      `[ sync ] # c\r\n${entry}\r\nlinger_seconds = 3\r\n\r\n[ui]\r\n`,
    ],
    ['a header at the end', '[sync]', `[sync]\n${entry}\n`],
    [
      'an entry of another table',
      '[sync]\n[ui]\nserver_url = "x"\n',
      `[sync]\n${entry}\n[ui]\nserver_url = "x"\n`,
    ],
    [
      'unknown keys',
      '[sync]\nfuture = [1, 2]\n"server_url" = "x"\n',
      `[sync]\nfuture = [1, 2]\n"${entry.replace(' =', '" =')}\n`,
    ],
  ])('keeps everything else byte for byte: %s', async (_name, before, after) => {
    if (before !== undefined) put(before);
    await store().set('server_url', url);
    expect(readFileSync(file(), 'utf8')).toBe(after);
    expect((await store().read()).serverUrl).toBe(url);
  });

  it.each(['sync = { linger_seconds = 3 }\n', 'sync.server_url = "x"\n', 'a = """\n[sync]\n"""\n'])(
    'refuses, and changes nothing, where a line cannot do it: %j',
    async (text) => {
      put(text);
      await expect(store().set('server_url', url)).rejects.toMatchObject({ kind: 'config-not-writable' });
      expect(readFileSync(file(), 'utf8')).toBe(text);
    },
  );

  it('refuses to touch a broken file', async () => {
    put('[sync\n');
    await expect(store().set('server_url', url)).rejects.toMatchObject({ kind: 'config-unreadable' });
    expect(readFileSync(file(), 'utf8')).toBe('[sync\n');
  });

  it('makes a private file and keeps the mode of one that exists', async () => {
    await store().set('server_url', url);
    expect(statSync(file()).mode & 0o777).toBe(0o600);
  });

  it('refuses an unsafe state root', async () => {
    const link = join(scratch.path, 'link');
    symlinkSync(scratch.path, link);
    await expect(new TomlSettingsStore(new StateRoot(link)).set('server_url', url)).rejects.toMatchObject({
      kind: 'state-root-unsafe',
    });
  });
});
