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
    ['--feature 001-alpha', ['about one', 'about two']],
    ['--feature 002-other', []],
  ])('%s leaves out the others', async (options, notes) => {
    const { document } = await cli.run(`events list ${options} --json`);
    expect(document.events.map((event: any) => event.payload.entry_content)).toEqual(notes);
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
