import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { CommandLine } from '../../support/command-line.js';
import { facts } from '../../support/facts.js';
import { outboxesOf } from '../../support/outboxes.js';
import { smallFeature } from '../../support/planning-documents.js';

let cli: CommandLine;

beforeEach(() => {
  cli = new CommandLine(smallFeature({ WP01: {}, WP02: {} }));
});

afterEach(() => cli.remove());

describe('events list', () => {
  beforeEach(async () => {
    await cli.run(['agent', 'tasks', 'add-history', 'WP01', '--note', 'about one']);
    await cli.run(['agent', 'tasks', 'add-history', 'WP02', '--note', 'about two', '--type', 'review']);
  });

  it('shows what was captured, oldest first', async () => {
    const { outcome, out } = await cli.run('events list');
    expect(outcome).toBe('done');
    expect(out.indexOf('note: about one')).toBeLessThan(out.indexOf('review: about two'));
    expect(out.indexOf('note: about one')).toBeGreaterThan(0);
  });

  it.each([
    ['--wp WP02', ['about two']],
    ['--limit 1', ['about two']],
    ['--wp wp1', ['about one']],
    ['--wp 2', ['about two']],
    ['--wp WP99', []],
    ['--feature 001-alpha', ['about one', 'about two']],
    ['--feature 001', ['about one', 'about two']],
    ['--feature kitty-specs/001-alpha/ --wp WP01', ['about one']],
  ])('%s leaves out the others', async (options, notes) => {
    const { document } = await cli.run(`events list ${options} --json`);
    expect(document.events.map((event: any) => event.payload.entry_content)).toEqual(notes);
  });

  it('without a feature is about all of the project, wherever it is called', async () => {
    const { document } = await cli.run('events list --json', { cwd: `${cli.git.root}/kitty-specs` });
    expect(document.events).toHaveLength(2);
  });

  it.each([['events list'], ['events export'], ['events tail']])(
    '%s refuses a feature that nobody knows, and names those that there are',
    async (command) => {
      await cli.signIn();
      for (const [line, env] of [
        [`${command} --feature 01-alpha`, {}],
        [command, { SPECIFY_FEATURE: '01-alpha' }],
      ] as const) {
        const { outcome, err } = await cli.run(line, { env });
        expect(outcome).toBe('failed');
        expect(err).toMatch(/feature-not-found.*"01-alpha".*There are: 001-alpha/);
      }
    },
  );

  it('knows a feature of which only events tell any more', async () => {
    rmSync(join(cli.git.root, 'kitty-specs'), { recursive: true });
    const { outcome, document } = await cli.run('events list --feature 001 --json');
    expect([outcome, document.events.length]).toEqual(['done', 2]);
  });

  it.each([
    ['events list --wp WP99', 'out', 'No events about WP99 were captured here.'],
    ['events list --feature 1-x', 'err', 'There is no feature "1-x"'],
    ['events list --feature 001 --wp WP77', 'out', 'No events about WP77 of 001-alpha were captured here.'],
    ['events export --wp WP77', 'err', '0 events about WP77.'],
    ['events list --wp seven', 'err', '"seven" is no work package.'],
  ] as const)('%s says what was asked', async (line, where, text) => {
    expect((await cli.run(line))[where]).toContain(text);
  });

  it('shows the feature, and times in UTC with their zone', async () => {
    const { out } = await cli.run('events list', { env: { TZ: 'Asia/Tokyo' } });
    expect(out.split('\n')[0]).toMatch(/^clock +when +event +feature +about +what$/);
    expect(out).toMatch(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ +HistoryAdded +001-alpha +WP01 +note: about one/);
  });

  it('gives a program whole envelopes', async () => {
    const { document } = await cli.run('events list --json');
    expect(document.events[0]).toMatchObject({
      event_type: 'HistoryAdded',
      aggregate_id: 'WP01',
      team_slug: 'local',
      schema_version: '1.0',
    });
  });

  it.each(['0', '-1', '1.5'])('refuses --limit %s', async (limit) => {
    expect((await cli.run(['events', 'list', `--limit=${limit}`])).outcome).toBe('wrong-usage');
  });

  it('outside every project fails', async () => {
    const { outcome, err } = await cli.run('events list', { cwd: cli.git.place });
    expect(outcome).toBe('failed');
    expect(err).toContain('not-a-repository');
  });
});

it('events list in a project without events says so, and shows nothing of elsewhere', async () => {
  await outboxesOf(cli.git.stateRoot).open(undefined).capture(facts(1, 1), { maxWaiting: 10 });
  const { outcome, out } = await cli.run('events list');
  expect(outcome).toBe('done');
  expect(out).toContain('No events were captured here yet.');
});

describe('identity show', () => {
  it('says where every value comes from, and mints nothing', async () => {
    const before = await cli.run('identity show --json');
    expect(before.document.project.uuid).toBeUndefined();
    expect(before.document.project.slug).toEqual({ value: 'project', source: expect.any(String) });
    await cli.run('init');
    const { out } = await cli.run('identity show');
    expect(out).toMatch(/project uuid\s+[0-9a-f-]{36} \(config\)/);
    expect(out).toMatch(/branch\s+main/);
    expect(out).toMatch(/sharing\s+on/);
  });

  it('warns of a config that cannot be understood', async () => {
    cli.git.write('.kittify/config.yaml', '<<<<<<< HEAD\nproject: x\n');
    const { out, err, outcome } = await cli.run('identity show');
    expect(outcome).toBe('done');
    expect(err).toContain('config.yaml');
    expect(out).toContain('unreadable config: events are held');
  });

  it('outside every project fails', async () => {
    expect((await cli.run('identity show', { cwd: cli.git.place })).outcome).toBe('failed');
  });
});
