import { Parser } from 'yargs/helpers';
import type { Parsed } from './arguments.js';
import { COMMON_OPTIONS, placesOfWords } from './arguments.js';
import type { CommandDefinition, Options } from './define-command.js';
import { wrongUsage } from './usage.js';

/** What the user asked for. */
export type Request =
  | { readonly wanted: 'command'; readonly definition: CommandDefinition; readonly parsed: Parsed }
  /** Help for a command, a group, or the whole program. */
  | { readonly wanted: 'help'; readonly text: string };

/**
 * Reads a command line. yargs' parser takes it apart; which command is meant, whether its arguments are right, and what
 * help and refusals say is decided here and beside, so that every refusal is a sentence of ours. Who asks for help gets
 * it, whatever else is wrong.
 */
export const parseCommandLine = async (
  argv: readonly string[],
  commands: readonly CommandDefinition[],
  width: number,
): Promise<Request> => {
  const words = wordsOf(argv);
  const definition = commandOf(words, commands);
  const members = definition === undefined ? membersOf(words, commands) : [definition];
  if (members.length === 0) {
    const { unknownCommand } = await import('./unknown-words.js');
    throw unknownCommand(words, commands);
  }
  const { parsed, fault } = readLine(argv, definition?.options);
  const wantsHelp = [parsed['help']].flat().includes(true);
  if (fault !== undefined && !wantsHelp) throw await fault(definition);
  if (definition !== undefined && !wantsHelp) return { wanted: 'command', definition, parsed };
  const { commandHelp, groupHelp } = await import('./help.js');
  const text = definition === undefined ? groupHelp(words, members, width) : commandHelp(definition, width);
  return { wanted: 'help', text };
};

/** The command that a command line names, if any. */
export const commandNamedBy = (
  argv: readonly string[],
  commands: readonly CommandDefinition[],
): CommandDefinition | undefined => commandOf(wordsOf(argv), commands);

interface ReadLine {
  readonly parsed: Parsed;
  /** Makes what is said of the first thing that is wrong; absent when nothing is. */
  readonly fault?: (definition: CommandDefinition | undefined) => Promise<Error>;
}

/** The values of a line by option, and its other words. Numbers stay text, so that a refusal can name what was given. */
export const readLine = (argv: readonly string[], options: Options = {}): ReadLine => {
  const known: Options = { ...options, ...COMMON_OPTIONS, help: { type: 'boolean', describe: '' } };
  const names = (isFlag: boolean): string[] =>
    Object.keys(known).filter((name) => (known[name]?.type === 'boolean') === isFlag);
  const valued = names(false);
  const { argv: parsed, error } = Parser.detailed([...withDashedValues(argv, known)], {
    ...{ boolean: names(true), string: valued, alias: { help: ['h'] } },
    // A value is required, and may come behind an equals sign.
    narg: Object.fromEntries(valued.map((name) => [name, NaN])),
    configuration: {
      'boolean-negation': false,
      'camel-case-expansion': false,
      'dot-notation': false,
      'greedy-arrays': false,
      'parse-numbers': false,
      'parse-positional-numbers': false,
    },
  });
  if (error !== null) return { parsed, fault: async (of) => refusal(error, of) };
  const isKnown = new Set(['_', 'h', ...Object.keys(known)]);
  const unknown = Object.keys(parsed).find((name) => !isKnown.has(name));
  if (unknown === undefined) return { parsed };
  return { parsed, fault: async (of) => (await import('./unknown-words.js')).unknownOption(unknown, of) };
};

/** The parser's own errors are misuses; anything else is a defect. */
const refusal = (error: Error, definition: CommandDefinition | undefined): Error => {
  const valueless = /^Not enough arguments following: (.+)$/.exec(error.message)?.[1];
  return valueless === undefined
    ? error
    : wrongUsage(`The option --${valueless} needs a value.`, definition?.words ?? []);
};

/**
 * A value such as `- seen` looks like an option to the parser, though no option has a blank in its name: behind an equals
 * sign it is taken for what it is.
 */
const withDashedValues = (argv: readonly string[], known: Options): readonly string[] => {
  const takesValue = (word = ''): boolean => {
    const name = word.slice(2);
    return word.startsWith('--') && Object.hasOwn(known, name) && known[name]?.type !== 'boolean';
  };
  const line: string[] = [];
  for (const word of argv) {
    const before = line.at(-1);
    if (/^-.*\s/s.test(word) && takesValue(before) && !line.includes('--'))
      line[line.length - 1] = `${before}=${word}`;
    else line.push(word);
  }
  return line;
};

/** Those of these words that come first name a command or group. */
const wordsOf = (argv: readonly string[]): readonly string[] =>
  placesOfWords(argv).map((at) => argv[at] ?? '');

const commandOf = (
  words: readonly string[],
  commands: readonly CommandDefinition[],
): CommandDefinition | undefined =>
  commands
    .filter((command) => command.words.every((word, index) => words[index] === word))
    .sort((a, b) => b.words.length - a.words.length)[0];

/** The commands that begin with these words. */
export const membersOf = (
  words: readonly string[],
  commands: readonly CommandDefinition[],
): readonly CommandDefinition[] =>
  commands.filter((command) => words.every((word, index) => command.words[index] === word));
