import fc from 'fast-check';
import { withDashedValues } from '../../src/app/cli/dashed-values.js';
import { defineCommand } from '../../src/app/cli/define-command.js';
import { parseCommandLine } from '../../src/app/cli/parser.js';
import { parseWithYargs } from '../../src/app/cli/parse-with-yargs.js';

const command = defineCommand({
  path: 'agent tasks move-task <wp>',
  summary: 'move',
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

const answer = async (work: () => Promise<unknown>): Promise<unknown> => {
  try {
    return await work();
  } catch (error) {
    return String(error);
  }
};

/** yargs adds its own name and the options that were not given. */
const given = (parsed: Readonly<Record<string, unknown>>): unknown =>
  Object.fromEntries(Object.entries(parsed).filter(([name, value]) => name !== '$0' && value !== undefined));

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
    [['--note', '-x']],
    [['--note', '--force']],
    [['note', '- seen it']],
    [['--force', '- seen it']],
    [['--__proto__', '- seen it']],
  ])('leaves everything else to yargs: %j', async (rest) => {
    const argv = [...WORDS, 'WP01', ...rest];
    expect(withDashedValues(argv, command)).toEqual(argv);
  });

  it('changes nothing behind a double dash', () => {
    const argv = ['--', '--note', '- seen it'];
    expect(withDashedValues(argv, command)).toEqual(argv);
  });

  it('answers as all of yargs would, whatever the line is', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(word, { maxLength: 7 }), async (rest) => {
        const argv = [...WORDS, ...rest];
        const quick = await answer(async () => {
          const request = await parseCommandLine(argv, [command], 80);
          return request.wanted === 'help' ? request.text : given(request.parsed);
        });
        const whole = await answer(async () => {
          const { parsed, help } = await parseWithYargs(argv, command, 80);
          return help ?? given(parsed);
        });
        expect(quick).toEqual(whole);
      }),
      { numRuns: 400 },
    );
  });
});
