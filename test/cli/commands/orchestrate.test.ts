import { smallFeature } from '../../support/planning-documents.js';
import { CommandLine } from '../../support/command-line.js';

let line: CommandLine;
afterEach(() => line.git.remove());

const GRAPH = {
  WP01: { lane: 'done' },
  WP02: { dependencies: '[WP01]' },
  WP03: { dependencies: '[WP02]' },
  WP04: { lane: 'doing' },
  WP05: { dependencies: '[WP01]' },
};

const project = (config = ''): CommandLine =>
  (line = new CommandLine({ ...smallFeature(GRAPH), '.kittify/config.yaml': config }));

describe('orchestrate', () => {
  it('says what it would do, in waves, and does nothing', async () => {
    project();
    const before = line.git.git('log', '--format=%H');
    const { outcome, out } = await line.run('orchestrate --agents claude,codex --max-parallel 2 --dry-run');
    expect(outcome).toBe('done');
    expect(out).toBe(
      [
        '001-alpha: 3 work packages for claude, codex, 2 at a time.',
        '  1. WP02 WP05',
        '  2. WP03',
        'In doing already, and left alone: WP04',
        'Done: WP01',
        '',
      ].join('\n'),
    );
    expect(line.git.git('log', '--format=%H')).toBe(before);
    const { document } = await line.run('orchestrate --agents claude --no-merge --dry-run --json');
    expect(document).toMatchObject({
      action: 'dry-run',
      plan: { feature: '001-alpha', waves: [['WP02', 'WP05'], ['WP03']], limits: { merges: false } },
    });
  });

  it.each([
    ['--status --resume', 'The options --status and --resume exclude each other.'],
    ['--abort --dry-run', 'The options --dry-run and --abort exclude each other.'],
    ['--status --agents a', 'The option --status takes no agents and no limits.'],
    ['--abort --no-merge', 'The option --abort takes no agents and no limits.'],
    ['--dry-run', 'No agent is named.'],
    ['--dry-run --agents windsurf', 'Nobody knows how to run the agent "windsurf".'],
    ['--dry-run --agents claude --max-parallel 0', 'A limit of the orchestration cannot be used.'],
  ])('refuses %s', async (options, message) => {
    project();
    const { outcome, err } = await line.run(`orchestrate ${options}`);
    expect(outcome).toBe('wrong-usage');
    expect(err).toContain(message);
  });

  it.each(['--resume', '--abort'])('has nothing for %s where there was never a run', async (option) => {
    project();
    const { outcome, err } = await line.run(`orchestrate ${option}`);
    expect(outcome).toBe('failed');
    expect(err).toContain('error[orchestration-absent]');
  });

  it('names what is wrong with the agents of the config', async () => {
    project('agents:\n  available: [mine]\n  commands: {mine: "agent {wp}"}\n');
    const { outcome, err } = await line.run('orchestrate --dry-run');
    expect(outcome).toBe('wrong-usage');
    expect(err).toContain('agents.commands.mine: has the unknown placeholder {wp}');
  });

  it('has nothing to tell where there was never a run', async () => {
    project();
    expect(await line.run('orchestrate --status')).toMatchObject({
      outcome: 'done',
      out: 'No orchestration was ever begun in this project.\n',
    });
    expect((await line.run('orchestrate --status --json')).document).toEqual({
      version: 1,
      action: 'status',
      orchestration: null,
    });
  });
});
