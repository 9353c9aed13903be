// What the container loads lazily, all at once: the test runner's modules cannot be linked from two sides at a time.
import '../../../src/adapters/agents/config-agent-catalog.js';
import '../../../src/adapters/agents/file-agent-trust.js';
import '../../../src/adapters/agents/git-agent-work.js';
import '../../../src/adapters/agents/json-orchestration-store.js';
import '../../../src/app/agents/orchestrate-feature.js';
import '../../../src/app/agents/plan-orchestration.js';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { NodeTimer } from '../../../src/adapters/host/node-host.js';
import { type AgentBehaviour, MemoryAgentRunner } from '../../../src/adapters/memory/memory-agents.js';
import { DOCUMENTS } from '../../../src/app/documents/all.js';
import { issuesOf } from '../../../src/domain/document.js';
import { smallFeature } from '../../support/planning-documents.js';
import { CommandLine, type Ran, type RunOptions } from '../../support/command-line.js';

let line: CommandLine;
afterEach(() => line.git.remove());

/** Runs a command on a machine that has these agents; what they do is up to the runner of the test. */
const run = (words: string | readonly string[], { env, ...options }: RunOptions = {}): Promise<Ran> => {
  const programs = join(line.git.place, 'programs');
  mkdirSync(programs, { recursive: true });
  for (const agent of ['claude', 'codex', 'agent'])
    for (const ending of ['', '.exe']) writeFileSync(join(programs, agent + ending), '', { mode: 0o755 });
  const PATH = [programs, process.env['PATH']].join(delimiter);
  return line.run(words, { ...options, env: { PATH, ...env } });
};

const GRAPH = {
  WP01: { lane: 'done' },
  WP02: { dependencies: '[WP01]' },
  WP03: { dependencies: '[WP02]' },
  WP04: { lane: 'doing' },
  WP05: { dependencies: '[WP01]' },
};

const project = (config = ''): CommandLine =>
  (line = new CommandLine({ ...smallFeature(GRAPH), '.kittify/config.yaml': config }));

const expectDescribed = (document: object): void => {
  const described = DOCUMENTS.find(({ command }) => command === 'orchestrate');
  expect(issuesOf(described!.schema, document)).toEqual([]);
};

/** Implements by a file of the agent's name; reviews as it is told. */
const worker =
  (verdict = 'approved'): AgentBehaviour =>
  async ({ directory, environment, agent, input = '' }, print) => {
    const word = /`VERDICT: approved (\w+)`/.exec(input)?.[1];
    if (word !== undefined) print(`VERDICT: ${verdict} ${word}`);
    else writeFileSync(join(directory, `${environment['SPEC_KITTY_WORK_PACKAGE'] ?? ''}.txt`), agent);
    if (word === undefined) print('\x1b[2Jdone');
    return { code: 0 };
  };

const withAgents = (behaviours: Readonly<Record<string, AgentBehaviour>>) => ({
  overrides: { agentRunner: new MemoryAgentRunner(new Map(Object.entries(behaviours)), new NodeTimer()) },
});

describe('agents that are not on this machine', () => {
  const NOWHERE = { PATH: '/nonexistent' };

  it.each([['orchestrate --agents claude,codex'], ['orchestrate --agents claude,codex --dry-run']])(
    'stop %s before anything is claimed, and the hint says how to go on',
    async (words) => {
      project();
      const before = line.git.git('rev-parse', 'HEAD');
      const { outcome, err } = await run(words, { ...withAgents({}), env: NOWHERE });
      expect(outcome).toBe('failed');
      expect(err).toContain('error[dependency-missing]: Not on this machine: claude, codex.');
      expect(err).toContain('name others with --agents');
      expect(line.git.git('rev-parse', 'HEAD')).toBe(before);
    },
  );

  it('are named apart from those that are, with the program of their command', async () => {
    project(
      'agents:\n  available: [claude, mine]\n  commands: {mine: "./tools/mine --file {prompt_file}"}\n',
    );
    const { err } = await run('orchestrate --dry-run');
    expect(err).toContain('Not on this machine: mine ("./tools/mine").');
    expect(err).toContain('add --agents claude.');
    line.git.write('tools/mine', '#!/bin/sh\n');
    chmodSync(join(line.git.root, 'tools/mine'), 0o755);
    expect((await run('orchestrate --dry-run')).outcome).toBe('done');
  });
});

describe('orchestrate', () => {
  it('takes lanes from the status log of a feature, writes them there, and leaves alone what others have', async () => {
    const row = (id: string, lane: string): string =>
      `{"at":"2026-01-01T00:00:00Z","event_id":"${id}","from_lane":"x","mission_slug":"a","to_lane":"${lane}","wp_id":"${id}"}\n`;
    const log = 'kitty-specs/001-alpha/status.events.jsonl';
    const lanes = { WP01: 'planned', WP02: 'done', WP03: 'canceled', WP04: 'approved', WP05: 'blocked' };
    const rows = Object.entries(lanes).map(([id, lane]) => row(id, lane));
    line = new CommandLine({
      ...smallFeature({ WP01: {}, WP02: {}, WP03: {}, WP04: {}, WP05: {} }),
      [log]: rows.join(''),
    });
    const agents = withAgents({ claude: worker(), codex: worker() });
    const { document } = await run('orchestrate --agents claude,codex --json', agents);
    const standing = Object.fromEntries(
      document.orchestration.work_packages.map((each: any) => [each.id, each.standing]),
    );
    expect(standing).toEqual({ WP01: 'done', WP02: 'done', WP04: 'elsewhere', WP05: 'elsewhere' });
    const text = readFileSync(join(line.git.root, log), 'utf8');
    expect(text.startsWith(rows.join(''))).toBe(true);
    const moved = text
      .trimEnd()
      .split('\n')
      .slice(rows.length)
      .map((each) => JSON.parse(each) as any);
    expect(moved.map((each) => [each.wp_id, each.to_lane])).toEqual([
      ['WP01', 'claimed'],
      ['WP01', 'in_progress'],
      ['WP01', 'for_review'],
      ['WP01', 'done'],
    ]);
    expect(line.git.git('status', '--porcelain', '--', 'kitty-specs')).toBe('');
    const resumed = await run('orchestrate --resume --json', agents);
    expect(resumed.document.orchestration).toMatchObject({ status: 'paused' });
    expect(readFileSync(join(line.git.root, log), 'utf8')).toBe(text);
  });

  it('tells line by line what happens, and how it ended', async () => {
    line = new CommandLine(smallFeature({ WP01: {} }));
    const agents = withAgents({ claude: worker(), codex: worker() });
    const { outcome, out, err } = await run('orchestrate --agents claude,codex', agents);
    expect(outcome).toBe('done');
    expect(out).toBe('001-alpha is through: 1 of 1 done.\n');
    expect(err.replace(/in \d+ s/g, 'in no time').split('\n')).toEqual([
      '001-alpha begins with claude, codex.',
      '  claude runs: claude --print --output-format json --permission-mode bypassPermissions',
      '  codex runs: codex exec --json --sandbox workspace-write -',
      'WP01 claude implements',
      'WP01 claude has implemented it in no time',
      'WP01 codex reviews',
      'WP01 codex has reviewed it in no time',
      'WP01 codex approves',
      'WP01 is done, 1 of 1',
      expect.stringMatching(/^\[Local only\] \d+ waiting$/),
      '',
    ]);
    const { document } = await run('orchestrate --status --json');
    expectDescribed(document);
    expect(document).toMatchObject({ is_running: false, orchestration: { status: 'completed' } });
    expect((await run('orchestrate --status')).out).toContain('WP01          done   claude  Title of WP01');
  });

  it('draws lines in place on a terminal, and leaves none behind', async () => {
    line = new CommandLine(smallFeature({ WP01: {} }));
    const agents = withAgents({ claude: worker(), codex: worker() });
    const { outcome, err } = await run('orchestrate --agents claude,codex', { ...agents, isTTY: true });
    expect(outcome).toBe('done');
    expect(err).toContain('WP01\x1b[22m is done, 1 of 1');
    expect(err).not.toContain('has implemented it');
    // oxlint-disable-next-line no-control-regex -- what is looked for
    expect(err).toMatch(/\x1b\[1A\r\x1b\[J/);
    expect(err).not.toContain('\x1b[2J');
  });

  it('ends with what a person has to look at, and says so again until it is resumed', async () => {
    line = new CommandLine(smallFeature({ WP01: {}, WP02: { dependencies: '[WP01]' } }));
    const broken: AgentBehaviour = async () => ({ code: 3 });
    const { outcome, out } = await run(
      'orchestrate --agents claude,codex',
      withAgents({ claude: worker(), codex: broken }),
    );
    expect(outcome).toBe('failed');
    expect(out).toContain('001-alpha needs you: 0 of 2 done, 1 blocked, 1 for you to look at.');
    expect(out).toMatch(/^WP01: No agent is left that could do the review\. codex ended with exit code 3/m);
    expect(out).toContain('Go on with: spec-kitty orchestrate --resume');
    const again = await run('orchestrate --agents claude --json');
    expect(again).toMatchObject({
      outcome: 'failed',
      document: { error: { code: 'orchestration-unfinished' } },
    });
    const { document, outcome: resumed } = await run(
      'orchestrate --resume --no-merge --json',
      withAgents({ claude: worker(), codex: worker() }),
    );
    expect(resumed).toBe('done');
    expectDescribed(document);
    expect(document).toMatchObject({ ended: 'completed', orchestration: { counts: { approved: 2 } } });
    const aborted = await run('orchestrate --abort --json');
    expectDescribed(aborted.document);
    expect(aborted.document).toMatchObject({ outcome: 'already-completed' });
  });

  it('delivers meanwhile where somebody is signed in, and not where that is off', async () => {
    line = new CommandLine(smallFeature({ WP01: {} }));
    await line.signIn('ada', '--yes');
    const agents = withAgents({ claude: worker(), codex: worker() });
    const off = { env: { SPEC_KITTY_SYNC: 'off' } };
    await run('agent feature finalize-tasks', off);
    const refused = await run('orchestrate --agents nobody', agents);
    expect(refused.outcome).toBe('wrong-usage');
    expect(line.hub.storedIds('acme')).toEqual([]);
    expect((await run('orchestrate --agents claude,codex', agents)).outcome).toBe('done');
    const { document } = await run('sync status --json', off);
    expect(document.projects[0].accounting).toMatchObject({ captured: 10, delivered: 10, pending: 0 });
    expect(document.background.heartbeat).toMatchObject({ left: 'asked to stop' });
  });

  it('guards agents until its input ends, and says nothing', async () => {
    project();
    const message = `${JSON.stringify([{ mark: 'NOBODY_HAS=this\0' }])}\n`;
    expect(await run('orchestrate --guard', { stdin: message })).toMatchObject({
      outcome: 'done',
      out: '',
    });
  });

  it('of one agent says that it reviews its own work', async () => {
    line = new CommandLine(smallFeature({ WP01: {} }));
    const { outcome, err } = await run('orchestrate --agents claude', withAgents({ claude: worker() }));
    expect(outcome).toBe('done');
    expect(err).toContain('warning: There is no other agent, so claude reviews its own work.');
  });

  it('says what it would do, in waves, and does nothing', async () => {
    project();
    const before = line.git.git('log', '--format=%H');
    const { outcome, out } = await run('orchestrate --agents claude,codex --max-parallel 2 --dry-run');
    expect(outcome).toBe('done');
    expect(out).toBe(
      [
        '001-alpha: 3 work packages for claude, codex, 2 at a time.',
        '  1. WP02 WP05',
        '  2. WP03',
        'In doing already, and left alone: WP04',
        'Done: WP01',
        'Agents:',
        '  claude runs: claude --print --output-format json --permission-mode bypassPermissions',
        '  codex runs: codex exec --json --sandbox workspace-write -',
        '',
      ].join('\n'),
    );
    expect(line.git.git('log', '--format=%H')).toBe(before);
    const { document } = await run('orchestrate --agents claude --no-merge --dry-run --json');
    expectDescribed(document);
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
    const { outcome, err } = await run(`orchestrate ${options}`);
    expect(outcome).toBe('wrong-usage');
    expect(err).toContain(message);
  });

  it.each(['--resume', '--abort'])('has nothing for %s where there was never a run', async (option) => {
    project();
    const { outcome, err } = await run(`orchestrate ${option}`);
    expect(outcome).toBe('failed');
    expect(err).toContain('error[orchestration-absent]');
  });

  describe('over a repository that redefines an agent', () => {
    const REDEFINED = 'agents:\n  commands: {claude: sh -c evil, mine: agent}\n';
    const single = () =>
      (line = new CommandLine({ ...smallFeature({ WP01: {} }), '.kittify/config.yaml': REDEFINED }));
    const agents = () => withAgents({ claude: worker(), codex: worker() });
    const refused = '.kittify/config.yaml redefines claude, and nobody agreed to it.';

    it('shows how each of them is called, and by whose will', async () => {
      single();
      const { out } = await run('orchestrate --dry-run --agents claude,mine,codex');
      expect(out).toContain(
        [
          '  claude runs: sh -c evil (this repository says so, instead of what is known)',
          '  mine runs: agent (this repository says so)',
          '  codex runs: codex exec --json --sandbox workspace-write -',
        ].join('\n'),
      );
      const { document } = await run('orchestrate --dry-run --agents claude,mine,codex --json');
      expectDescribed(document);
      expect(document.plan.commands).toMatchObject([
        { agent: 'claude', stated_by: 'project', redefines: true },
        { agent: 'mine', stated_by: 'project', redefines: false },
        { agent: 'codex', stated_by: 'program', redefines: false },
      ]);
    });

    it('refuses where nobody can be asked, and before anything is touched', async () => {
      single();
      const before = line.git.git('status', '--porcelain');
      const { outcome, err } = await run('orchestrate --agents claude,codex', agents());
      expect([outcome, err.includes(refused)]).toEqual(['failed', true]);
      expect(line.git.git('status', '--porcelain')).toBe(before);
      expect(line.git.git('branch', '--list', '001-alpha-*')).toBe('');
    });

    it('asks a person, takes silence for a no, and remembers a yes for what was shown', async () => {
      single();
      const options = 'orchestrate --agents claude,codex --no-merge';
      const no = await run(options, { ...agents(), isTTY: true, stdin: '\n' });
      expect([no.outcome, no.err.includes(refused)]).toEqual(['failed', true]);
      expect(no.err).toContain(' runs: sh -c evil');
      const yes = await run(options, { ...agents(), isTTY: true, stdin: 'y\n' });
      expect(yes.outcome).toBe('done');
      expect((await run(options, agents())).err).not.toContain('agents-untrusted');
      line.git.write('.kittify/config.yaml', REDEFINED.replace('evil', 'worse'));
      expect((await run(options, agents())).err).toContain('agents-untrusted');
    });

    it('runs for a script that says so, and asks nobody about agents of other names', async () => {
      single();
      const options = 'orchestrate --agents claude,codex --no-merge --trust-agents';
      expect((await run(options, agents())).outcome).toBe('done');
      const own = withAgents({ mine: worker(), codex: worker() });
      expect((await run('orchestrate --agents mine,codex --no-merge', own)).err).not.toContain('untrusted');
    });
  });

  it('names what is wrong with the agents of the config', async () => {
    project('agents:\n  available: [mine]\n  commands: {mine: "agent {wp}"}\n');
    const { outcome, err } = await run('orchestrate --dry-run');
    expect(outcome).toBe('wrong-usage');
    expect(err).toContain('agents.commands.mine: has the unknown placeholder {wp}');
  });

  it('has nothing to tell where there was never a run', async () => {
    project();
    expect(await run('orchestrate --status')).toMatchObject({
      outcome: 'done',
      out: 'No orchestration was ever begun in this project.\n',
    });
    expect((await run('orchestrate --status --json')).document).toEqual({
      version: 1,
      action: 'status',
      orchestration: null,
    });
  });
});
