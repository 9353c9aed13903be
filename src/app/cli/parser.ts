import yargs from 'yargs';
import type { Argv, Options as YargsOption } from 'yargs';
import { COMMON_OPTIONS } from './common-options.js';
import type { Parsed } from './arguments.js';
import type { CommandDefinition, OptionSpec, Options } from './define-command.js';
import { placeholderOf, unknownCommand, unknownOption, usageLine, wrongUsage } from './usage.js';

/** What the user asked for. */
export type Request =
  | { readonly wanted: 'command'; readonly definition: CommandDefinition; readonly parsed: Parsed }
  /** Help for a command, a group, or the whole program. */
  | { readonly wanted: 'help'; readonly text: string };

/**
 * Reads a command line. yargs does the parsing and the help; which command is meant and whether its arguments are
 * right is decided here and in arguments.ts, so that every refusal is a sentence of ours.
 */
export const parseCommandLine = async (
  argv: readonly string[],
  commands: readonly CommandDefinition[],
  width: number,
): Promise<Request> => {
  const words = leadingWords(argv);
  const definition = commandOf(words, commands);
  if (definition !== undefined) {
    const { parsed, help } = await parse(argv, commandParser(definition, width));
    return help === undefined ? { wanted: 'command', definition, parsed } : { wanted: 'help', text: help };
  }
  const members = membersOf(words, commands);
  if (members.length === 0) throw unknownCommand(words, commands);
  // The group is parsed too, so that a wrong option is refused and not hidden behind the help.
  await parse(argv, baseParser(undefined, width));
  const { help } = await parse(['--help'], groupParser(words, members, width));
  return { wanted: 'help', text: help ?? '' };
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
      if (word === '--project' || word === '--feature') index++;
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

const parse = async (
  argv: readonly string[],
  parser: Argv,
): Promise<{ parsed: Parsed; help: string | undefined }> => {
  let output = '';
  const parsed = (await parser.parseAsync(
    [...argv],
    {},
    (_error: unknown, _parsed: unknown, text: string) => {
      output = text;
    },
  )) as unknown as Parsed;
  return { parsed, help: output === '' ? undefined : output };
};

const baseParser = (definition: CommandDefinition | undefined, width: number): Argv =>
  yargs([])
    .scriptName('spec-kitty')
    .locale('en')
    .version(false)
    .help('help')
    .alias('help', 'h')
    .exitProcess(false)
    .showHelpOnFail(false)
    .wrap(Math.min(width, 100))
    .parserConfiguration({
      'boolean-negation': false,
      'camel-case-expansion': false,
      'dot-notation': false,
      'greedy-arrays': false,
      'parse-numbers': false,
      'parse-positional-numbers': false,
    })
    .strictOptions()
    .fail((message: string, error: Error | undefined) => {
      // The parser's own errors are misuses, too; anything else is a defect.
      throw error === undefined || error.name === 'YError'
        ? refusal(error?.message ?? message, definition)
        : error;
    })
    .options(yargsOptions(COMMON_OPTIONS))
    .group([...Object.keys(COMMON_OPTIONS), 'help'], 'Common options:');

const commandParser = (definition: CommandDefinition, width: number): Argv => {
  const described = definition.positionals.filter(({ describe }) => describe !== '');
  const head = [
    usageLine(definition),
    definition.summary,
    definition.details,
    described.map(({ name, describe }) => `<${name}>: ${describe}`).join('\n'),
  ];
  const parser = baseParser(definition, width)
    .usage(head.filter((part) => part !== undefined && part !== '').join('\n\n'))
    .options(yargsOptions(definition.options));
  for (const [command, meaning] of definition.examples) parser.example(command, meaning);
  return parser;
};

const groupParser = (
  words: readonly string[],
  members: readonly CommandDefinition[],
  width: number,
): Argv => {
  const name = ['spec-kitty', ...words].join(' ');
  const parser = baseParser(undefined, width)
    .usage(`${name} <command> [options]`)
    .epilogue(`Run "${name} <command> --help" for what a command takes.`);
  for (const member of members) parser.command(member.words.join(' '), member.summary);
  return parser;
};

const yargsOptions = (options: Options): Record<string, YargsOption> =>
  Object.fromEntries(
    Object.entries(options).map(([name, option]): [string, YargsOption] => [
      name,
      {
        // Numbers are read as text, so that a refusal can name what was given.
        type: option.type === 'boolean' ? 'boolean' : 'string',
        describe: describeOption(name, option),
        ...(option.type === 'boolean' ? {} : { requiresArg: true }),
        ...(option.hidden === true ? { hidden: true } : {}),
      },
    ]),
  );

const describeOption = (name: string, option: OptionSpec): string => {
  const choices = option.choices === undefined ? '' : `: ${option.choices.join(', ')}`;
  const placeholder = option.placeholder === undefined ? '' : ` (${placeholderOf(name, option)})`;
  return `${option.describe}${placeholder}${choices}${option.required === true ? ' [required]' : ''}`;
};

const refusal = (message: string, definition: CommandDefinition | undefined): Error => {
  const unknown = /^Unknown arguments?: ([^,]+)/.exec(message)?.[1];
  if (unknown !== undefined) return unknownOption(unknown.trim(), definition);
  const valueless = /^Not enough arguments following: (.+)$/.exec(message)?.[1];
  const sentence = valueless === undefined ? message : `The option --${valueless} needs a value.`;
  return wrongUsage(sentence, definition?.words ?? []);
};
