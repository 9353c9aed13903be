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

describe('scenario 23: sync verify', () => {
  it('finds that ledger and hub agree, whatever waits', async () => {
    await cli.signIn();
    await note('one');
    await cli.run('sync now');
    await note('two');
    const { outcome, document } = await cli.run('sync verify --json');
    expect(outcome).toBe('done');
    expect(document).toMatchObject({
      version: 1,
      agrees: true,
      team: 'acme',
      projects: [{ settled: 1, at_hub: 1, missing_at_hub: [], uncounted: [] }],
    });
    expect((await cli.run('sync verify')).out).toContain('every one of the 1 events');
  });

  it('names what is settled here and gone at the hub', async () => {
    await cli.signIn();
    const [first] = [await note('one'), await note('two')];
    await cli.run('sync now');
    cli.hub.lose('acme', first);
    const { outcome, document } = await cli.run('sync verify --json');
    expect(outcome).toBe('failed');
    expect(document).toMatchObject({ agrees: false, projects: [{ settled: 2, missing_at_hub: [first] }] });
    const { out } = await cli.run('sync verify');
    expect(out).toContain('1 settled here, but not at the hub');
    expect(out).toContain(first);
  });

  it('names what the hub has and is not counted here, and the next pass settles it', async () => {
    await cli.signIn();
    const id = await note();
    cli.hub.batchFaults.next('lost-after');
    await cli.run('sync now');
    const { outcome, document } = await cli.run('sync verify --json');
    expect(outcome).toBe('failed');
    expect(document.projects).toMatchObject([{ settled: 0, at_hub: 1, uncounted: [id] }]);
    expect((await cli.run('sync verify')).out).toContain('the next pass counts them: spec-kitty sync now');
    await cli.run('sync now');
    expect((await cli.run('sync verify')).outcome).toBe('done');
  });

  it('does not expect at the hub what a person threw away', async () => {
    await cli.signIn();
    await note();
    cli.hub.judge = () => ({ status: 'rejected', error_message: 'no' });
    for (let attempt = 0; attempt < 5; attempt++) await cli.run('sync now');
    await cli.run('sync dead-letters discard --all --yes');
    expect((await cli.run('sync verify --json')).document).toMatchObject({
      agrees: true,
      projects: [{ settled: 0 }],
    });
  });

  it('says that a hub cannot answer the question', async () => {
    await cli.signIn();
    await note();
    cli.hub.hasReceipts = false;
    const { outcome, document } = await cli.run('sync verify --json');
    expect(outcome).toBe('failed');
    expect(document.error).toMatchObject({
      code: 'protocol-mismatch',
      message: expect.stringContaining('cannot say which events it has'),
    });
  });

  it('without sign-in, hub or session fails with what to do', async () => {
    expect(await cli.run('sync verify')).toMatchObject({ outcome: 'not-signed-in' });
    await cli.signIn();
    await note();
    cli.network.down = true;
    expect((await cli.run('sync verify --json')).document.error.code).toBe('unreachable');
    cli.network.down = false;
    const env = { SPEC_KITTY_TOKEN: 'nobody', SPEC_KITTY_SERVER_URL: cli.hub.url };
    expect((await cli.run('sync verify --json', { env })).document.error.code).toBe('session-expired');
    const unusable = await cli.run('sync verify --json', { env: { SPEC_KITTY_TOKEN: 'x' } });
    expect(unusable.document.error.message).toContain('SPEC_KITTY_SERVER_URL');
  });
});
