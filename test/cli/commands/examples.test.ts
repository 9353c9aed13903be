import { COMMANDS } from '../../../src/app/cli/commands/all.js';
import { CommandLine } from '../../support/command-line.js';
import { FEATURE, smallFeature } from '../../support/planning-documents.js';

/** They wait for somebody, run other programs, or name what only their reader has; that they can be parsed is tested elsewhere. */
const NOT_HERE =
  /auth login|\bhub |events (?:tail|import)|sync (?:run|move)|--watch|^spec-kitty mcp|^spec-kitty orchestrate|[|<>]|01KH/;

const EXAMPLES = COMMANDS.flatMap(({ examples }) => examples.map(([line]) => line)).filter(
  (line) => !NOT_HERE.test(line),
);

/** Where WP01 has to be for the example. */
const laneFor = (line: string): string => {
  if (line.includes('--feedback')) return 'for_review';
  return line.includes('for_review') ? 'doing' : 'planned';
};

/** The examples call the feature so. */
const named = (text: string): string => text.replaceAll(FEATURE, '028-sync');

const wordsOf = (line: string): readonly string[] =>
  [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '').slice(1);

let cli: CommandLine;

const prepare = async (line: string): Promise<void> => {
  const feature = smallFeature(
    { WP01: { lane: laneFor(line) }, WP02: {}, WP03: { lane: 'for_review' } },
    { 'tasks.md': '## WP01\n\n- [ ] T001 a\n- [ ] T002 b\n\n## WP03\n\n- [x] T003 c\n' },
  );
  cli = new CommandLine({
    ...Object.fromEntries(Object.entries(feature).map(([path, text]) => [named(path), named(text)])),
    'review.md': 'Handle the empty list.\n',
  });
  await cli.signIn();
};

afterEach(() => cli.remove());

describe('the examples of the help', () => {
  it.each(EXAMPLES)('%s', async (line) => {
    await prepare(line);
    const { outcome, err } = await cli.run(wordsOf(line));
    expect({ outcome, error: /^error.*$/m.exec(err)?.[0] }).toEqual({ outcome: 'done', error: undefined });
  });

  it('are enough to be worth the name', () => {
    expect(EXAMPLES.length).toBeGreaterThan(20);
    cli = new CommandLine();
  });
});
