import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { progressLine } from '../../../src/app/cli/commands/sync/now.js';
import { CommandLine } from '../../support/command-line.js';
import { smallFeature } from '../../support/planning-documents.js';

let cli: CommandLine;

beforeEach(() => {
  cli = new CommandLine(smallFeature({ WP01: {} }));
});

afterEach(() => cli.remove());

const note = async (text = 'first'): Promise<string> => {
  const { document } = await cli.run(['agent', 'tasks', 'add-history', 'WP01', '--note', text, '--json']);
  return document.events[0].event_id;
};

describe('sync now --report', () => {
  it('writes what stayed, event by event, with the reasons', async () => {
    await cli.signIn();
    const [taken, refused] = [await note('one'), await note('two')];
    cli.hub.judge = ({ event_id: id }) =>
      id === refused ? { status: 'rejected', error_message: 'not like this' } : undefined;
    const { document } = await cli.run('sync now --report left.json --json');
    const report = JSON.parse(readFileSync(join(cli.git.root, 'left.json'), 'utf8'));
    expect(statSync(join(cli.git.root, 'left.json')).mode & 0o077).toBe(0);
    expect(report).toMatchObject({
      version: 2,
      generated_at: expect.stringMatching(/^\d{4}-.*Z$/),
      summary: { delivered: 1, rejected: 1, left: 1, ended: { end: 'complete' } },
      projects: [{ failures: [{ event_id: refused, state: 'pending', reason: 'not like this' }] }],
    });
    expect(document).toMatchObject(report.summary);
    expect(JSON.stringify(report)).not.toContain(taken);
  });

  it('tells held events and dead letters apart', async () => {
    await cli.signIn();
    const dead = await note('one');
    cli.hub.judge = () => ({ status: 'rejected', error_message: 'never' });
    for (let attempt = 0; attempt < 5; attempt++) await cli.run('sync now');
    await cli.run('sync off');
    const held = await note('two');
    await cli.run('sync now --report left.json');
    const { projects } = JSON.parse(readFileSync(join(cli.git.root, 'left.json'), 'utf8'));
    expect(projects[0].failures).toEqual([
      { event_id: dead, state: 'dead letter', reason: 'never' },
      { event_id: held, state: 'held', reason: 'sharing is off' },
    ]);
  });

  it('that cannot be written says so after the delivery', async () => {
    await cli.signIn();
    await note();
    const { outcome, document } = await cli.run('sync now --report no/such/place.json --json');
    expect(outcome).toBe('failed');
    expect(document.error).toMatchObject({ code: 'storage-failed' });
    expect(cli.hub.storedIds('acme')).toHaveLength(1);
    expect(existsSync(join(cli.git.root, 'no'))).toBe(false);
  });
});

describe('what sync now says about events that stay', () => {
  it('names the backlog of another team and the way out', async () => {
    await cli.signIn();
    await note();
    await cli.run('auth logout');
    await cli.signIn('bob');
    const { out } = await cli.run('sync now');
    expect(out).toContain('held: belongs to team acme at hub');
    expect(out).toContain('a backlog of another team or hub: sign in there to deliver it');
  });

  it('names the command for each reason that a command can end', async () => {
    await cli.signIn();
    await note();
    await cli.run('sync off');
    const line = `project: 1 held: sharing is off (share the project with: spec-kitty sync on --project ${cli.git.root})`;
    for (const command of ['sync now', 'sync status']) expect((await cli.run(command)).out).toContain(line);
    expect((await cli.run('sync preview')).out).toContain(line.slice(line.indexOf('1 held')));
    expect((await cli.run(['sync', 'on', '--project', cli.git.root], { cwd: '/' })).outcome).toBe('done');
  });
});

describe('the progress of a long delivery', () => {
  const counts = { delivered: 0, duplicate: 0, rejected: 0, deadLetters: 0 };

  it('shows a bar, what is left, the rate and the time to go', () => {
    expect(progressLine(counts, 100, 0)).toBe('[                    ] Delivered 0, 100 left');
    expect(progressLine({ ...counts, delivered: 40, duplicate: 10 }, 100, 5000)).toBe(
      '[==========          ] Delivered 50, 50 left, 10/s, 5 s to go',
    );
    expect(progressLine({ ...counts, delivered: 90, rejected: 7, deadLetters: 3 }, 100, 10_000)).toBe(
      '[====================] Delivered 90, refused 10, 0 left, 10/s',
    );
  });

  it('bears more events than were expected, and none', () => {
    expect(progressLine({ ...counts, delivered: 3 }, 1, 0)).toBe(
      '[====================] Delivered 3, 0 left',
    );
    expect(progressLine(counts, 0, 2000)).toBe('[====================] Delivered 0, 0 left, 0/s');
  });
});
