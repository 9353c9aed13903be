import { Parser } from 'yargs/helpers';
import { COMMON_OPTIONS } from './define-command.js';
import type { ArgsOf, CommandDefinition, CommonOptions, Options, OptionSpec } from './define-command.js';
import { placesOfWords } from './short-forms.js';
import { membersOf, wrongUsage, placeholderOf } from './usage.js';
import { isAbsolute, resolve } from 'node:path';

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
  const definition = commandNamedBy(argv, commands);
  const members = definition === undefined ? membersOf(words, commands) : [definition];
  if (members.length === 0) {
    const { unknownCommand } = await import('./unknown-words.js');
    throw unknownCommand(words, commands);
  }
  const { parsed, fault } = readLine(argv, definition?.options);
  const wantsHelp = isSet(parsed, 'help');
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
): CommandDefinition | undefined => {
  const words = wordsOf(argv);
  return commands
    .filter((command) => command.words.every((word, index) => words[index] === word))
    .sort((a, b) => b.words.length - a.words.length)[0];
};

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

/** Whether a flag is set; one that is given several times is set by any of them. */
export const isSet = (parsed: Parsed, flag: string): boolean => [parsed[flag]].flat().includes(true);

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

/** Values as the parser found them, by option name in kebab case; `_` holds the words and positional arguments. */
export type Parsed = Readonly<Record<string, unknown>> & { readonly _: readonly (string | number)[] };

/** The arguments of a command as its module gets them; throws `wrong-usage` for what the description does not allow. */
export const argumentsOf = (
  definition: CommandDefinition,
  parsed: Parsed,
): Readonly<Record<string, unknown>> => {
  const positionals = positionalsOf(definition, parsed._.slice(definition.words.length).map(String));
  const options = optionsOf(definition.options, parsed, definition.words);
  return Object.fromEntries([...positionals, ...options]);
};

export const commonOptionsOf = (
  parsed: Parsed,
  words: readonly string[],
  io: { readonly cwd: string },
): CommonOptions => {
  const values: unknown = Object.fromEntries(optionsOf(COMMON_OPTIONS, parsed, words));
  const given = values as ArgsOf<typeof COMMON_OPTIONS>;
  const { project = '.', wait = 0 } = given;
  if (wait < 0 || wait > MAX_WAIT_SECONDS)
    throw wrongUsage(`The option --wait takes 0 to ${MAX_WAIT_SECONDS} seconds.`, words);
  return {
    ...given,
    // A whole path needs no place to start from, which may be gone.
    project: isAbsolute(project) ? resolve(project) : resolve(io.cwd, project),
    isProjectNamed: given.project !== undefined,
  };
};

const MAX_WAIT_SECONDS = 86_400;

type Values = readonly (readonly [name: string, value: unknown])[];

/** One that takes all that is left is the last one. */
const positionalsOf = ({ positionals, words }: CommandDefinition, given: readonly string[]): Values => {
  const missing = positionals.find(({ required }, at) => required === true && given[at] === undefined);
  if (missing !== undefined)
    throw wrongUsage(`The argument <${missing.name}> is missing${meaning(missing.describe)}.`, words);
  const extra = positionals.at(-1)?.list !== undefined ? undefined : given[positionals.length];
  if (extra !== undefined) throw wrongUsage(`The argument "${extra}" is one too many.`, words);
  return positionals.map(({ name, list }, at) => [name, list === undefined ? given[at] : given.slice(at)]);
};

const optionsOf = (options: Options, parsed: Parsed, words: readonly string[]): Values =>
  Object.entries(options).map(([name, option]) => [
    camelCase(name),
    optionValue(name, option, parsed, words),
  ]);

const optionValue = (name: string, option: OptionSpec, parsed: Parsed, words: readonly string[]): unknown => {
  const fail = (what: string): never => {
    throw wrongUsage(`The option --${name} ${what}.`, words);
  };
  if (option.type === 'boolean') return isSet(parsed, name);
  const texts = [parsed[name] ?? []].flat().map(String);
  if (option.list !== undefined) {
    const items = option.list === 'whole' ? texts : texts.flatMap((text) => text.split(','));
    const trimmed = items.map((item) => item.trim()).filter((item) => item !== '');
    return trimmed.map((item) => checked(option, item, fail));
  }
  if (texts.length > 1) fail('is given more than once');
  const [text] = texts;
  if (text !== undefined) return checked(option, text, fail);
  if (option.required === true)
    fail(`is missing: --${name} ${placeholderOf(name, option)}${meaning(option.describe)}`);
  return undefined;
};

const checked = (option: OptionSpec, text: string, fail: (what: string) => never): string | number => {
  if (text === '') fail('needs a value');
  if (option.choices !== undefined && !option.choices.includes(text)) {
    fail(`does not take "${text}"; it takes ${option.choices.join(', ')}`);
  }
  if (option.type === 'string') return text;
  const number = Number(text);
  return Number.isFinite(number) ? number : fail(`needs a number, not "${text}"`);
};

const meaning = (describe: string): string => (describe === '' ? '' : ` (${describe})`);

const camelCase = (name: string): string =>
  name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
