import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CommandLine } from '../../support/command-line.js';
import { smallFeature } from '../../support/planning-documents.js';

let cli: CommandLine;

beforeEach(() => {
  cli = new CommandLine(smallFeature({ WP01: {} }));
});

afterEach(() => cli.remove());

const instead = (place: string, make: (place: string) => void): void => {
  rmSync(place, { recursive: true, force: true });
  make(place);
};
const pipe = (path: string): void => instead(path, (place) => execFileSync('mkfifo', [place]));
const loop = (path: string): void => instead(path, (place) => symlinkSync(place, place));

const note = (text = 'first') => cli.run(['agent', 'tasks', 'add-history', 'WP01', '--note', text]);

describe('sync now', () => {
  it('delivers everything, and says so', async () => {
    await cli.signIn();
    await note();
    const { outcome, out } = await cli.run('sync now');
    expect(outcome).toBe('done');
    expect(out).toBe('Delivered 1, already there 0, left 0.\n');
    expect(cli.hub.storedIds('acme')).toHaveLength(1);
  });

  it.each([
    ['config is a pipe', (at: string) => pipe(join(at, '.kittify', 'config.yaml'))],
    ['config leads to itself', (at: string) => loop(join(at, '.kittify', 'config.yaml'))],
    ['intent is a pipe', (at: string) => pipe(join(at, '.git', 'spec-kitty', 'intent.json'))],
    ['place for our own files leads to itself', (at: string) => loop(join(at, '.git', 'spec-kitty'))],
    ['.git is a pipe', (at: string) => pipe(join(at, '.git'))],
    [
      '.git is a device',
      (at: string) => instead(join(at, '.git'), (place) => symlinkSync('/dev/zero', place)),
    ],
  ])('delivers the other projects when one has a checkout whose %s', async (_name, spoil) => {
    await cli.signIn();
    const other = join(cli.git.place, 'other');
    cli.git.gitIn(cli.git.place, 'clone', '--quiet', cli.git.root, other);
    for (const name of ['user.name', 'user.email']) cli.git.gitIn(other, 'config', name, 'tester');
    await cli.run(['agent', 'tasks', 'add-history', 'WP01', '--note', 'there'], { cwd: other });
    await note();
    spoil(other);
    const { out } = await cli.run('sync now');
    expect(out).toMatch(/^Delivered [12],/);
    const notes = JSON.stringify(cli.hub.storedEvents('acme'));
    expect(notes).toContain('"first"');
  });

  it('is done when there is nothing to do', async () => {
    await cli.signIn();
    expect(await cli.run('sync now --json')).toMatchObject({
      outcome: 'done',
      document: { delivered: 0, left: 0, left_reasons: {}, ended: { end: 'complete' } },
    });
  });

  it('without a sign-in ends with that outcome and names the command', async () => {
    await note();
    const { outcome, out } = await cli.run('sync now');
    expect(outcome).toBe('not-signed-in');
    expect(out).toContain('spec-kitty auth login');
    expect(out).toContain('1 held: not signed in');
  });

  it.each([
    ['an outage', { outcome: 'unavailable', reason: 'gone fishing' }, 'gone fishing'],
    ['a refusal of the account', { outcome: 'forbidden', reason: 'read-only' }, 'read-only'],
    ['another protocol', { outcome: 'protocol-mismatch', reason: 'upgrade the hub' }, 'upgrade the hub'],
    ['an answer outside the contract', { outcome: 'unexpected', reason: '418 teapot' }, '418 teapot'],
    ['an answer about nothing', { outcome: 'answered', answers: new Map() }, 'gave no receipts'],
  ] as const)('%s leaves everything, with the reason', async (_name, fault, sentence) => {
    await cli.signIn();
    await note();
    cli.hub.batchFaults.next(fault);
    const { outcome, out } = await cli.run('sync now');
    expect(outcome).toBe('partly-delivered');
    expect(out).toContain('left 1');
    expect(out).toContain(sentence);
  });

  it('names the reason of every event that stays, and of dead letters', async () => {
    await cli.signIn();
    await note();
    cli.hub.judge = () => ({ status: 'rejected', error_message: 'not like this' });
    for (let attempt = 1; attempt < 5; attempt++)
      expect((await cli.run('sync now --json')).document).toMatchObject({
        rejected: 1,
        left_reasons: { pending: 1 },
      });
    const { outcome, out } = await cli.run('sync now');
    expect(outcome).toBe('partly-delivered');
    expect(out).toContain('1 dead letter: not like this');
  });

  it('that is interrupted ends so', async () => {
    await cli.signIn();
    await note();
    const { outcome, document } = await cli.run('sync now --json', { signal: AbortSignal.abort() });
    expect(outcome).toBe('interrupted');
    expect(document).toMatchObject({ left: 1, ended: { end: 'interrupted' } });
  });

  it('shows its progress on a terminal only', async () => {
    await cli.signIn();
    await note();
    const { err } = await cli.run('sync now', { isTTY: true });
    expect(err).toContain('Delivered 1');
  });

  it('finds another process at work', async () => {
    await cli.signIn();
    await note();
    let inner: Promise<Awaited<ReturnType<CommandLine['run']>>> | undefined;
    const { MemoryBatchTransport } = await import('../../../src/adapters/memory/memory-transports.js');
    const transport = new MemoryBatchTransport(cli.network);
    const send = transport.send.bind(transport);
    transport.send = async (request, signal) => {
      inner ??= cli.run('sync now');
      await inner;
      return send(request, signal);
    };
    const outer = await cli.run('sync now', { overrides: { batchTransport: transport } });
    expect(outer.outcome).toBe('done');
    expect(await inner).toMatchObject({ outcome: 'partly-delivered' });
    expect((await inner)?.out).toContain('Another process is delivering');
    expect(cli.hub.storedIds('acme')).toHaveLength(1);
  });
});

describe('scenario 23: sync status', () => {
  it('is a recount of journal and hub', async () => {
    await cli.signIn();
    await note('one');
    await cli.run('sync now');
    await note('two');
    const { outcome, document } = await cli.run('sync status --json');
    expect(outcome).toBe('done');
    expect(document).toMatchObject({
      account: { team: 'acme', username: 'ada' },
      server: 'https://hub.example.org',
      projects: [
        {
          project_slug: 'project',
          balanced: true,
          accounting: { captured: 2, delivered: 1, duplicate: 0, pending: 1, held: {}, dead_letters: {} },
        },
      ],
    });
    expect(cli.hub.storedIds('acme')).toHaveLength(document.projects[0].accounting.delivered);
  });

  it('shows a table with the reasons for what stays', async () => {
    await note();
    const { outcome, out } = await cli.run('sync status');
    expect(outcome).toBe('done');
    expect(out).toContain('not signed in');
    expect(out).toContain('1 held: not signed in');
    expect(out).toMatch(/project\s+1\s+0\s+0\s+0\s+1\s+0\s+0\s+✓/);
  });

  it('says that nothing was captured yet', async () => {
    const { out } = await cli.run('sync status');
    expect(out).toContain('No events were captured on this machine yet.');
    expect(out).toContain('none');
  });

  it('warns of settings that cannot be understood', async () => {
    await note();
    const { writeFileSync } = await import('node:fs');
    writeFileSync(`${cli.git.stateRoot}/config.toml`, '[sync]\nmax_queue_size = "many"\n');
    expect((await cli.run('sync status')).err).toContain('max_queue_size');
  });

  it('with a token of the environment speaks of the account that it delivered for', async () => {
    const env = { SPEC_KITTY_TOKEN: cli.hub.signIns.machineToken('ada'), SPEC_KITTY_SERVER_URL: cli.hub.url };
    await cli.run('agent tasks add-history WP01 --note first', { env });
    expect((await cli.run('sync now --json', { env })).document).toMatchObject({ delivered: 1, left: 0 });
    expect((await cli.run('sync status --json', { env })).document.projects[0]).toMatchObject({
      balanced: true,
      team: 'acme',
      accounting: { captured: 1, delivered: 1, held: {} },
    });
  });
});

describe('sync on and off', () => {
  it('keep the project here and share it again; nothing is lost', async () => {
    await cli.signIn();
    await note();
    expect(await cli.run('sync off')).toMatchObject({
      outcome: 'done',
      out: 'project stays on this machine; what waits is kept.\n',
    });
    expect((await cli.run('sync now --json')).document).toMatchObject({ delivered: 0, left: 1 });
    const on = await cli.run('sync on --json');
    expect(on.document).toMatchObject({ project_uuid: expect.any(String), sharing: 'on' });
    expect((await cli.run('sync now --json')).document).toMatchObject({ delivered: 1, left: 0 });
  });

  it('on says that the config of the team wins', async () => {
    cli.git.write('.kittify/config.yaml', 'sync:\n  share: false\n');
    const { err, outcome } = await cli.run('sync on');
    expect(outcome).toBe('done');
    expect(err).toContain('sync.share is false');
  });

  it('on names the checkout that refuses, does not say that anything leaves, and forgets it when it is gone', async () => {
    await note();
    await cli.signIn();
    const clone = join(cli.git.place, 'clone');
    cli.git.git('clone', '--quiet', cli.git.root, clone);
    mkdirSync(join(clone, '.kittify'), { recursive: true });
    const config = readFileSync(join(cli.git.root, '.kittify', 'config.yaml'), 'utf8');
    writeFileSync(join(clone, '.kittify', 'config.yaml'), `${config}sync:\n  share: false\n`);
    await cli.run('agent tasks add-history WP01 --note hostile', { cwd: clone });
    const refused = await cli.run('sync on --json');
    expect(refused.document).toMatchObject({ sharing: 'off', refused_by: [clone] });
    expect(refused.err).toContain(`sync.share is false in .kittify/config.yaml of ${clone}`);
    expect((await cli.run('sync on')).out).not.toContain('delivered next');
    expect((await cli.run('sync now --json')).document).toMatchObject({ delivered: 0 });
    const { findings } = (await cli.run('sync doctor --json')).document;
    expect(findings).toContainEqual(
      expect.objectContaining({ check: 'checkouts', message: expect.stringContaining(clone) }),
    );
    rmSync(clone, { recursive: true });
    expect((await cli.run('sync on')).out).toContain('what waits is delivered next.');
    expect((await cli.run('sync now --json')).document).toMatchObject({ left: 0 });
    expect((await cli.run('sync doctor --json')).document.findings).toEqual([]);
  });

  it('on does not promise delivery while nobody is signed in', async () => {
    expect((await cli.run('sync on')).out).toContain('once somebody signs in.');
  });

  it('outside every project fail with the way out', async () => {
    const { outcome, document } = await cli.run('sync off --json', { cwd: cli.git.place });
    expect(outcome).toBe('failed');
    expect(document).toMatchObject({
      error: { code: 'not-a-repository', hint: expect.stringContaining('--project') },
    });
  });
});

describe('sync server', () => {
  it('shows that none is set, sets one, and shows it', async () => {
    expect((await cli.run('sync server')).out).toContain('spec-kitty sync server URL');
    expect((await cli.run('sync server --json')).document).toMatchObject({ server: null });
    const set = await cli.run('sync server HTTPS://Hub.Example.org/');
    expect(set.out).toContain('The hub is https://hub.example.org. Sign in with: spec-kitty auth login');
    expect((await cli.run('sync server')).out).toBe('https://hub.example.org\n');
  });

  it.each([['http://hub.example.org'], ['hub'], ['https://user:pw@hub.example.org']])(
    'refuses %s and changes nothing',
    async (url) => {
      const { outcome, document } = await cli.run(['sync', 'server', url, '--json']);
      expect(outcome).toBe('failed');
      expect(document).toMatchObject({ error: { code: 'insecure-server' } });
      expect(JSON.stringify(document)).not.toContain('pw');
      expect((await cli.run('sync server --json')).document).toMatchObject({ server: null });
    },
  );
});
