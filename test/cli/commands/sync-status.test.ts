import { MemoryBackgroundPost } from '../../support/memory-background.js';
import type { Heartbeat } from '../../../src/ports/delivery.js';
import { CommandLine } from '../../support/command-line.js';
import { smallFeature } from '../../support/planning-documents.js';

let cli: CommandLine;

beforeEach(() => {
  cli = new CommandLine(smallFeature({ WP01: {} }));
});

afterEach(() => cli.remove());

const note = (env = {}) => cli.run('agent tasks add-history WP01 --note first --json', { env });

describe('sync status', () => {
  it('says when something was last received and how long the oldest event waits', async () => {
    await cli.signIn();
    await note();
    await cli.run('sync now');
    await note();
    const { out } = await cli.run('sync status');
    expect(out).toMatch(/last receipt \d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ, \d+ s ago/);
    expect(out).toMatch(/oldest waiting event \d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ, \d+ s ago/);
    expect(out).toContain('0 % of 100000 events in the fullest outbox');
    expect(out).toContain('not running');
  });

  it('counts beside the identity what was refused at the limit', async () => {
    const { mkdirSync, writeFileSync } = await import('node:fs');
    mkdirSync(cli.git.stateRoot, { recursive: true, mode: 0o700 });
    writeFileSync(`${cli.git.stateRoot}/config.toml`, '[sync]\nmax_queue_size = 1\n');
    await note();
    await note();
    const { out } = await cli.run('sync status');
    expect(out).toContain('beside these: 1 refused at the limit');
    expect(out).toContain('100 % of 1 events');
  });

  it('shows the line of a hub that is not in use any more', async () => {
    await cli.signIn();
    await note();
    await cli.run('sync now');
    const other = cli.network.addHub({ url: 'https://other.example.org' });
    other.signIns.addUser('ada', 'secret', 'acme');
    await cli.run(`auth login --server ${other.url} --username ada --password-stdin --yes`, {
      stdin: 'secret\n',
    });
    await cli.run('sync now');
    expect((await cli.run('sync status')).out).toMatch(
      /formerly team acme at hub-at-https:\/\/hub\.example\.org until \S+ \S+: 1 delivered/,
    );
  });

  const beat = (change: Partial<Heartbeat> = {}): Heartbeat => ({
    version: '1.2.3',
    processId: 4711,
    startedAtMs: 0,
    atMs: Date.now(),
    connection: 'Connected',
    progressAtMs: Date.now(),
    lastFlush: { atMs: 0, delivered: 3, ended: 'unavailable', reason: 'gone fishing' },
    nextTryAtMs: 60_000,
    ...change,
  });

  it.each<[string, boolean, Partial<Heartbeat>, readonly string[]]>([
    [
      'running',
      true,
      {},
      ['running: process 4711, version 1.2.3', 'connected', 'gone fishing', '1970-01-01 00:01'],
    ],
    [
      'silent',
      true,
      { atMs: Date.now() - 300_000 },
      ['silent: process 4711', 'heard of 5 min ago', 'offline'],
    ],
    ['gone', false, { left: 'idle' }, ['not running (left: idle)', 'offline']],
    ['reconnecting', true, { connection: 'Reconnecting' }, ['reconnecting']],
    ['without live sessions', true, { connection: 'OfflineBatchMode' }, ['offline, batches go on']],
  ])('shows a background process that is %s', async (_name, isThere, change, words) => {
    const post = new MemoryBackgroundPost();
    if (isThere) await post.occupy();
    await post.beat(beat(change));
    const { out } = await cli.run('sync status', { overrides: { backgroundPost: post } });
    for (const word of words) expect(out).toContain(word);
  });
});

describe('sync status --check', () => {
  it('finds the hub reachable', async () => {
    await cli.signIn();
    const { outcome, document } = await cli.run('sync status --check --json');
    expect(outcome).toBe('done');
    expect(document.check).toMatchObject({ state: 'reachable', account: { team: 'acme' } });
    expect((await cli.run('sync status --check')).out).toContain('reachable, and knows ada');
  });

  it('without --check asks nobody', async () => {
    await cli.signIn();
    cli.network.down = true;
    const { outcome, document } = await cli.run('sync status --json');
    expect(outcome).toBe('done');
    expect(document).not.toHaveProperty('check');
  });

  it('finds the hub out of reach', async () => {
    await cli.signIn();
    cli.network.down = true;
    const { outcome, out } = await cli.run('sync status --check');
    expect(outcome).toBe('failed');
    expect(out).toContain('unreachable: connection refused');
  });

  it.each(['sync status --check', 'sync doctor', 'sync verify'])(
    '%s that is interrupted says so, and nothing about the hub',
    async (line) => {
      await cli.signIn();
      await note();
      const signal = AbortSignal.abort();
      expect(await cli.run(line, { signal })).toMatchObject({ outcome: 'interrupted' });
    },
  );

  it('finds that the session has expired', async () => {
    const env = { SPEC_KITTY_TOKEN: 'nobody', SPEC_KITTY_SERVER_URL: cli.hub.url };
    const { outcome, out } = await cli.run('sync status --check', { env });
    expect(outcome).toBe('not-signed-in');
    expect(out).toContain('the session has expired: spec-kitty auth login');
  });

  it('says that nobody is signed in, that no server is set, and that a sign-in cannot be used', async () => {
    expect(await cli.run('sync status --check')).toMatchObject({
      outcome: 'failed',
      out: expect.stringContaining('no server is set'),
    });
    expect(await cli.run('sync status --check', { env: { SPEC_KITTY_TOKEN: 'x' } })).toMatchObject({
      outcome: 'not-signed-in',
      out: expect.stringContaining('the sign-in cannot be used: SPEC_KITTY_TOKEN is set'),
    });
    await cli.run(`sync server ${cli.hub.url}`);
    expect(await cli.run('sync status --check')).toMatchObject({
      outcome: 'not-signed-in',
      out: expect.stringContaining('reachable; nobody is signed in'),
    });
    expect(await cli.run('sync status --check', { env: { SPEC_KITTY_TOKEN: 'x' } })).toMatchObject({
      outcome: 'not-signed-in',
      out: expect.stringContaining('the sign-in cannot be used: SPEC_KITTY_TOKEN is set'),
    });
  });
});

describe('a machine that signs in by variables', () => {
  it('knows its team without the network once the hub was asked, and captures for it', async () => {
    const env = { SPEC_KITTY_TOKEN: cli.hub.signIns.machineToken('ada'), SPEC_KITTY_SERVER_URL: cli.hub.url };
    const status = async () => (await cli.run('sync status --json', { env })).document;
    expect(await status()).toMatchObject({ account: { team: 'local' } });
    await cli.run('sync status --check', { env });
    cli.network.down = true;
    expect(await status()).toMatchObject({ account: { team: 'acme', hub: cli.hub.id, username: 'ada' } });
    expect((await cli.run('auth status --json', { env })).document.account).toMatchObject({ team: 'acme' });
    await note(env);
    const { events } = (await cli.run('events list --json', { env })).document;
    expect(events).toMatchObject([{ team_slug: 'acme' }]);
    // Another token is nobody's until its hub was asked.
    const other = { ...env, SPEC_KITTY_TOKEN: cli.hub.signIns.machineToken('bob') };
    expect((await cli.run('sync status --json', { env: other })).document.account.team).toBe('local');
  });
});
