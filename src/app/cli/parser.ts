import { Parser } from 'yargs/helpers';
import type { Parsed } from './arguments.js';
import { COMMON_OPTIONS, takesNextWord } from './common-options.js';
import { withDashedValues } from './dashed-values.js';
import type { CommandDefinition } from './define-command.js';
import { PARSER_CONFIGURATION } from './parser-configuration.js';

/** What the user asked for. */
export type Request =
  | { readonly wanted: 'command'; readonly definition: CommandDefinition; readonly parsed: Parsed }
  /** Help for a command, a group, or the whole program. */
  | { readonly wanted: 'help'; readonly text: string };

/**
 * Reads a command line. yargs does the parsing and the help; which command is meant and whether its arguments are
 * right is decided here and in arguments.ts, so that every refusal is a sentence of ours. A line without fault needs
 * the parser of yargs alone; all of yargs, which takes longer to load than most commands take to run, is there for help
 * and for refusals.
 */
export const parseCommandLine = async (
  argv: readonly string[],
  commands: readonly CommandDefinition[],
  width: number,
): Promise<Request> => {
  const words = leadingWords(argv);
  const definition = commandOf(words, commands);
  if (definition !== undefined) {
    const faultless = parseFaultless(argv, definition);
    if (faultless !== undefined) return { wanted: 'command', definition, parsed: faultless };
    const { parseWithYargs } = await import('./parse-with-yargs.js');
    const { parsed, help } = await parseWithYargs(argv, definition, width);
    return help === undefined ? { wanted: 'command', definition, parsed } : { wanted: 'help', text: help };
  }
  const members = membersOf(words, commands);
  if (members.length === 0) {
    const { unknownCommand } = await import('./unknown-words.js');
    throw unknownCommand(words, commands);
  }
  const { groupHelp } = await import('./parse-with-yargs.js');
  return { wanted: 'help', text: await groupHelp(argv, words, members, width) };
};

/** The command that a command line names, if any. */
export const commandNamedBy = (
  argv: readonly string[],
  commands: readonly CommandDefinition[],
): CommandDefinition | undefined => commandOf(leadingWords(argv), commands);

/** The values of a line that has nothing but options of the command; `undefined` for help and for every fault. */
const parseFaultless = (argv: readonly string[], definition: CommandDefinition): Parsed | undefined => {
  const known = Object.entries({ ...definition.options, ...COMMON_OPTIONS });
  const names = (isFlag: boolean): string[] =>
    known.filter(([, option]) => (option.type === 'boolean') === isFlag).map(([name]) => name);
  const valued = names(false);
  const { argv: parsed, error } = Parser.detailed([...withDashedValues(argv, definition)], {
    boolean: names(true),
    string: valued,
    // A value is required, and may come behind an equals sign.
    narg: Object.fromEntries(valued.map((name) => [name, NaN])),
    configuration: PARSER_CONFIGURATION,
  });
  const isKnown = new Set(['_', ...known.map(([name]) => name)]);
  return error === null && Object.keys(parsed).every((name) => isKnown.has(name)) ? parsed : undefined;
};

/**
 * The words that begin the command line and name a command or group; the common options may stand before and between
 * them, but their values have to be skipped.
 */
const leadingWords = (argv: readonly string[]): readonly string[] => {
  const words: string[] = [];
  for (let index = 0; index < argv.length; index++) {
    const word = argv[index] ?? '';
    if (word === '--') break;
    if (word.startsWith('-')) {
      if (takesNextWord(word)) index++;
      continue;
    }
    words.push(word);
  }
  return words;
};

const commandOf = (
  words: readonly string[],
  commands: readonly CommandDefinition[],
): CommandDefinition | undefined =>
  commands
    .filter((command) => command.words.every((word, index) => words[index] === word))
    .sort((a, b) => b.words.length - a.words.length)[0];

const membersOf = (
  words: readonly string[],
  commands: readonly CommandDefinition[],
): readonly CommandDefinition[] =>
  commands.filter((command) => words.every((word, index) => command.words[index] === word));
