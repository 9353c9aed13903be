import yargs from 'yargs';
import type { Argv, Options as YargsOption } from 'yargs';
import type { Parsed } from './arguments.js';
import { exitCodeLine } from './exit-codes.js';
import { COMMON_OPTIONS } from './common-options.js';
import { withDashedValues } from './dashed-values.js';
import type { CommandDefinition, OptionSpec, Options } from './define-command.js';
import { PARSER_CONFIGURATION } from './parser-configuration.js';
import { unknownOption } from './unknown-words.js';
import { SHORT_FORMS, shortFormOf } from './short-forms.js';
import { commandName, placeholderOf, usageLine, wrongUsage } from './usage.js';

/** What yargs made of a command line; `help` is the text to show when help was asked for. */
interface YargsAnswer {
  readonly parsed: Parsed;
  readonly help: string | undefined;
}

/** Reads the command line of a command; throws `wrong-usage` for what is not allowed. */
export const parseWithYargs = async (
  argv: readonly string[],
  definition: CommandDefinition,
  width: number,
): Promise<YargsAnswer> => {
  const answer = await parse(withDashedValues(argv, definition), commandParser(definition, width));
  return answer.help === undefined ? answer : { ...answer, help: withExamples(answer.help, definition) };
};

/** Examples can be copied as they are: no width wraps them. */
const withExamples = (help: string, { examples }: CommandDefinition): string => {
  const shown = examples.flatMap(([command, meaning]) => [`  # ${meaning}`, `  ${command}`]);
  return shown.length === 0 ? help : [help.trimEnd(), '', 'Examples:', ...shown].join('\n');
};

const EXIT_CODES = `Exit codes: ${exitCodeLine()}.`;

/** The help of a group of commands. The line is parsed too, so that a wrong option is refused and not hidden behind it. */
export const groupHelp = async (
  argv: readonly string[],
  words: readonly string[],
  members: readonly CommandDefinition[],
  width: number,
): Promise<string> => {
  await parse(argv, baseParser(undefined, width));
  const { help } = await parse(['--help'], groupParser(words, members, width));
  return help ?? '';
};

const parse = async (argv: readonly string[], parser: Argv): Promise<YargsAnswer> => {
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

/** A method of yargs that its types do not know. */
interface UsageConfigurable {
  usageConfiguration(configuration: { readonly 'hide-types': boolean }): Argv;
}

/** The options of a command come before those that every command has. */
const baseParser = (definition: CommandDefinition | undefined, width: number): Argv =>
  (yargs([]) as Argv & UsageConfigurable)
    .usageConfiguration({ 'hide-types': true })
    .scriptName('spec-kitty')
    .locale('en')
    .version(false)
    .help('help')
    .alias('help', 'h')
    .exitProcess(false)
    .showHelpOnFail(false)
    .wrap(Number.isFinite(width) ? Math.min(width, WIDEST) : USUAL_WIDTH)
    .parserConfiguration(PARSER_CONFIGURATION)
    .strictOptions()
    .fail((message: string, error: Error | undefined) => {
      // The parser's own errors are misuses, too; anything else is a defect.
      throw error === undefined || error.name === 'YError'
        ? refusal(error?.message ?? message, definition)
        : error;
    })
    .describe('help', 'show this')
    .options(yargsOptions(definition?.options ?? {}))
    .group(Object.keys(definition?.options ?? {}), 'Options:')
    .options(yargsOptions(COMMON_OPTIONS))
    .group([...Object.keys(COMMON_OPTIONS), 'help'], 'Common options:');

/** Longer lines are hard to read. Where nobody knows a width, paragraphs need one all the same. */
const WIDEST = 100;
const USUAL_WIDTH = 80;

const commandParser = (definition: CommandDefinition, width: number): Argv => {
  const described = definition.positionals.filter(({ describe }) => describe !== '');
  const short = shortFormOf(definition.words);
  const head = [
    [usageLine(definition), ...(short === undefined ? [] : [`short: ${commandName([short])}`])].join('\n'),
    definition.summary,
    definition.details,
    described.map(({ name, describe }) => `<${name}>: ${describe}`).join('\n'),
  ];
  return baseParser(definition, width)
    .usage(head.filter((part) => part !== undefined && part !== '').join('\n\n'))
    .epilogue(EXIT_CODES);
};

const groupParser = (
  words: readonly string[],
  members: readonly CommandDefinition[],
  width: number,
): Argv => {
  const name = ['spec-kitty', ...words].join(' ');
  const parser = baseParser(undefined, width)
    // The program's name in front of every command would take the room of what it does.
    .scriptName('')
    .usage(`${name} <command> [options]`)
    .epilogue(
      [
        `Run "${name} <command> --help" for what a command takes.`,
        ...(words.length === 0 ? [PROGRAM_END] : []),
      ].join('\n\n'),
    );
  for (const member of members) parser.command(member.words.join(' '), member.summary);
  if (words.length > 0) return parser;
  return parser
    .option('version', { type: 'boolean', describe: 'print the version' })
    .group([...Object.keys(COMMON_OPTIONS), 'help', 'version'], 'Common options:');
};

/** What the help of the whole program says below the commands. */
const PROGRAM_END = `Short forms: ${[...SHORT_FORMS.keys()].join(', ')}. "spec-kitty status" is "spec-kitty agent tasks status".

${EXIT_CODES} docs/errors.md describes every error.`;

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
