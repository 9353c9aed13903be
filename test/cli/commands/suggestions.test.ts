import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { COMMANDS } from '../../../src/app/cli/commands/all.js';
import { SHORT_FORMS } from '../../../src/app/cli/short-forms.js';

/** Every source file of the program. */
const sources = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts') && !path.endsWith('.d.ts'))
  .map((path) => join('src', path));

/** Every command line that a message names, with the file that does: `spec-kitty` and the words after it. */
const named = sources.flatMap((path) =>
  readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => !/^\s*(\*|\/\/|\/\*)/.test(line))
    .flatMap((line) => [...line.matchAll(/\bspec-kitty ([a-z][\w-]*(?: [\w.-]+)*)/g)])
    .map(([, words = '']) => ({ path, words })),
);

const lines = [...COMMANDS.map(({ words }) => words.join(' ')), ...SHORT_FORMS.keys()];

describe('what messages suggest', () => {
  it('is looked for where there is something to find', () => {
    expect(named.length).toBeGreaterThan(20);
  });

  it.each(named)('$words ($path) is a command', ({ words }) => {
    expect(lines.filter((line) => words === line || words.startsWith(`${line} `))).not.toEqual([]);
  });

  it('every command has an example, and it is of that command', () => {
    expect(COMMANDS.filter(({ examples }) => examples.length === 0).map(({ words }) => words)).toEqual([]);
    for (const { words, examples } of COMMANDS)
      for (const [line] of examples) expect(line).toContain(`spec-kitty ${words.join(' ')}`);
  });

  it('every example is understood by the program', async () => {
    const { parseCommandLine } = await import('../../../src/app/cli/parser.js');
    for (const { words, examples } of COMMANDS) {
      for (const [line] of examples) {
        const command =
          line.slice(line.indexOf('spec-kitty ') + 'spec-kitty '.length).split(/ [>|&;]/)[0] ?? '';
        const argv = [...command.matchAll(/"([^"]*)"|(\S+)/g)].map(
          ([, quoted, bare]) => quoted ?? bare ?? '',
        );
        const request = await parseCommandLine(argv, COMMANDS, 80);
        expect(request).toMatchObject({ wanted: expect.not.stringMatching('help'), definition: { words } });
      }
    }
  });

  it('is never something that destroys', () => {
    for (const path of sources.filter((each) => each.includes(join('app', 'cli'))))
      expect(readFileSync(path, 'utf8')).not.toMatch(/\brm -rf?\b|git (reset --hard|clean -|push --force)/);
  });
});
