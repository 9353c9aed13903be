import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { MemoryBackgroundPost } from '../../support/memory-background.js';
import { COMMANDS } from '../../../src/app/cli/commands/all.js';
import { DOCUMENTS, FAULT, FILES, WORK } from '../../../src/app/documents/all.js';
// @ts-expect-error scripts have no types
import { jsonReference } from '../../../scripts/json-reference.mjs';
import { CommandLine, type RunOptions } from '../../support/command-line.js';
import { smallFeature } from '../../support/planning-documents.js';
import { issuesOf } from '../../../src/domain/document.js';

let cli: CommandLine;

beforeEach(() => {
  cli = new CommandLine(smallFeature({ WP01: {}, WP02: {} }));
});

afterEach(() => cli.remove());

/** Runs a command with `--json` and holds its document against the description. */
const check = async (line: string, options: RunOptions = {}): Promise<any> => {
  const { document } = await cli.run(`${line} --json`, options);
  const described = DOCUMENTS.filter(({ command }) => line === command || line.startsWith(`${command} `));
  expect(described.map(({ command }) => command)).toHaveLength(1);
  const schema = 'error' in document ? FAULT : described[0]!.schema;
  expect({ line, faults: issuesOf(schema, document) }).toEqual({ line, faults: [] });
  return document;
};

/** Every key of a document, however deep. */
const keysIn = (value: unknown): readonly string[] =>
  typeof value !== 'object' || value === null
    ? []
    : Object.entries(value).flatMap(([key, inner]) => [key, ...keysIn(inner)]);

const isCamel = (key: string): boolean => /[A-Z]/.test(key);

const note = async () => (await cli.run('agent tasks add-history WP01 --note first --json')).document;

describe('what --json prints', () => {
  it('is described for every command of delivery and accounts, and for no command that is not there', () => {
    const lines = COMMANDS.map(({ words }) => words.join(' '));
    const described = DOCUMENTS.map(({ command }) => command);
    expect(described.filter((command) => !lines.includes(command))).toEqual([]);
    const ours = lines.filter((line) => /^(sync|auth) /.test(line));
    expect(ours.filter((line) => !described.includes(line))).toEqual([]);
    expect(new Set(described).size).toBe(described.length);
  });

  it('is described in docs/json.md by the same data (scripts/json-reference.mjs writes it)', () => {
    expect(readFileSync('docs/json.md', 'utf8')).toBe(jsonReference());
  });

  it('is as described before anything has happened', async () => {
    for (const line of [
      ...['sync now', 'sync status', 'sync status --check', 'sync verify', 'sync preview', 'sync doctor'],
      ...['sync diagnose', 'sync server', 'sync dead-letters list', 'sync dead-letters show x'],
      ...['sync dead-letters requeue --all', 'sync dead-letters discard --all', 'auth status', 'auth logout'],
      ...['events list', 'identity show', 'completion bash'],
    ]) {
      await check(line);
    }
  });

  it('is as described in the course of a delivery', async () => {
    await check('init');
    await note();
    await check(`auth login --server ${cli.hub.url} --username ada --password-stdin --yes`, {
      stdin: 'secret\n',
    });
    for (const line of ['sync preview', 'sync now', 'sync status --check', 'sync verify', 'sync doctor'])
      await check(line);
    await note();
    for (const line of ['auth status', 'sync status', 'sync off', 'sync on', 'sync server', 'identity show'])
      await check(line);
    cli.network.down = true;
    for (const line of ['sync now', 'sync status --check', 'sync doctor --fix', 'sync verify'])
      await check(line);
    cli.network.down = false;
    cli.hub.batchFaults.next({ outcome: 'unavailable', reason: 'later', retryAfterMs: 7000 });
    await check('sync now');
    await check('events list');
    await check('auth logout');
  });

  it('is as described when events were refused, damaged and thrown away', async () => {
    await cli.signIn();
    for (let each = 0; each < 3; each++) await note();
    cli.hub.judge = () => ({ status: 'rejected', error_message: 'no' });
    for (let attempt = 0; attempt < 5; attempt++) await check('sync now --report left.json');
    const report = JSON.parse(readFileSync(join(cli.git.root, 'left.json'), 'utf8'));
    expect(issuesOf(FILES[0]!.schema, report)).toEqual([]);
    expect(report.projects[0].failures).toHaveLength(3);
    const { dead_letters: letters } = await check('sync dead-letters list');
    const [first, second] = letters.map(({ event_id: id }: { event_id: string }) => id);
    await check(`sync dead-letters show ${first}`);
    await check(`sync dead-letters requeue ${first}`);
    await check(`sync dead-letters discard ${second} --yes`);
    for (const line of ['sync status', 'sync diagnose', 'sync doctor', 'sync preview']) await check(line);
  });

  it('is as described with a background process, another hub, and settings', async () => {
    await cli.signIn();
    await note();
    await check('sync now');
    writeFileSync(
      join(cli.git.stateRoot, 'config.toml'),
      '[sync]\nmax_queue_size = 7\nlinger_seconds = "x"\n',
    );
    const other = cli.network.addHub({ url: 'https://other.example.org' });
    other.signIns.addUser('ada', 'secret', 'acme');
    await cli.run(`auth login --server ${other.url} --username ada --password-stdin --yes`, {
      stdin: 'secret\n',
    });
    await check('sync now');
    const post = new MemoryBackgroundPost();
    await post.occupy();
    await post.beat({
      ...{ version: '9.9.9', processId: 1, startedAtMs: 0, atMs: Date.now(), progressAtMs: 0 },
      connection: 'Reconnecting',
      left: 'idle',
      lastFlush: { atMs: 0, delivered: 1, ended: 'unavailable', reason: 'x' },
      nextTryAtMs: 5,
    });
    const overrides = { backgroundPost: post };
    for (const line of ['sync status', 'sync doctor', 'sync run']) await check(line, { overrides });
  });

  it('of a command that changes a project tells of the commit and of every event', async () => {
    for (const line of [
      ...['agent feature finalize-tasks', 'implement WP01', 'agent tasks move-task WP01 --to for_review'],
      'agent tasks add-history WP01 --note noted',
    ]) {
      const { document } = await cli.run(`${line} --json`);
      expect({ line, faults: issuesOf(WORK, document), camel: keysIn(document).filter(isCamel) }).toEqual({
        ...{ line, faults: [], camel: [] },
      });
    }
  });

  it('of a hub is as described', async () => {
    await check('hub team add acme');
    await check('hub user add ada --team acme --password-stdin', { stdin: 'correct horse\n' });
    await check('hub user password ada --password-stdin', { stdin: 'another horse\n' });
    await check('hub token create --user ada --name ci --expires 12h');
    for (const line of ['user list', 'team list', 'token list', 'session list', 'token revoke --user ada']) {
      await check(`hub ${line}`);
    }
    for (const line of ['team add beta', 'user join ada --team beta', 'user leave ada --team beta']) {
      await check(`hub ${line}`);
    }
    for (const line of ['user remove ada', 'team remove beta']) await check(`hub ${line}`);
  });
});

describe('holding a document against its description', () => {
  it('finds what is missing, of another type, of another choice, or not described', () => {
    const schema = DOCUMENTS.find(({ command }) => command === 'sync now')!.schema;
    const faults = issuesOf(schema, {
      ...{ version: '1', ended: { end: 'x' }, more: 1, left_reasons: { a: 1.5 } },
    });
    expect(faults).toEqual(
      expect.arrayContaining([
        { path: 'delivered', reason: 'is required' },
        { path: 'version', reason: 'must be 2' },
        { path: 'ended.end', reason: expect.stringContaining('must be one of complete,') },
        { path: 'more', reason: 'is not described' },
        { path: 'left_reasons.a', reason: 'must be an integer' },
      ]),
    );
  });
});
