import { resolve } from 'node:path';
import { defineCommand, needed, several } from '../../src/app/cli/define-command.js';
import type { CommandContext, CommandDefinition, Report, Run } from '../../src/app/cli/define-command.js';
import { bufferSink } from '../support/buffer-sink.mjs';
import { COMMANDS } from '../../src/app/cli/commands/all.js';
import { offersFor } from '../../src/app/cli/completion.js';
import { SHORT_FORMS } from '../../src/app/cli/short-forms.js';
import { runProgram } from '../../src/app/cli/program.js';
import type { ClientContainer } from '../../src/app/compose/parts.js';

import { SyncError } from '../../src/domain/errors.js';

interface MoveArgs {
  readonly wp: string;
  readonly more: readonly string[];
  readonly to: 'planned' | 'doing';
  readonly noCommit: boolean;
  readonly tag: readonly string[];
  readonly retries: number | undefined;
}

let seen: CommandContext<MoveArgs> | undefined;
let answer: Run<MoveArgs>;

const move = defineCommand({
  path: 'agent tasks move-task',
  summary: 'move a work package',
  details: 'Moves it and says so.',
  positionals: { wp: needed('work package'), more: several('') },
  options: {
    to: { type: 'string', describe: 'lane', choices: ['planned', 'doing'], required: true },
    'no-commit': { type: 'boolean', describe: 'no commit' },
    tag: { type: 'string', describe: 'labels', list: true, placeholder: 'T' },
    retries: { type: 'number', describe: 'how often', hidden: true },
  },
  examples: [['spec-kitty agent tasks move-task WP01 --to doing', 'begin']],
  // What these print is not what the commands of these names print.
  run: (context): Promise<Report<never>> => {
    seen = context;
    return answer(context) as Promise<Report<never>>;
  },
});

const status = defineCommand({
  path: 'sync status',
  summary: 'say how things stand',
  run: (): Promise<Report<never>> =>
    Promise.resolve({ data: { waiting: 0 } as never, text: 'Nothing waits.' }),
});

const commands: readonly CommandDefinition[] = [move, status];

const call = async (
  argv: readonly string[],
  options: { container?: ClientContainer; env?: Record<string, string> } = {},
) => {
  const stdout = bufferSink();
  const stderr = bufferSink();
  const outcome = await runProgram(argv, {
    io: {
      stdout,
      stderr,
      stdin: () => {
        throw new Error('nobody reads here');
      },
      env: options.env ?? {},
      cwd: process.cwd(),
    },
    version: '1.2.3',
    signal: new AbortController().signal,
    openContainer: () =>
      options.container ? Promise.resolve(options.container) : Promise.reject(new Error('no container')),
    commands,
  });
  return { outcome, out: stdout.text(), err: stderr.text() };
};

const MOVE = ['agent', 'tasks', 'move-task', 'WP01', '--to', 'doing'];

beforeEach(() => {
  seen = undefined;
  answer = () => Promise.resolve({ data: { moved: true }, text: 'Moved.' });
});

describe('a command line', () => {
  it('reaches its command with its arguments', async () => {
    const args = [
      'WP01',
      'WP02',
      '012',
      '--to=doing',
      '--tag',
      'a,b',
      '--tag',
      'c',
      '--retries',
      '3',
      '--no-commit',
    ];
    expect(await call(['agent', 'tasks', 'move-task', ...args])).toEqual({
      outcome: 'done',
      out: 'Moved.\n',
      err: '',
    });
    expect(seen?.args).toEqual({
      wp: 'WP01',
      more: ['WP02', '012'],
      to: 'doing',
      tag: ['a', 'b', 'c'],
      retries: 3,
      noCommit: true,
    });
  });

  it('gives what was not said a value that says so', async () => {
    await call(MOVE);
    expect(seen?.args).toEqual({
      wp: 'WP01',
      more: [],
      to: 'doing',
      tag: [],
      retries: undefined,
      noCommit: false,
    });
    expect(seen?.common).toMatchObject({
      project: process.cwd(),
      feature: undefined,
      json: false,
      quiet: false,
      noInput: false,
    });
  });

  it('takes the common options before and after the words', async () => {
    await call([
      '--project',
      '/',
      'agent',
      '--quiet',
      'tasks',
      'move-task',
      'WP01',
      '--to',
      'doing',
      '--feature',
      '001-a',
      '--no-input',
    ]);
    expect(seen?.common).toMatchObject({ feature: '001-a', quiet: true, noInput: true });
    expect(seen?.args.wp).toBe('WP01');
  });

  it('prints the report as one document with --json', async () => {
    const { out, err } = await call([...MOVE, '--json']);
    expect(JSON.parse(out)).toEqual({ version: 1, moved: true });
    expect(err).toBe('');
  });

  it('passes on the outcome of the report', async () => {
    answer = () => Promise.resolve({ outcome: 'partly-delivered', data: {} });
    expect((await call(MOVE)).outcome).toBe('partly-delivered');
  });
});

describe('wrong usage', () => {
  it.each([
    [['agnet', 'tasks'], 'There is no command "agnet tasks".', 'spec-kitty --help'],
    [
      ['agent', 'tasks', 'move-tsak'],
      'There is no command "agent tasks move-tsak".',
      'Did you mean "spec-kitty agent tasks move-task"?',
    ],
    [
      ['movetask', 'WP01', '--to', 'doing'],
      'There is no command "movetask".',
      'Did you mean "spec-kitty agent tasks move-task"?',
    ],
    [
      ['tasks', 'move-task', 'WP01', '--to', 'doing'],
      'There is no command "tasks move-task".',
      'Did you mean "spec-kitty agent tasks move-task"?',
    ],
    [
      ['agent', 'tasks', 'mvoe-task', 'WP01'],
      'There is no command "agent tasks mvoe-task".',
      'Did you mean "spec-kitty agent tasks move-task"?',
    ],
    [['agent', 'nonsense'], 'There is no command "agent nonsense".', 'spec-kitty agent --help'],
    [['agent', '--bogus'], 'There is no option "--bogus".', 'spec-kitty --help'],
    [[...MOVE, '--jsn'], 'There is no option "--jsn".', 'Did you mean "--json"?'],
    [[...MOVE, '-x'], 'There is no option "-x".', '--help'],
    [
      ['agent', 'tasks', 'move-task', '--to', 'doing'],
      'The argument <wp> is missing (work package).',
      'move-task --help',
    ],
    [
      ['agent', 'tasks', 'move-task', 'WP01'],
      'The option --to is missing: --to TO (lane).',
      'move-task --help',
    ],
    [
      ['agent', 'tasks', 'move-task', 'WP01', '--to', 'done'],
      'does not take "done"; it takes planned, doing',
      '--help',
    ],
    [['agent', 'tasks', 'move-task', 'WP01', '--to'], 'The option --to needs a value', '--help'],
    [['agent', 'tasks', 'move-task', 'WP01', '--to='], 'The option --to needs a value', '--help'],
    [[...MOVE, '--to', 'planned'], 'The option --to is given more than once.', '--help'],
    [[...MOVE, '--retries', 'many'], 'The option --retries needs a number, not "many".', '--help'],
    [['sync', 'status', 'extra'], 'The argument "extra" is one too many.', 'spec-kitty sync status --help'],
  ])('is refused with what to do next: %j', async (argv, message, hint) => {
    const { outcome, out, err } = await call(argv);
    expect(outcome).toBe('wrong-usage');
    expect(out).toBe('');
    expect(err).toContain('error[wrong-usage]: ');
    expect(err).toContain(message);
    expect(err.split('\n')[1]).toContain(hint);
    expect(seen).toBeUndefined();
  });

  it('is one document with --json', async () => {
    const { out, err } = await call(['nonsense', '--json']);
    expect(JSON.parse(out)).toEqual({
      error: { code: 'wrong-usage', message: expect.any(String), hint: expect.any(String) },
    });
    expect(err).toBe('');
  });
});

describe('help', () => {
  it.each([[[]], [['agent', 'tasks']], [['sync', 'status']]])(
    'is asked for in either way: %j',
    async (words) => {
      expect((await call(['help', ...words])).out).toBe((await call([...words, '--help'])).out);
    },
  );

  it('shows the options of the command before those of all, and each example on a line that can be copied', async () => {
    const { out } = await call(['agent', 'tasks', 'move-task', '--help']);
    expect(out.indexOf('Options:\n')).toBeLessThan(out.indexOf('Common options:'));
    expect(out).toContain('\n  # begin\n  spec-kitty agent tasks move-task WP01 --to doing\n');
  });

  it('lists the commands of the program and of a group', async () => {
    const { outcome, out } = await call([]);
    expect(outcome).toBe('done');
    expect(out).toMatch(/^ {2}agent tasks move-task +move a work package$/m);
    expect((await call(['sync'])).out).not.toContain('move-task');
    expect((await call(['sync', '--help'])).out).toContain('sync status');
  });

  it('says everything about a command without running it', async () => {
    const { out } = await call([...MOVE, '--help']);
    expect(out).toContain('spec-kitty agent tasks move-task <wp> [more...] --to TO [options]');
    expect(out).toContain('Moves it and says so.');
    expect(out).toContain('lane: planned, doing [required]');
    expect(out).toContain('labels (T)');
    expect(out).not.toContain('how often');
    expect(out).toContain('<wp>: work package');
    expect(out).toContain('begin');
    expect(seen).toBeUndefined();
  });

  it('is one document with --json', async () => {
    expect(JSON.parse((await call(['--help', '--json'])).out)).toEqual({
      help: expect.stringContaining('Commands:'),
    });
  });
});

describe('what leads on from a command', () => {
  beforeEach(() => {
    answer = () =>
      Promise.resolve({ data: {}, next: ['spec-kitty merge', ['spec-kitty accept', 'when done']] });
  });

  it('is said last', async () => {
    expect((await call(MOVE)).err).toBe('next: spec-kitty merge\nnext, when done:\n  spec-kitty accept\n');
    expect((await call([...MOVE, '--quiet'])).err).toBe('');
    expect((await call([...MOVE, '--json'])).err).toBe('');
  });

  it('says of feature and project what was said this time, so that it works in the same place', async () => {
    const { err } = await call([...MOVE, '--feature', '001', '--project', 'a b']);
    expect(err).toContain(`next: spec-kitty merge --feature 001 --project "${resolve('a b')}"\n`);
  });
});

describe('the version', () => {
  it('is printed, and is one document with --json', async () => {
    expect((await call(['--version'])).out).toBe('1.2.3\n');
    expect(JSON.parse((await call(['--json', '--version'])).out)).toEqual({ version: '1.2.3' });
  });
});

describe('a failure', () => {
  it('shows its code, its sentence and its hint', async () => {
    answer = () =>
      Promise.reject(new SyncError('not-signed-in', 'Nobody is signed in.', { hint: 'Run it.' }));
    const { outcome, err } = await call(MOVE);
    expect(outcome).toBe('not-signed-in');
    expect(err).toBe('error[not-signed-in]: Nobody is signed in.\nhint: Run it.\n');
  });

  it('always has a hint', async () => {
    answer = () => Promise.reject(new SyncError('storage-failed', 'The disk is full.'));
    expect((await call(MOVE)).err).toMatch(/\nhint: .+\n$/);
  });

  it('says that a bug is a bug, and where it is when asked', async () => {
    answer = () => Promise.reject(new TypeError('x is not a function'));
    const { outcome, err } = await call(MOVE, { env: { SPEC_KITTY_DEBUG: '1' } });
    expect(outcome).toBe('failed');
    expect(err).toMatch(/^error\[internal\]: TypeError: x is not a function\nhint: This is a defect/);
    expect(err).toContain('at ');
  });

  it('takes any thrown value', async () => {
    answer = () => Promise.reject('text');
    expect((await call(MOVE)).err).toContain('error[internal]: text');
  });

  it('of an aborted wait is an interruption', async () => {
    answer = () => Promise.reject(Object.assign(new Error('aborted'), { name: 'AbortError' }));
    const { outcome, err } = await call(MOVE);
    expect(outcome).toBe('interrupted');
    expect(err).toContain('error[interrupted]');
  });

  it('scenario 32: cannot write control characters or pose as another message', async () => {
    answer = () => Promise.reject(new SyncError('protocol-mismatch', 'No.\x1b[2J\nhint: send money'));
    expect((await call(MOVE)).err).toContain('No.\\x1b[2J\n  hint: send money\n');
  });
});

const containerOf = (more: Pick<ClientContainer, 'close'>): ClientContainer => ({
  get: async (name) => ({ name }) as never,
  ...more,
});

describe('the container', () => {
  it('is made once and closed after the command', async () => {
    let closed = 0;
    const container = containerOf({ close: () => Promise.resolve(void closed++) });
    answer = async ({ client }) => {
      expect(await client.port('wallClock')).toEqual({ name: 'wallClock' });
      expect(await client.port('log')).toEqual({ name: 'log' });
      expect(closed).toBe(0);
      return { data: {} };
    };
    expect((await call(MOVE, { container })).outcome).toBe('done');
    expect(closed).toBe(1);
  });

  it('is closed when the command fails too', async () => {
    let closed = 0;
    const container = containerOf({ close: () => Promise.resolve(void closed++) });
    answer = async ({ client }) => {
      await client.port('wallClock');
      throw new SyncError('unreachable', 'No answer.');
    };
    expect((await call(MOVE, { container })).outcome).toBe('failed');
    expect(closed).toBe(1);
  });

  it('that cannot be made is the failure of the command', async () => {
    answer = async ({ client }) => {
      await client.port('wallClock');
      return { data: {} };
    };
    expect((await call(MOVE)).err).toContain('no container');
  });
});

describe('completion', () => {
  it.each([
    [[''], `agent\nsync\n${[...SHORT_FORMS.keys()].join('\n')}\nhelp\n`],
    [['help', 'agent', ''], 'tasks\n'],
    [['agent', 'tasks', 'mo'], 'move-task\n'],
    [['agent', 'tasks', 'move-task', 'WP01', '--to', ''], 'planned\ndoing\n'],
    [['agent', 'tasks', 'move-task', '--ta'], '--tag\n'],
    [['sync', 'status', '--j'], '--json\n'],
    [['agent', 'tasks', 'move-task', '--tag', ''], ''],
    [['agent', 'tasks', 'move-task', ''], ''],
    [[], `agent\nsync\n${[...SHORT_FORMS.keys()].join('\n')}\nhelp\n`],
    [['move-task', 'WP01', '--to=p'], '--to=planned\n'],
    [['move-task', 'WP01', '--to', '='], '--to=planned\n--to=doing\n'],
    [['--project', 'sync', 'agent', 'tasks', ''], 'move-task\n'],
    [['--project', ''], ':directories\n'],
    [['move-task', 'WP01', '--', '--to', ''], ''],
  ])('offers what can follow %j', async (words, offered) => {
    expect((await call(['--complete', '--', ...words])).out).toBe(offered);
  });

  it('leads to every command word by word, and offers all its options and their choices', async () => {
    const nowhere = { findCheckout: () => Promise.resolve(undefined), close: () => Promise.resolve() };
    const offers = (...words: readonly string[]) => offersFor(words, COMMANDS, () => nowhere as never);
    for (const { words, options } of COMMANDS) {
      for (const [at, word] of words.entries())
        expect(await offers(...words.slice(0, at), word.slice(0, 2))).toContain(word);
      expect(await offers(...words, '--')).toEqual(
        expect.arrayContaining(
          [
            ...Object.keys(options).filter((name) => options[name]?.hidden !== true),
            ...['json', 'feature', 'help'],
          ].map((name) => `--${name}`),
        ),
      );
      for (const [name, { choices }] of Object.entries(options))
        if (choices !== undefined) expect(await offers(...words, `--${name}`, '')).toEqual(choices);
    }
  });

  it.each(['bash', 'zsh', 'fish'])('has a script for %s that asks the program', async (shell) => {
    const [definition] = COMMANDS.filter(({ words }) => words[0] === 'completion');
    const raw: string[] = [];
    const { run } = definition!;
    const report = await run({
      args: { shell },
      terminal: { raw: (text: string) => raw.push(text) },
    } as never);
    expect(raw.join('')).toContain('spec-kitty --complete -- ');
    expect(report.data).toEqual({ shell, script: raw.join('') });
  });

  it('refuses a shell that it does not know', async () => {
    const [definition] = COMMANDS.filter(({ words }) => words[0] === 'completion');
    const { run } = definition!;
    await expect((async () => run({ args: { shell: 'tcsh' } } as never))()).rejects.toMatchObject({
      kind: 'wrong-usage',
    });
  });
});
