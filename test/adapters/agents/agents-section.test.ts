import fc from 'fast-check';
import {
  BUILT_IN_AGENTS,
  ConfigAgentCatalog,
  checkedCommand,
  splitCommand,
} from '../../../src/adapters/agents/config-agent-catalog.js';
import { parseConfig } from '../../../src/adapters/events/yaml-config-store.js';
import type { ConfigReading } from '../../../src/domain/events/project-config.js';

const readingOf = (text: string): ConfigReading => {
  const parsed = parseConfig(text);
  return parsed.ok
    ? { state: 'present', document: parsed.document, text }
    : { state: 'unreadable', issues: parsed.issues };
};

const read = (config: string | ConfigReading) =>
  new ConfigAgentCatalog(
    { read: async () => (typeof config === 'string' ? readingOf(config) : config) },
    {},
  ).read('/project');

/** The issues of a config as one line each. */
const complaints = async (config: string): Promise<readonly string[]> =>
  (await read(config)).issues.map(({ path, reason }) => `${path}: ${reason}`);

describe('the agents of a project', () => {
  it('are those that we know when the config names none', async () => {
    const expected = { available: [], commands: BUILT_IN_AGENTS, issues: [] };
    for (const config of [{ state: 'absent' } as const, '', 'project:\n  slug: x\n', 'agents:\n'])
      expect(await read(config)).toEqual(expected);
  });

  it('are called as the config says, and in its order', async () => {
    const { available, commands, issues } = await read(`
agents:
  available: [mine, claude, list]
  commands:
    mine: node "my tools/agent.mjs" --file {prompt_file} --in={worktree} {wp_id}
    list: [agent, '{prompt}', 'a b']
    claude: claude -p --model opus
  timeout_minutes:
    mine: 0.5
`);
    expect(issues).toEqual([]);
    expect(available).toEqual(['mine', 'claude', 'list']);
    expect(commands.get('mine')).toEqual({
      ...{ agent: 'mine', statedBy: 'project', redefines: false },
      argv: ['node', 'my tools/agent.mjs', '--file', '{prompt_file}', '--in={worktree}', '{wp_id}'],
      timeoutMs: 30_000,
    });
    expect(commands.get('list')?.argv).toEqual(['agent', '{prompt}', 'a b']);
    expect(commands.get('claude')).toEqual({
      ...{ agent: 'claude', statedBy: 'project', redefines: true },
      argv: ['claude', '-p', '--model', 'opus'],
    });
    expect(commands.get('codex')).toEqual(BUILT_IN_AGENTS.get('codex'));
  });

  it('may all have one limit of time', async () => {
    const { commands, issues } = await read('agents:\n  timeout_minutes: 45\n');
    expect(issues).toEqual([]);
    expect([...commands.values()].map(({ timeoutMs }) => timeoutMs)).toEqual(
      Array.from(BUILT_IN_AGENTS, () => 2_700_000),
    );
  });

  it.each([
    ['agents: [claude]', 'agents: has to be a mapping'],
    ['agents:\n  available: claude', 'agents.available: has to be a list of names'],
    ['agents:\n  available: [1]', 'agents.available: has to be a list of names'],
    ['agents:\n  commands: x', 'agents.commands: has to be a mapping'],
    [
      'agents:\n  commands: {"a,b": x}',
      'agents.commands.a,b: needs a name of letters, digits, dots, dashes and underscores',
    ],
    ['agents:\n  commands: {a: ""}', 'agents.commands.a: names no program'],
    ['agents:\n  commands: {a: []}', 'agents.commands.a: names no program'],
    ['agents:\n  commands: {a: "x \'y"}', "agents.commands.a: has a quote ' that is not closed"],
    [
      'agents:\n  commands: {a: "x {wp}"}',
      'agents.commands.a: has the unknown placeholder {wp}; there are {prompt_file}, {prompt}, {worktree}, {wp_id}',
    ],
    ['agents:\n  commands: {a: ["x\\0"]}', 'agents.commands.a: holds a zero byte'],
    [
      'agents:\n  commands: {a: [1]}',
      'agents.commands.a: has to be a command line, or a list of a program and its arguments',
    ],
    [
      'agents:\n  timeout_minutes: 0',
      'agents.timeout_minutes: has to be a number above zero, or a mapping of names to such numbers',
    ],
    [
      'agents:\n  timeout_minutes: {claude: 0}',
      'agents.timeout_minutes.claude: has to be a number above zero',
    ],
    ['agents:\n  timeout_minutes: {me: 1}', 'agents.timeout_minutes.me: is no agent with a command'],
    ['agents: {\n', expect.stringMatching(/^: /)],
  ])('complains of %j', async (config, complaint) => {
    expect(await complaints(config)).toEqual([complaint]);
  });

  it('are listed once each, also those of which nobody knows how they are called', async () => {
    const { available, issues } = await read('agents:\n  available: [windsurf, claude, claude]\n');
    expect({ available, issues }).toEqual({ available: ['windsurf', 'claude'], issues: [] });
  });

  it('never make a reading fail, whatever the config holds', () =>
    fc.assert(
      fc.asyncProperty(fc.anything(), async (agents) => {
        const reading = await read({ state: 'present', document: { agents }, text: '' });
        expect(reading.commands.size).toBeGreaterThanOrEqual(BUILT_IN_AGENTS.size);
      }),
    ));
});

describe('a built-in command', () => {
  it.each([...BUILT_IN_AGENTS])('of %s can be used', (_, { argv }) => {
    expect(checkedCommand(argv)).toEqual({ ok: true, value: argv });
  });
});

describe('a command line', () => {
  it.each([
    ['a b  c', ['a', 'b', 'c']],
    ["a 'b c' d", ['a', 'b c', 'd']],
    ['a "b \\" \\\\ c" d', ['a', 'b " \\ c', 'd']],
    ['C:\\tools\\agent.exe "C:\\my files\\x"', ['C:\\tools\\agent.exe', 'C:\\my files\\x']],
    ["a ''", ['a', '']],
    ['a --x="b c"d', ['a', '--x=b cd']],
    ['a $HOME; b | c > d', ['a', '$HOME;', 'b', '|', 'c', '>', 'd']],
    [`a '{"json": 1}'`, ['a', '{"json": 1}']],
  ])('%s is split at its blanks', (line, words) => {
    expect(splitCommand(line)).toEqual({ ok: true, value: words });
  });

  it('holds any words that are quoted', () =>
    fc.assert(
      fc.property(
        fc.array(
          fc.string().filter((word) => !/[{\0]/.test(word)),
          { minLength: 1 },
        ),
        (words) => {
          const quoted = words.map((word) => `"${word.replace(/["\\]/g, '\\$&')}"`);
          const split = splitCommand(quoted.join(' '));
          expect(split).toEqual(
            words[0] === '' ? { ok: false, error: 'names no program' } : { ok: true, value: words },
          );
        },
      ),
    ));
});
