import { CommandLine } from '../../support/command-line.js';
import { smallFeature } from '../../support/planning-documents.js';

let cli: CommandLine;

beforeEach(() => {
  cli = new CommandLine(smallFeature({ WP01: {} }));
});

afterEach(() => cli.remove());

const note = (text: string) => cli.run(['agent', 'tasks', 'add-history', 'WP01', '--note', text, '--json']);

describe('sync preview', () => {
  it('shows exactly the documents that are sent next, and uses no network', async () => {
    await note('captured as local');
    await cli.signIn('ada', '--yes');
    await note('captured for acme');
    cli.network.down = true;
    const { outcome, document } = await cli.run('sync preview --json');
    expect(outcome).toBe('done');
    const [project] = document.projects;
    expect(project).toMatchObject({ count: 2, held: {}, to: { team: 'acme', url: cli.hub.url } });
    expect(project.events.map((event: { team_slug: string }) => event.team_slug)).toEqual(['acme', 'acme']);
    cli.network.down = false;
    const received: unknown[] = [];
    cli.hub.judge = (event) => void received.push(event);
    await cli.run('sync now');
    expect(received).toEqual(project.events);
  });

  it('changes nothing', async () => {
    await note('first');
    await cli.signIn('ada', '--yes');
    const before = (await cli.run('sync status --json')).document.projects;
    await cli.run('sync preview');
    const after = (await cli.run('sync status --json')).document.projects;
    expect(after.map(({ accounting }: any) => accounting)).toEqual(
      before.map(({ accounting }: any) => accounting),
    );
  });

  it('says why events stay and where nothing goes', async () => {
    await note('first');
    const signedOut = await cli.run('sync preview');
    expect(signedOut.out).toContain('0 would leave nowhere, since nobody is signed in');
    expect(signedOut.out).toContain('1 held: not signed in');
    await cli.signIn('ada', '--yes');
    await cli.run('sync off');
    expect((await cli.run('sync preview --json')).document.projects).toMatchObject([
      { count: 0, events: [], held: { 'sharing is off': 1 } },
    ]);
  });

  it('shows the first ten, or as many as are wanted, and counts the rest', async () => {
    await cli.signIn();
    for (let each = 0; each < 3; each++) await note(`note ${each}`);
    const { out } = await cli.run('sync preview --limit 1');
    expect(out).toContain('note 0');
    expect(out).not.toContain('note 1');
    expect(out).toContain('… and 2 more; all are in --json');
    expect((await cli.run('sync preview --limit 2 --json')).document.projects[0].events).toHaveLength(2);
    expect((await cli.run('sync preview')).out).toContain('note 2');
    expect(await cli.run('sync preview --limit 1.5')).toMatchObject({ outcome: 'wrong-usage' });
  });

  it('does not pretend to know the team of a machine token before the hub was asked', async () => {
    const env = { SPEC_KITTY_TOKEN: cli.hub.signIns.machineToken('ada'), SPEC_KITTY_SERVER_URL: cli.hub.url };
    await cli.run('agent tasks add-history WP01 --note first', { env });
    expect((await cli.run('sync preview --json', { env })).document.projects).toMatchObject([
      { count: 1, to: { url: cli.hub.url, team: null } },
    ]);
    expect((await cli.run('sync preview', { env })).out).toContain('spec-kitty sync status --check');
    await cli.run('sync status --check', { env });
    expect((await cli.run('sync preview --json', { env })).document.projects).toMatchObject([
      { to: { team: 'acme' }, events: [{ team_slug: 'acme' }] },
    ]);
  });

  it('names dead letters, and a machine without events', async () => {
    expect((await cli.run('sync preview')).out).toContain('No events were captured');
    await cli.signIn();
    await note('first');
    cli.hub.judge = () => ({ status: 'rejected', error_message: 'never' });
    for (let attempt = 0; attempt < 5; attempt++) await cli.run('sync now');
    expect((await cli.run('sync preview')).out).toContain('1 dead letter: never');
  });
});
