import { appendFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
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

const accounting = async () => (await cli.run('sync status --json')).document.projects[0].accounting;

/** Events that the hub refuses until they are dead letters. */
const refused = async (count: number): Promise<string[]> => {
  await cli.signIn();
  const ids: string[] = [];
  for (let each = 0; each < count; each++) ids.push(await note(`note ${each}`));
  cli.hub.judge = () => ({ status: 'rejected', error_message: 'not like this' });
  for (let attempt = 0; attempt < 5; attempt++) await cli.run('sync now');
  cli.hub.judge = () => undefined;
  return ids;
};

/** Flips a byte inside of the first captured record. */
const damageFirst = (): void => {
  const outbox = join(cli.git.stateRoot, 'outbox');
  const path = join(outbox, readdirSync(outbox)[0]!, 'current.jsonl');
  const lines = readFileSync(path, 'utf8').split('\n');
  lines[1] = lines[1]!.replace('first', 'fIrst');
  writeFileSync(path, lines.join('\n'));
};

const command = 'sync dead-letters';

describe('sync dead-letters list', () => {
  it('says that there are none', async () => {
    expect(await cli.run(`${command} list`)).toMatchObject({
      outcome: 'done',
      out: 'There are no dead letters.\n',
    });
    expect((await cli.run(`${command} list --json`)).document).toMatchObject({ dead_letters: [] });
  });

  it('shows id, type, about, tries, time and reason of each', async () => {
    const [id] = await refused(1);
    const { out } = await cli.run(`${command} list`);
    expect(out).toContain(id);
    expect(out).toMatch(/HistoryAdded of WP01, 5 tries, \d{4}-\d\d-\d\d \d\d:\d\d\n {4}not like this\n/);
    const { document } = await cli.run(`${command} list --json`);
    expect(document.dead_letters).toMatchObject([
      {
        event_id: id,
        event_type: 'HistoryAdded',
        aggregate_id: 'WP01',
        attempts: 5,
        refused_by: 'hub',
        reason: 'not like this',
        project_uuid: expect.any(String),
        timestamp: expect.any(String),
      },
    ]);
  });

  it('shows those of one project when it is named', async () => {
    await refused(1);
    const uuid = (await cli.run('identity show --json')).document.project.uuid.value;
    const of = async (project: string) =>
      (await cli.run([...`${command} list --json --project-uuid`.split(' '), project])).document.dead_letters;
    expect(await of(uuid)).toHaveLength(1);
    expect(await of('550e8400-e29b-41d4-a716-446655440000')).toHaveLength(0);
  });

  it('shows a damaged record before any pass has met it', async () => {
    await note();
    damageFirst();
    expect((await cli.run(`${command} list --json`)).document.dead_letters).toMatchObject([
      { event_id: 'record-1', event_type: null, refused_by: 'record', reason: 'the record is damaged' },
    ]);
  });
});

describe('sync dead-letters show', () => {
  it('shows the whole event by the beginning of its id', async () => {
    const [id] = await refused(1);
    const shown = await cli.run(`${command} show ${id!.slice(0, 12).toLowerCase()} --json`);
    expect(shown.document).toMatchObject({ event_id: id, event: { event_id: id, lamport_clock: 1 } });
    const { out } = await cli.run(`${command} show ${id}`);
    expect(out).toContain('not like this');
    expect(out).toContain('"lamport_clock": 1');
  });

  it('shows what is left of a damaged one', async () => {
    await note();
    damageFirst();
    expect((await cli.run(`${command} show record-1 --json`)).document).toMatchObject({ event: null });
    expect((await cli.run(`${command} show record-1`)).out).toContain('can never be sent');
  });

  it('says that nothing, or more than one, has the id', async () => {
    await refused(2);
    for (const [id, message] of [
      ['nothing', 'No dead letter has the id nothing'],
      ['0', '2 dead letters'],
    ] as const) {
      const { outcome, document } = await cli.run(`${command} show ${id} --json`);
      expect(outcome).toBe('wrong-usage');
      expect(document.error).toMatchObject({
        code: 'input-invalid',
        message: expect.stringContaining(message),
        hint: expect.stringContaining('spec-kitty sync dead-letters list'),
      });
    }
  });
});

describe('sync dead-letters requeue', () => {
  it('makes one pending again, and the next pass delivers it', async () => {
    const [first, second] = await refused(2);
    expect((await cli.run(`${command} requeue ${first} --json`)).document).toMatchObject({
      requeued: [first],
    });
    expect(await accounting()).toMatchObject({ pending: 1, dead_letters: { 'not like this': 1 } });
    expect((await cli.run('sync now --json')).document).toMatchObject({ delivered: 1, left: 0 });
    expect(cli.hub.storedIds('acme')).toEqual([first]);
    const { out } = await cli.run(`${command} requeue --all`);
    expect(out).toContain('1 event is pending again');
    await cli.run('sync now');
    expect(cli.hub.storedIds('acme')).toEqual([first, second]);
  });

  it('leaves what can never be sent, and says so', async () => {
    await cli.signIn();
    await note();
    damageFirst();
    const { outcome, out } = await cli.run(`${command} requeue --all`);
    expect(outcome).toBe('failed');
    expect(out).toContain('record-1 can never be sent as it is: the record is damaged');
    expect(await accounting()).toMatchObject({ dead_letters: { 'the record is damaged': 1 } });
  });

  it.each([
    ['', 'Name ids of dead letters, or --all.'],
    [' 01 --all', 'Name ids or --all, not both.'],
  ])('needs to be told which (%s)', async (rest, message) => {
    const { outcome, document } = await cli.run(`${command} requeue${rest} --json`);
    expect(outcome).toBe('wrong-usage');
    expect(document.error.message).toBe(message);
  });
});

describe('sync dead-letters discard', () => {
  it('counts what was thrown away as discarded, and never sends it', async () => {
    const [first, second] = await refused(2);
    expect((await cli.run(`${command} discard ${first} --yes --json`)).document).toMatchObject({
      discarded: [first],
    });
    expect(await accounting()).toMatchObject({
      captured: 2,
      discarded: 1,
      dead_letters: { 'not like this': 1 },
    });
    await cli.run(`${command} discard --all --yes`);
    expect(await accounting()).toMatchObject({ captured: 2, discarded: 2, dead_letters: {} });
    await cli.run('sync now');
    expect(cli.hub.storedIds('acme')).toEqual([]);
    expect(cli.hub.storedIds('acme')).not.toContain(second);
  });

  it('asks, and takes nothing but a yes for one', async () => {
    await refused(1);
    const no = await cli.run(`${command} discard --all`, { isTTY: true, stdin: '\n' });
    expect(no).toMatchObject({ outcome: 'done', out: 'Nothing was discarded.\n' });
    expect(no.err).toContain('Throw 1 event away?');
    expect(await accounting()).toMatchObject({ discarded: 0 });
    const yes = await cli.run(`${command} discard --all`, { isTTY: true, stdin: 'y\n' });
    expect(yes.out).toBe('Discarded 1. They stay counted as discarded.\n');
    expect(await accounting()).toMatchObject({ discarded: 1 });
  });

  it('does nothing where nobody can be asked', async () => {
    await refused(1);
    const { outcome, document } = await cli.run(`${command} discard --all --json`);
    expect(outcome).toBe('wrong-usage');
    expect(document.error.hint).toContain('--yes');
    expect(await accounting()).toMatchObject({ discarded: 0 });
  });

  it('works for a damaged record that no pass has met', async () => {
    await cli.signIn();
    await note();
    await note('second');
    damageFirst();
    expect((await cli.run(`${command} discard record-1 --yes --json`)).document).toMatchObject({
      discarded: ['record-1'],
    });
    expect(await accounting()).toMatchObject({ captured: 2, pending: 1, discarded: 1, dead_letters: {} });
    expect((await cli.run('sync now --json')).document).toMatchObject({ delivered: 1, left: 0 });
    expect(await accounting()).toMatchObject({ captured: 2, delivered: 1, discarded: 1, dead_letters: {} });
  });

  it('works after a sign-out, for the hub that was in use', async () => {
    await refused(1);
    await cli.run('auth logout');
    await cli.run(`${command} discard --all --yes`);
    expect(await accounting()).toMatchObject({ captured: 1, discarded: 1 });
  });

  it('needs a hub at which it counts', async () => {
    await note();
    damageFirst();
    const { outcome, document } = await cli.run(`${command} discard --all --yes --json`);
    expect(outcome).toBe('not-signed-in');
    expect(document.error.hint).toContain('spec-kitty auth login');
  });

  it('of nothing is done at once', async () => {
    appendFileSync(join(cli.git.place, 'x'), '');
    expect((await cli.run(`${command} discard --all --json`)).document).toMatchObject({ discarded: [] });
  });
});
