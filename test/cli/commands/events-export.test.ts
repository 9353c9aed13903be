import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CommandLine } from '../../support/command-line.js';
import { smallFeature } from '../../support/planning-documents.js';
import { envelopeOf } from '../../support/outgoing-events.js';

let cli: CommandLine;

beforeEach(() => {
  cli = new CommandLine(smallFeature({ WP01: {}, WP02: {} }));
});

afterEach(() => cli.remove());

const note = async (wp: string, text = 'a note'): Promise<string> => {
  const { document } = await cli.run([...`agent tasks add-history ${wp} --json --note`.split(' '), text]);
  return document.events[0].event_id as string;
};

const idsIn = (lines: string, key = 'event_id'): readonly string[] =>
  lines
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as Record<string, string>)[key]!);

const file = (name: string): string => join(cli.git.root, name);

describe('events export', () => {
  it('prints the events as they were captured, one on each line, and says how many to stderr', async () => {
    const ids = [await note('WP01'), await note('WP02')];
    const { out, err, outcome } = await cli.run('events export');
    expect(outcome).toBe('done');
    expect(idsIn(out)).toEqual(ids);
    expect(err).toContain('2 events.');
    expect(idsIn((await cli.run('events export --wp WP02')).out)).toEqual(ids.slice(1));
    expect(idsIn((await cli.run('events export --limit 1')).out)).toEqual(ids.slice(1));
    expect((await cli.run('events export --feature 999-none')).out).toBe('');
  });

  it('writes a file as a whole, and nothing beside it', async () => {
    const ids = [await note('WP01', 'ünï\u009bcode'), await note('WP02')];
    writeFileSync(file('events.json'), 'what was there');
    const { document } = await cli.run('events export --format cloudevents --output events.json --json');
    expect(document).toEqual({
      ...{ version: 1, format: 'cloudevents', output: file('events.json'), events: 2, damaged: 0 },
    });
    expect(idsIn(readFileSync(file('events.json'), 'utf8'), 'id')).toEqual(ids);
    expect(readdirSync(cli.git.root).filter((name) => name.includes('part'))).toEqual([]);
  });

  it('leaves what was there when it cannot be written, or is interrupted', async () => {
    await note('WP01');
    const { outcome, document } = await cli.run('events export --output no/where.ndjson --json');
    expect([outcome, document.error.code]).toEqual(['failed', 'storage-failed']);
    writeFileSync(file('events.json'), 'what was there');
    const interrupted = await cli.run('events export --output events.json', { signal: AbortSignal.abort() });
    expect(interrupted.outcome).toBe('interrupted');
    expect(readFileSync(file('events.json'), 'utf8')).toBe('what was there');
    expect(readdirSync(cli.git.root).filter((name) => name.includes('part'))).toEqual([]);
  });

  it('shows no control characters to a terminal, and says the same', async () => {
    await note('WP01', 'red \u009b31m');
    const { out } = await cli.run('events export');
    expect(out).not.toContain('\u009b');
    expect(JSON.parse(out)).toMatchObject({ payload: { entry_content: 'red \u009b31m' } });
  });

  it('leaves damaged records out, and says so', async () => {
    await note('WP01', 'spoiled');
    const id = await note('WP02');
    const uuid = (await cli.run('identity show --json')).document.project.uuid.value as string;
    const journal = join(cli.git.stateRoot, 'outbox', uuid, 'current.jsonl');
    writeFileSync(journal, readFileSync(journal, 'utf8').replace('spoiled', 'SPOILED'));
    const { out, err } = await cli.run('events export');
    expect(idsIn(out)).toEqual([id]);
    expect(err).toContain('1 damaged record is left out');
  });

  it('with --json needs a file, since stdout holds one document', async () => {
    const { outcome, document } = await cli.run('events export --json');
    expect([outcome, document.error.code]).toEqual(['wrong-usage', 'wrong-usage']);
    expect((await cli.run('events export --limit 0')).outcome).toBe('wrong-usage');
  });

  it('of a project that has captured nothing is empty', async () => {
    expect(await cli.run('events export')).toMatchObject({ outcome: 'done', out: '' });
  });
});

describe('events import FILE', () => {
  it('takes over what another machine exported, once, from a file and from stdin', async () => {
    const ids = [await note('WP01'), await note('WP02')];
    for (const format of ['ndjson', 'cloudevents'])
      await cli.run(`events export --format ${format} --output ../${format}.json`);
    const other = new CommandLine();
    try {
      const read = (format: string): string => join(cli.git.root, '..', `${format}.json`);
      const first = await other.run(`events import ${read('ndjson')} --json`);
      expect(first.document).toEqual({
        ...{ version: 2, rows: 2, adopted: 2, known: 0, invalid: 0, refused: 0 },
        ...{ unusable: [], issues: [], is_complete: true },
      });
      const text = readFileSync(read('cloudevents'), 'utf8');
      const again = await other.run('events import -', { stdin: text });
      expect(again).toMatchObject({ outcome: 'done', err: '' });
      expect(again.out).toContain('Nothing to take over: all 2 events are known already.');
      const { document } = await other.run('sync status --json');
      expect(document.projects[0].accounting).toMatchObject({ captured: 2 });
      expect(ids).toHaveLength(2);
    } finally {
      other.remove();
    }
  });

  it('names what it cannot use, and ends as failed', async () => {
    const lines = [
      JSON.stringify(envelopeOf(1)),
      'noise',
      JSON.stringify(envelopeOf(2, { timestamp: 'soon' })),
    ];
    writeFileSync(file('in.ndjson'), lines.join('\r\n'));
    const { outcome, out } = await cli.run('events import in.ndjson');
    expect(outcome).toBe('failed');
    expect(out).toContain('3 events: 2 taken over, 0 known already, 1 unusable.');
    expect(out).toContain('line 2: not JSON');
    expect(out).toMatch(/line 3: 01J\w+: timestamp/);
    expect((await cli.run('events import in.ndjson --json')).document).toMatchObject({
      ...{ adopted: 0, known: 2, unusable: [{ line: 2, reason: 'not JSON' }] },
    });
    writeFileSync(file('cut.json'), `[${JSON.stringify(envelopeOf(3))},`);
    expect((await cli.run('events import cut.json')).out).toContain('The file was not read to its end.');
    writeFileSync(file('many.ndjson'), 'x\n'.repeat(30));
    expect((await cli.run('events import many.ndjson')).out).toContain('… and 10 more');
  });

  it.each([
    ['a file that is not there', 'events import none.json', 'input-invalid', 'is not there'],
    ['a directory', 'events import kitty-specs', 'input-invalid', 'it is a directory'],
    ['bytes that are no text', 'events import bytes', 'input-invalid', 'UTF-8'],
    ['nothing', 'events import', 'wrong-usage', 'named, once'],
    ['two things', 'events import a --from-queue-db b', 'wrong-usage', 'named, once'],
  ])('says what is wrong with %s', async (_, line, code, words) => {
    writeFileSync(file('bytes'), Buffer.from([0x7b, 0xff, 0xfe]));
    const { document } = await cli.run(`${line} --json`);
    expect(document.error).toMatchObject({ code, message: expect.stringContaining(words) });
  });
});
