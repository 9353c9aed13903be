import { CommandLine } from '../../support/command-line.js';
import { smallFeature } from '../../support/planning-documents.js';

let cli: CommandLine;

beforeEach(() => {
  cli = new CommandLine(smallFeature({ WP01: {} }));
});

afterEach(() => cli.remove());

const LOGIN = ['auth', 'login', '--server', 'https://hub.example.org', '--username', 'ada'];

/** Captures one event while nobody is signed in. */
const captureOne = () => cli.run('agent tasks add-history WP01 --note first --json');

describe('auth login', () => {
  it('signs in with a password from stdin and remembers the server', async () => {
    const { outcome, document } = await cli.run([...LOGIN, '--password-stdin', '--json'], {
      stdin: 'secret\n',
    });
    expect(outcome).toBe('done');
    expect(document).toMatchObject({
      signed_in: true,
      server: 'https://hub.example.org',
      team: 'acme',
      username: 'ada',
    });
    expect((await cli.run('sync server --json')).document).toMatchObject({
      server: 'https://hub.example.org',
    });
  });

  it('asks a person for everything that was not given, and shows no password', async () => {
    const { outcome, out, err } = await cli.run('auth login', {
      stdin: 'https://hub.example.org\nada\nsecret\n',
      isTTY: true,
    });
    expect(outcome).toBe('done');
    expect(out).toContain('Signed in at https://hub.example.org as ada of team acme.');
    expect(err).toContain('Address of the hub: ');
    expect(err).toContain('User name: ');
    expect(err).toContain('Password of ada: ');
    expect(out + err).not.toContain('secret');
  });

  it('signs a machine in from a browser elsewhere, by a code', async () => {
    const timer = { sleep: async () => cli.hub.signIns.agreeToDevice('CODE-1', 'ada') };
    const { outcome, document, err } = await cli.run(
      'auth login --server https://hub.example.org --device --json',
      { overrides: { timer } },
    );
    expect(outcome).toBe('done');
    expect(document).toMatchObject({ signed_in: true, team: 'acme', username: 'ada' });
    expect(err).toContain('https://hub.example.org/device');
    expect(err).toContain('CODE-1');
  });

  it.each([
    [
      'says that it has moved',
      'yes',
      { url: 'https://new.example.org', id: 'hub-at-https://hub.example.org' },
    ],
    ['says nothing', '', { url: 'https://new.example.org', claims: 'hub-at-https://hub.example.org' }],
  ])('a hub that states the id of another one is that one only when a person %s', async (_, answer, hub) => {
    await cli.signIn();
    const other = cli.network.addHub({ url: 'https://new.example.org', id: cli.hub.id });
    other.signIns.addUser('ada', 'secret', 'acme');
    const { err } = await cli.run(['auth', 'login', '--server', other.url, '--username', 'ada'], {
      stdin: `secret\n${answer}\n`,
      isTTY: true,
    });
    expect(err).toContain('Has the hub at https://hub.example.org moved to https://new.example.org? [y/N]');
    expect((await cli.run('auth status --json')).document.account).toMatchObject({ hub });
  });

  it('asks a script nothing about a hub that states the id of another one, and --yes is no answer', async () => {
    await cli.signIn();
    await captureOne();
    const other = cli.network.addHub({ url: 'https://new.example.org', id: cli.hub.id });
    other.signIns.addUser('ada', 'secret', 'acme');
    const line = ['auth', 'login', '--server', other.url, '--username', 'ada', '--password-stdin', '--yes'];
    const { err, out } = await cli.run(line, { stdin: 'secret\n' });
    expect(out).toContain('Signed in at https://new.example.org');
    expect(err).toContain('It is taken for another hub');
    expect((await cli.run('sync now --json')).document).toMatchObject({ delivered: 0, left: 1 });
    expect(other.storedIds('acme')).toEqual([]);
    const { findings } = (await cli.run('sync doctor --json')).document;
    expect(findings.map(({ message }: { message: string }) => message)).toEqual([
      expect.stringContaining('https://new.example.org states the id of the hub at https://hub.example.org'),
      expect.stringContaining('1 events are held for the hub https://hub.example.org'),
    ]);
    expect(findings[1].remedy).toContain('spec-kitty sync move --from https://hub.example.org');
    expect((await cli.run('sync doctor')).out).toContain('No problems, 2 warnings.');
    expect(await cli.run('sync move --from https://hub.example.org')).toMatchObject({
      outcome: 'wrong-usage',
      err: expect.stringContaining('1 held for team acme → team acme at https://new.example.org'),
    });
    const moved = await cli.run('sync move --from https://hub.example.org --yes --json');
    expect(moved.document).toMatchObject({
      moved: true,
      events: 1,
      projects: [{ held: 1, delivered_there: 0 }],
    });
    expect((await cli.run('sync now --json')).document).toMatchObject({ delivered: 1, left: 0 });
  });

  it.each([
    ['y', 'go to https://new.example.org next'],
    ['n', 'Nothing was moved.'],
  ])('sync move asks, and takes %j for what it says', async (answer, said) => {
    await cli.signIn();
    await captureOne();
    const other = cli.network.addHub({ url: 'https://new.example.org' });
    other.signIns.addUser('ada', 'secret', 'acme');
    const line = ['auth', 'login', '--server', other.url, '--username', 'ada', '--password-stdin'];
    await cli.run(line, { stdin: 'secret\n' });
    const { out } = await cli.run('sync move --from https://hub.example.org', {
      stdin: `${answer}\n`,
      isTTY: true,
    });
    expect(out).toContain(said);
    expect((await cli.run('sync now --json')).document).toMatchObject({ delivered: answer === 'y' ? 1 : 0 });
    expect((await cli.run('sync move')).outcome).toBe('wrong-usage');
  });

  it('lifts what the hub refused to the account before', async () => {
    await cli.signIn();
    await captureOne();
    cli.hub.batchFaults.next({ outcome: 'forbidden', reason: 'read-only member' });
    await cli.run('sync now');
    const accounting = async () => (await cli.run('sync status --json')).document.projects[0].accounting;
    expect(await accounting()).toMatchObject({ held: { 'refused by the hub: read-only member': 1 } });
    await cli.run([...LOGIN, '--password-stdin'], { stdin: 'secret\n' });
    expect(await accounting()).toMatchObject({ held: {}, pending: 1 });
  });

  it('takes a token for machines from stdin', async () => {
    const token = cli.hub.signIns.machineToken('ada');
    const { outcome } = await cli.run(['auth', 'login', '--server', cli.hub.url, '--token-stdin'], {
      stdin: `${token}\n`,
    });
    expect(outcome).toBe('done');
    expect((await cli.run('auth status --json')).document).toMatchObject({
      state: 'signed-in',
      account: { team: 'acme' },
    });
  });

  it('a wrong password signs nobody in', async () => {
    const { outcome, document } = await cli.run([...LOGIN, '--password-stdin', '--json'], {
      stdin: 'wrong\n',
    });
    expect(outcome).toBe('not-signed-in');
    expect(document).toMatchObject({ error: { code: 'sign-in-failed' } });
    expect((await cli.run('auth status --json')).outcome).toBe('not-signed-in');
  });

  it('a hub that cannot be reached is said', async () => {
    cli.hub.down = true;
    const { outcome, document } = await cli.run([...LOGIN, '--password-stdin', '--json'], {
      stdin: 'secret\n',
    });
    expect(outcome).toBe('failed');
    expect(document).toMatchObject({ error: { code: 'unreachable' } });
  });

  it.each([
    ['no server', ['auth', 'login', '--username', 'ada'], '--server URL'],
    ['no user name', ['auth', 'login', '--server', 'https://hub.example.org'], '--username NAME'],
    ['nobody to ask for the password', LOGIN, '--password-stdin'],
    ['a person who must not be asked', [...LOGIN, '--no-input'], '--password-stdin'],
  ])('%s is wrong usage, and the hint names the way out', async (_name, line, hint) => {
    const { outcome, err } = await cli.run(line, { isTTY: line.includes('--no-input') });
    expect(outcome).toBe('wrong-usage');
    expect(err).toContain(hint);
  });

  it.each([
    ['an empty answer is wrong usage', '\n', 'wrong-usage'],
    ['the end of the input is no answer', '', 'interrupted'],
  ])('to a question %s', async (_name, stdin, expected) => {
    const { outcome } = await cli.run('auth login', { stdin, isTTY: true });
    expect(outcome).toBe(expected);
  });

  it('Ctrl-C at the password interrupts, and nobody is signed in', async () => {
    const { outcome } = await cli.run(LOGIN, { stdin: 'sec\x03', isTTY: true });
    expect(outcome).toBe('interrupted');
    expect((await cli.run('auth status')).outcome).toBe('not-signed-in');
  });

  it('an erased character is not part of the password', async () => {
    const { outcome } = await cli.run(LOGIN, { stdin: 'secrex\x7ft\r', isTTY: true });
    expect(outcome).toBe('done');
  });
});

describe('the question about what waits', () => {
  it('is asked with counts, and a yes sends', async () => {
    await captureOne();
    const { err, outcome } = await cli.run(LOGIN, { stdin: 'secret\nyes\n', isTTY: true });
    expect(outcome).toBe('done');
    expect(err).toContain('These events wait on this machine and would now be sent:');
    expect(err).toContain('project: 1');
    expect((await cli.run('sync now --json')).document).toMatchObject({ delivered: 1, left: 0 });
  });

  it('who does not answer has not signed in, and nothing is decided', async () => {
    await captureOne();
    const { outcome, err } = await cli.run(LOGIN, { stdin: 'secret\n', isTTY: true });
    expect(outcome).toBe('interrupted');
    expect(err).toContain('nothing was done');
    expect((await cli.run('auth status')).outcome).toBe('not-signed-in');
    expect((await cli.run(LOGIN, { stdin: 'secret\ny\n', isTTY: true })).outcome).toBe('done');
    expect((await cli.run('sync now --json')).document).toMatchObject({ delivered: 1, left: 0 });
  });

  it.each([['no\n'], ['\n']])(
    'the answer %j keeps the project on this machine until sync on',
    async (answer) => {
      await captureOne();
      const { outcome, err } = await cli.run(LOGIN, { stdin: `secret\n${answer}`, isTTY: true });
      expect(outcome).toBe('done');
      expect(err).toContain('Sharing is now off for these projects');
      expect(err).toContain(`project: spec-kitty sync on --project ${cli.git.root}`);
      const kept = await cli.run('sync now --json');
      expect(kept.outcome).toBe('partly-delivered');
      expect(kept.document).toMatchObject({
        delivered: 0,
        left: 1,
        left_reasons: { 'held: sharing is off': 1 },
      });
      await cli.run('sync on');
      expect((await cli.run('sync now --json')).document).toMatchObject({ delivered: 1, left: 0 });
    },
  );

  it('is not asked again about a project that is kept on this machine', async () => {
    await captureOne();
    await cli.run(LOGIN, { stdin: 'secret\nno\n', isTTY: true });
    const { err } = await cli.run(LOGIN, { stdin: 'secret\n', isTTY: true });
    expect(err).not.toContain('would now be sent');
  });

  it('--yes answers it for scripts', async () => {
    await captureOne();
    const { document } = await cli.run([...LOGIN, '--password-stdin', '--yes', '--json'], {
      stdin: 'secret\n',
    });
    expect(document).toMatchObject({ backlog: { answer: 'consent', backlogs: [{ local: 1 }] } });
    expect((await cli.run('sync now --json')).document).toMatchObject({ delivered: 1 });
  });

  it('where nobody can be asked the events are held, and the message says how to send them', async () => {
    await captureOne();
    const { err } = await cli.signIn();
    expect(err).toContain('spec-kitty sync on');
    expect((await cli.run('sync now --json')).document).toMatchObject({
      left_reasons: { 'held: not consented': 1 },
    });
    await cli.run('sync on');
    expect((await cli.run('sync now --json')).document).toMatchObject({ delivered: 1, left: 0 });
  });
});

describe('auth status', () => {
  it('says who is signed in, where, until when, and from which file', async () => {
    await cli.signIn();
    const { outcome, out } = await cli.run('auth status');
    expect(outcome).toBe('done');
    for (const part of [
      'https://hub.example.org',
      'ada',
      'acme',
      'valid',
      'the credentials file',
      'access until',
    ])
      expect(out).toContain(part);
  });

  it('never shows a token', async () => {
    await cli.signIn();
    const { out } = await cli.run('auth status --json');
    expect(out).not.toMatch(/access-\d|refresh-\d/);
  });

  it('says that nobody is, and how to change that', async () => {
    const { outcome, out } = await cli.run('auth status');
    expect(outcome).toBe('not-signed-in');
    expect(out).toContain('spec-kitty auth login');
  });

  it('says why a token of the environment cannot be used', async () => {
    const { outcome, out } = await cli.run('auth status', { env: { SPEC_KITTY_TOKEN: 'abc' } });
    expect(outcome).toBe('not-signed-in');
    expect(out).toContain('SPEC_KITTY_SERVER_URL');
  });

  it('says that the environment signs in', async () => {
    const env = { SPEC_KITTY_TOKEN: 'abc', SPEC_KITTY_SERVER_URL: cli.hub.url };
    const { outcome, out } = await cli.run('auth status', { env });
    expect(outcome).toBe('done');
    expect(out).toContain('SPEC_KITTY_TOKEN');
    expect(out).not.toContain('abc');
  });
});

describe('auth logout', () => {
  it('forgets the sign-in, here and at the hub; again, it says that nobody was signed in', async () => {
    await cli.signIn();
    expect((await cli.run('auth logout --json')).document).toMatchObject({ signed_out: true });
    expect((await cli.run('auth status')).outcome).toBe('not-signed-in');
    const again = await cli.run('auth logout');
    expect(again).toMatchObject({ outcome: 'done', out: 'Nobody was signed in.\n' });
  });

  it('needs no hub, and says that it may still know the sign-in', async () => {
    await cli.signIn();
    cli.hub.down = true;
    const { outcome, err } = await cli.run('auth logout');
    expect(outcome).toBe('done');
    expect(err).toContain('may still know this sign-in');
    expect((await cli.run('auth status')).outcome).toBe('not-signed-in');
  });
});
