import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { argumentsOf, type Parsed } from '../../src/app/cli/parser.js';
import { COMMANDS } from '../../src/app/cli/commands/all.js';
import { COMMON_OPTIONS } from '../../src/app/cli/define-command.js';
import type { CommandDefinition } from '../../src/app/cli/define-command.js';
import { parseCommandLine } from '../../src/app/cli/parser.js';
import { inFull } from '../../src/app/cli/short-forms.js';
import { ROOT } from '../architecture/run-tool.js';

interface Named {
  readonly where: string;
  readonly text: string;
}

const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

const filesBelow = (directory: string, ending: string): readonly string[] =>
  readdirSync(join(ROOT, directory), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith(ending))
    .map((path) => join(directory, path));

const PAGES = ['README.md', 'CONTRIBUTING.md', ...filesBelow('docs', '.md')].map((where) => ({
  where,
  text: read(where),
}));

/** The texts of a source file that are meant for people: those with a blank in them, without comments and patterns. */
const textsOf = (where: string): readonly Named[] => {
  const code = read(where).replaceAll(/^\s*(?:\/\*\*?[\s\S]*?\*\/|\/\/.*$)/gm, '');
  const literals = code.match(/'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`/g) ?? [];
  return literals
    .filter((text) => /^.(?!--)(?!.*\(\?).* /s.test(text))
    .map((text) => ({ where, text: text.slice(1, -1) }));
};

/** The scripts for shells are code of another language, with an option that no person types. */
const SHELLS = join('src', 'app', 'cli', 'commands', 'completion.ts');

const HINTS = filesBelow('src', '.ts')
  .filter((path) => path !== SHELLS)
  .flatMap(textsOf);

/** Pages about our own scripts, which have options of their own. */
const OF_SCRIPTS = /^(CONTRIBUTING|docs.(performance|reliability|decisions.*))\.md$/;

const helpOf = async (words: readonly string[]): Promise<Named> => {
  const request = await parseCommandLine([...words, '--help'], COMMANDS, 100);
  return { where: `${words.join(' ')} --help`, text: request.wanted === 'help' ? request.text : '' };
};

const groups = new Set(COMMANDS.flatMap(({ words }) => words.map((_, end) => words.slice(0, end).join(' '))));

const HELP = await Promise.all([
  ...COMMANDS.map(({ words }) => helpOf(words)),
  ...[...groups].map((group) => helpOf(group.split(' ').filter(Boolean))),
]);

/** What stands behind the name of the program, up to where the sentence or the code around it ends. */
const phrasesIn = ({ where, text }: Named): readonly Named[] =>
  [...text.matchAll(/(?<![\w~./-])spec-kitty ((?:(?!spec-kitty )[^\n`"|;#…])+)/g)].map(([, phrase = '']) => ({
    where,
    text: phrase.replace(/[.,):]?\s*$/, ''),
  }));

/** What is code on a page: fenced blocks and spans. */
const codeOf = ({ where, text }: Named): readonly Named[] =>
  text.split(/^```.*$/m).flatMap((part, at) => {
    const code = at % 2 === 1 ? [part] : [...part.matchAll(/`([^`\n]+)`/g)].map(([, span = '']) => span);
    return code.map((of) => ({ where, text: of }));
  });

const PHRASES = [...PAGES.flatMap(codeOf), ...HELP, ...HINTS].flatMap(phrasesIn);

/** Words behind the program's name that begin no command but a sentence about the program. */
const PROSE = /^(\d|<command>|needs|is|then|and|or|and its hub$|does|can|on your PATH$|--version$|\\\\|\$\{)/;

/** The command or group that a phrase begins with; `undefined` when it begins with none. */
const namedBy = (
  phrase: string,
): { words: readonly string[]; command: CommandDefinition | undefined } | undefined => {
  const all = inFull(phrase.split(/\s+/)).filter((word) => word !== '');
  for (let end = Math.min(all.length, 4); end > 0; end--) {
    const words = all.slice(0, end);
    const command = COMMANDS.find((one) => one.words.join(' ') === words.join(' '));
    if (command !== undefined || groups.has(words.join(' '))) return { words, command };
  }
  return undefined;
};

const optionsIn = (text: string): readonly string[] =>
  [...text.matchAll(/(?<![\w-])--([a-z][a-z-]*[a-z])(?![\w-])/g)].map(([, name = '']) => name);

const ALWAYS = [...Object.keys(COMMON_OPTIONS), 'help', 'version'];
const OF_ANY = new Set([...ALWAYS, ...COMMANDS.flatMap(({ options }) => Object.keys(options))]);

/** Options of other programs that our texts name: git's, npm's, those of agents and of our own scripts. */
const FOREIGN =
  /\b(git|npm|node|npx|claude|codex|gemini|opencode|copilot|qwen|cursor-agent|goose|aider|Gemini CLI|agent)\b|&&/;

describe('what texts for people name', () => {
  it('is looked for in enough places', () => {
    expect(PHRASES.length).toBeGreaterThan(150);
    expect(HINTS.flatMap(({ text }) => optionsIn(text)).length).toBeGreaterThan(50);
  });

  it('is a command that exists', () => {
    const unknown = PHRASES.filter(({ text }) => !PROSE.test(text) && namedBy(text) === undefined);
    expect(unknown).toEqual([]);
  });

  it('is an option that its command takes', () => {
    const unknown = PHRASES.flatMap(({ where, text }) => {
      const [sentence = ''] = text.split(/\. |, then | then /);
      const known = new Set([...ALWAYS, ...Object.keys(namedBy(sentence)?.command?.options ?? {})]);
      return PROSE.test(text)
        ? []
        : optionsIn(sentence)
            .filter((name) => !known.has(name))
            .map((name) => ({ where, text, name }));
    });
    expect(unknown).toEqual([]);
  });

  it('is an option of some command, where none is named', () => {
    const sentences = [...HINTS, ...HELP, ...PAGES.filter(({ where }) => !OF_SCRIPTS.test(where))].flatMap(
      ({ where, text }) => text.split('\n').map((line) => ({ where, line })),
    );
    const unknown = sentences
      .filter(({ line }) => !FOREIGN.test(line))
      .flatMap(({ where, line }) =>
        optionsIn(line)
          .filter((name) => !OF_ANY.has(name))
          .map((name) => ({ where, line, name })),
      );
    expect(unknown).toEqual([]);
  });

  it('is a line that the program understands, where it can be copied', async () => {
    const copied = [
      ...PAGES.flatMap(({ where, text }) =>
        [...text.matchAll(/^(?:\$ )?spec-kitty (.+)$/gm)].map(([, line = '']) => ({ where, line })),
      ),
      ...COMMANDS.flatMap(({ words, examples }) =>
        examples.map(([line]) => ({ where: words.join(' '), line: line.replace(/^.*?spec-kitty /, '') })),
      ),
    ];
    expect(copied.length).toBeGreaterThan(70);
    const refused = [];
    for (const { where, line } of copied) {
      const [command = ''] = line.split(/\s(?:#|\||>)|[)]$/);
      const words = (command.match(/"[^"]*"|\S+/g) ?? []).map((word) => word.replaceAll('"', ''));
      const request = await parseCommandLine(inFull(words), COMMANDS, 80).catch((error: unknown) =>
        String(error),
      );
      const read =
        typeof request === 'string'
          ? request
          : request.wanted === 'help'
            ? 'only its group is named'
            : argumentsFault(request);
      if (read !== undefined) refused.push({ where, line, read });
    }
    expect(refused).toEqual([]);
  });

  it('is a script, where npm or node runs it', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const named = PAGES.flatMap(({ where, text }) => [
      ...[...text.matchAll(/npm run (?:--\w+ )?([\w:]+)/g)].map(([, name = '']) => ({
        where,
        name,
        exists: name in scripts,
      })),
      ...[...text.matchAll(/node (scripts\/[\w/-]+\.mjs)/g)].map(([, name = '']) => ({
        where,
        name,
        exists: existsSync(join(ROOT, name)),
      })),
    ]);
    expect(named.length).toBeGreaterThan(8);
    expect(named.filter(({ exists }) => !exists)).toEqual([]);
  });
});

const argumentsFault = (request: { definition: CommandDefinition; parsed: Parsed }): string | undefined => {
  try {
    argumentsOf(request.definition, request.parsed);
    return undefined;
  } catch (error) {
    return String(error);
  }
};
