import {
  chmodSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { tryLockFile } from '../../../src/adapters/fs/process-lock.js';
import { CommandLine, type RunOptions } from '../../support/command-line.js';
import { smallFeature } from '../../support/planning-documents.js';

let cli: CommandLine;

beforeEach(() => {
  cli = new CommandLine(smallFeature({ WP01: {} }));
});

afterEach(() => cli.remove());

const note = (options: RunOptions = {}) =>
  cli.run('agent tasks add-history WP01 --note first --json', options);
const state = (...path: readonly string[]) => join(cli.git.stateRoot, ...path);

const doctor = async (...args: readonly string[]) => {
  const { outcome, document } = await cli.run(['sync', 'doctor', '--json', ...args]);
  return {
    outcome,
    document,
    of: (check: string) => document.findings.filter((finding: { check: string }) => finding.check === check),
  };
};

describe('scenario 23: sync doctor', () => {
  it('recounts what was captured and finds nothing wrong', async () => {
    await cli.signIn();
    await note();
    await note();
    await cli.run('sync now');
    await note();
    const { outcome, document } = await doctor();
    expect(outcome).toBe('done');
    expect(document).toMatchObject({
      version: 1,
      sound: true,
      state_root: cli.git.stateRoot,
      findings: [],
      remedies: [],
      recount: [
        {
          captured: 3,
          accounted_for: 3,
          balanced: true,
          waiting: 1,
          records: 3,
          settled: 2,
          counted: 2,
          damaged: 0,
          repeated: 0,
          highest_clock: 3,
        },
      ],
    });
    expect((await cli.run('sync doctor')).out).toContain(
      'No problems. 3 captured events recounted in 1 projects.',
    );
  });

  it('makes nothing on a machine that has captured nothing', async () => {
    const { outcome, of } = await doctor();
    expect(outcome).toBe('done');
    expect(of('account')).toMatchObject([{ severity: 'note', remedy: 'spec-kitty auth login' }]);
    expect(() => statSync(state('clock.json'))).toThrow();
  });

  it('finds files that others may read, and --fix makes them private', async () => {
    await note();
    chmodSync(state('clock.json'), 0o644);
    chmodSync(cli.git.stateRoot, 0o755);
    expect(await doctor()).toMatchObject({
      outcome: 'failed',
      document: {
        sound: false,
        findings: expect.arrayContaining([
          expect.objectContaining({ check: 'files', severity: 'problem', fixable: true }),
        ]),
      },
    });
    const { out } = await cli.run('sync doctor --fix');
    expect(out).toContain('made 2 files private');
    expect(statSync(state('clock.json')).mode & 0o777).toBe(0o600);
    expect((await doctor()).outcome).toBe('done');
  });

  it('removes what dead processes left, and forgets checkouts that are gone, with --fix alone', async () => {
    await note();
    const temporary = state('.clock.json.1.abc.0.tmp');
    writeFileSync(temporary, '', { mode: 0o600 });
    utimesSync(temporary, 1, 1);
    renameSync(cli.git.root, `${cli.git.root}-moved`);
    const cwd = cli.git.place;
    try {
      const before = await cli.run('sync doctor --json', { cwd });
      expect(before.document.findings).toMatchObject([
        { check: 'files', severity: 'note', fixable: true },
        { check: 'checkouts', severity: 'note', fixable: true, message: `${cli.git.root} is gone.` },
        { check: 'account' },
      ]);
      expect(readdirSync(state('checkouts'))).toHaveLength(1);
      const { document } = await cli.run('sync doctor --fix --json', { cwd });
      expect(document.fixed).toEqual(['removed 1 temporary files', `forgot ${cli.git.root}`]);
      expect(document.findings).toMatchObject([{ check: 'account' }]);
      expect(() => statSync(temporary)).toThrow();
      expect(readdirSync(state('checkouts'))).toEqual([]);
    } finally {
      renameSync(`${cli.git.root}-moved`, cli.git.root);
    }
  });

  it('adds to the journal what waited for the lock, with --fix', async () => {
    await note();
    const lock = tryLockFile(state('lock'));
    expect((await note()).document.events).toMatchObject([{ outcome: 'waiting' }]);
    lock?.release();
    expect((await doctor()).of('outboxes')).toMatchObject([{ severity: 'warning', fixable: true }]);
    const { document } = await doctor('--fix');
    expect(document.fixed).toEqual(['added what waited to the journal']);
    expect(document.recount).toMatchObject([{ captured: 2, records: 2 }]);
  });

  it('never forgets a checkout whose last word was that nothing may leave', async () => {
    cli.git.write('.kittify/config.yaml', 'sync:\n  share: false\n');
    await note();
    renameSync(cli.git.root, `${cli.git.root}-moved`);
    const cwd = cli.git.place;
    try {
      const { document } = await cli.run('sync doctor --fix --json', { cwd });
      expect(document.fixed).toEqual([]);
      expect(document.findings[0]).toMatchObject({ check: 'checkouts', fixable: false });
      expect(readdirSync(state('checkouts'))).toHaveLength(1);
    } finally {
      renameSync(`${cli.git.root}-moved`, cli.git.root);
    }
  });

  it('finds a config that cannot be understood, settings that are unusable, and a broken sign-in', async () => {
    await note();
    cli.git.write('.kittify/config.yaml', 'project: [');
    writeFileSync(state('config.toml'), '[sync]\nmax_queue_size = "many"\n', { mode: 0o600 });
    writeFileSync(state('credentials'), 'nonsense', { mode: 0o600 });
    const { outcome, of, document } = await doctor();
    expect(outcome).toBe('failed');
    expect(of('checkouts')).toMatchObject([
      { severity: 'problem', remedy: expect.stringContaining('init --repair') },
    ]);
    expect(of('settings')).toMatchObject([
      { severity: 'warning', message: expect.stringContaining('max_queue_size') },
    ]);
    expect(of('account')).toMatchObject([{ severity: 'problem' }]);
    const severities = document.findings.map(({ severity }: { severity: string }) => severity);
    expect(severities).toEqual([...severities].sort((a, b) => ORDER.indexOf(a) - ORDER.indexOf(b)));
  });

  const ORDER = ['problem', 'warning', 'note'];

  it('finds the hub out of reach, and a session that is over', async () => {
    await cli.signIn();
    cli.network.down = true;
    expect((await doctor()).of('hub')).toMatchObject([{ severity: 'warning' }]);
    cli.network.down = false;
    const env = { SPEC_KITTY_TOKEN: 'nobody', SPEC_KITTY_SERVER_URL: cli.hub.url };
    const { document } = await cli.run('sync doctor --json', { env });
    expect(document.findings).toMatchObject([{ check: 'hub', severity: 'problem' }]);
  });

  it('finds damaged records and dead letters', async () => {
    await note();
    const outbox = readdirSync(state('outbox'))[0]!;
    const path = state('outbox', outbox, 'current.jsonl');
    writeFileSync(path, readFileSync(path, 'utf8').replace(':"first"', ':"fIrst"'), { mode: 0o600 });
    const { of, document } = await doctor();
    expect(of('outboxes')).toMatchObject([
      { severity: 'warning', remedy: 'spec-kitty sync dead-letters list' },
    ]);
    expect(document.recount).toMatchObject([{ records: 1, damaged: 1, balanced: true, dead_letters: 1 }]);
  });

  it('finds a clock below what was captured', async () => {
    for (let each = 0; each < 3; each++) await note();
    const clock = JSON.parse(readFileSync(state('clock.json'), 'utf8'));
    writeFileSync(state('clock.json'), JSON.stringify({ ...clock, value: 1 }), { mode: 0o600 });
    expect((await doctor()).of('clock')).toMatchObject([
      {
        severity: 'problem',
        message: 'The Lamport clock stands at 1, below 3, which an event was captured with.',
      },
    ]);
  });

  it('finds a work that was cut short', async () => {
    await note();
    const intent = join(cli.git.root, '.git', 'spec-kitty', 'intent.json');
    writeFileSync(intent, 'torn', { mode: 0o600 });
    expect((await doctor()).of('checkouts')).toMatchObject([
      { severity: 'warning', message: `A command in ${cli.git.root} was cut short.` },
    ]);
    rmSync(intent);
    expect((await doctor()).of('checkouts')).toEqual([]);
  });
});
