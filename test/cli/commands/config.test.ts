import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SETTING_KEYS } from '../../../src/app/events/settings-list.js';
import { CommandLine } from '../../support/command-line.js';
import { smallFeature } from '../../support/planning-documents.js';

let cli: CommandLine;

beforeEach(() => {
  cli = new CommandLine(smallFeature({ WP01: {} }));
});

afterEach(() => cli.remove());

const file = (): string => join(cli.git.stateRoot, 'config.toml');

describe('config', () => {
  it('lists every setting with value, default, place and meaning', async () => {
    const { out } = await cli.run('config list');
    for (const key of SETTING_KEYS)
      expect(out).toMatch(
        new RegExp(`^${key} = \\S+ {2}\\(default \\S+; of the (machine|project)\\)\\n {2}[a-z].{20}`, 'm'),
      );
    expect(out).toContain('sync.retain_days = 7  (default 7; of the machine)\n  days for which');
    const outside = await cli.run('config list --json', { cwd: cli.git.place });
    expect(outside.document.settings.map(({ place }: any) => place)).not.toContain('project');
  });

  it.each([
    ['sync.retain_days', '30'],
    ['sync.linger_seconds', '0.5'],
    ['sync.server_url', 'https://hub.example.org'],
    ['sync.share', 'false'],
    ['sync.auto_start', 'false'],
  ])('sets %s, and gets what was set', async (key, value) => {
    expect((await cli.run(['config', 'get', key])).out).not.toBe(`${value}\n`);
    expect((await cli.run(['config', 'set', key, value])).outcome).toBe('done');
    expect((await cli.run(['config', 'get', key])).out).toBe(`${value}\n`);
    expect((await cli.run(['config', 'get', key, '--json'])).document).toMatchObject({ key, is_set: true });
  });

  it('sets one value in a file of a person, and leaves every other byte', async () => {
    mkdirSync(cli.git.stateRoot, { recursive: true, mode: 0o700 });
    writeFileSync(file(), '# mine\n[sync]\nretain_days = 3 # short\nlinger_seconds = 1\n');
    await cli.run('config set sync.retain_days 14');
    expect(readFileSync(file(), 'utf8')).toBe(
      '# mine\n[sync]\nretain_days = 14 # short\nlinger_seconds = 1\n',
    );
  });

  it.each([
    ['sync.retain_days', 'many', 'a whole number of days'],
    ['sync.retain_days', '', 'a whole number of days'],
    ['sync.max_queue_size', '0', 'a whole number of events from 1 up'],
    ['sync.share', 'no', 'true or false'],
    ['sync.colour', 'red', 'There is no setting "sync.colour"'],
    ['__proto__', 'red', 'There is no setting "__proto__"'],
  ])('refuses %s = %j', async (key, value, reason) => {
    const { outcome, err } = await cli.run(['config', 'set', key, value]);
    expect([outcome, err]).toEqual(['wrong-usage', expect.stringContaining(reason)]);
    expect((await cli.run('config list --json')).document.settings).toEqual(
      expect.not.arrayContaining([expect.objectContaining({ is_set: true })]),
    );
  });

  it('of a project is refused outside of every project', async () => {
    const { err } = await cli.run('config set sync.share false', { cwd: cli.git.place });
    expect(err).toContain('error[not-a-repository]: sync.share belongs to a project');
  });
});
