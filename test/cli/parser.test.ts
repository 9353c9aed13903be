import fc from 'fast-check';
import { defineCommand, needed } from '../../src/app/cli/define-command.js';
import { parseCommandLine, readLine } from '../../src/app/cli/parser.js';

const command = defineCommand({
  path: 'agent tasks move-task',
  summary: 'move',
  positionals: { wp: needed('') },
  options: {
    to: { type: 'string', describe: 'lane', required: true },
    note: { type: 'string', describe: 'remark' },
    limit: { type: 'number', describe: 'count' },
    force: { type: 'boolean', describe: 'anyway' },
    'no-commit': { type: 'boolean', describe: 'without commit' },
  },
  run: () => Promise.reject(new Error('not run')),
});

const WORDS = ['agent', 'tasks', 'move-task'];

/** Everything that a shell may pass on, with a preference for what nearly makes sense. */
const word = fc.oneof(
  fc.constantFrom('WP01', '--to', '--to=doing', '--note', '--note=', '--note=-x', '--force', '--no-commit'),
  fc.constantFrom('--json', '--quiet', '--no-color', '--project', '--limit', '--limit=007', '1e3', '-1', '-'),
  fc.constantFrom('--', '-h', '--help', '--hep', '-f', '-abc', '--to.x=1', '--__proto__=1', '--force=false'),
  fc.string({ maxLength: 6 }),
);

describe('reading a command line', () => {
  it.each([
    ['a value that begins like an option', ['--note', '- seen it'], '- seen it'],
    ['a list', ['--note', '-a\n-b'], '-a\n-b'],
    ['one behind an equals sign', ['--note=- seen it'], '- seen it'],
  ])('takes %s for a value, since no option has a blank in it', async (_, rest, note) => {
    const request = await parseCommandLine([...WORDS, 'WP01', '--to', 'doing', ...rest], [command], 80);
    expect(request).toMatchObject({ wanted: 'command', parsed: { note } });
  });

  it.each([
    ['a value that is an option', ['--note', '--force'], 'The option --note needs a value.'],
    ['a value with a dash and no blank', ['--note', '-x'], 'The option --note needs a value.'],
    ['a dash behind a flag', ['--force', '- seen it'], 'There is no option "- ".'],
    ['an option that is not there', ['--hep'], 'There is no option "--hep".'],
    ['a part of a known one', ['--to.x=1'], 'There is no option "--to.x".'],
    ['what objects inherit', ['--__proto__', 'x'], 'There is no option "--___proto___".'],
  ])('refuses %s', async (_, rest, message) => {
    const reading = parseCommandLine([...WORDS, 'WP01', ...rest], [command], 80);
    await expect(reading).rejects.toMatchObject({ kind: 'wrong-usage', message });
  });

  it('takes what stands behind a double dash as it is', () => {
    const { parsed } = readLine(['--', '--note', '- seen it'], command.options);
    expect(parsed).toMatchObject({ _: ['--note', '- seen it'] });
    expect(parsed).not.toHaveProperty('note');
  });

  it.each([['--help'], ['-h'], ['-fh'], ['--hep', '--help'], ['--note', '--help'], ['--help', '--help']])(
    'gives help to who asks for it, whatever else is wrong: %s %s',
    async (...rest) => {
      expect(await parseCommandLine([...WORDS, ...rest.filter(Boolean)], [command], 80)).toMatchObject({
        wanted: 'help',
        text: expect.stringContaining('--no-commit'),
      });
    },
  );

  it('answers every line with values, help, or a misuse and what to do about it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(word, { maxLength: 7 }), async (rest) => {
        const request = await parseCommandLine([...WORDS, ...rest], [command], 80).catch(
          (error: unknown) => error,
        );
        if (request instanceof Error) {
          expect(request).toMatchObject({ kind: 'wrong-usage', hint: expect.stringMatching(/./) });
          return;
        }
        expect(request).toMatchObject({ wanted: expect.stringMatching(/^(command|help)$/) });
      }),
      { numRuns: 400 },
    );
  });
});

describe('help', () => {
  const helpAt = async (width: number): Promise<readonly string[]> => {
    const request = await parseCommandLine([...WORDS, '--help'], [command], width);
    return request.wanted === 'help' ? request.text.split('\n') : [];
  };

  it('is no wider than the terminal, and never wider than what is easily read', async () => {
    for (const width of [20, 40, 80, 200])
      for (const line of await helpAt(width)) expect(line.length).toBeLessThanOrEqual(Math.min(width, 100));
  });

  it('says beside each option what it means, in a column of its own', async () => {
    expect(await helpAt(80)).toEqual(
      expect.arrayContaining([
        '      --note       remark',
        '      --wait      how long to wait for other commands in the same repository',
        '                  (default 600) (SECONDS)',
        '  -h, --help      show this',
      ]),
    );
  });

  it('cuts a word that has no room, and nothing of it is lost', async () => {
    const text = (await helpAt(8)).join('').replaceAll(' ', '');
    expect(text).toContain('spec-kittyagenttasksmove-task<wp>--toTO[options]');
  });
});
