import { isAbsolute, resolve } from 'node:path';
import {
  type CommandDefinition,
  type CommonOptions,
  type OptionSpec,
  type Options,
  flag,
  number,
  text,
} from './define-command.js';
import { placeholderOf, wrongUsage } from './usage.js';

/** The options that every command has; `CommonOptions` in define-command.ts says what they mean to a command. */
export const COMMON_OPTIONS = {
  project: text('work on the project in this directory', 'DIR'),
  feature: text('feature to work on', 'SLUG'),
  json: flag('print exactly one JSON document'),
  quiet: flag('leave out messages that may be missed'),
  'no-color': flag('no colour (also by the variable NO_COLOR)'),
  wait: number('how long to wait for other commands in the same repository (default 600)', 'SECONDS'),
  'no-input': flag('never ask'),
} as const satisfies Options;

const VALUED: ReadonlySet<string> = new Set(
  Object.entries(COMMON_OPTIONS).flatMap(([name, { type }]) => (type !== 'boolean' ? [`--${name}`] : [])),
);

/** Where in a line its words are: what is neither an option nor the value of a common one, which may stand anywhere. */
export const placesOfWords = (argv: readonly string[]): readonly number[] => {
  const places: number[] = [];
  for (let at = 0; at < argv.length && argv[at] !== '--'; at++) {
    const word = argv[at] ?? '';
    if (VALUED.has(word)) at++;
    else if (!word.startsWith('-')) places.push(at);
  }
  return places;
};

/** Values as the parser found them, by option name in kebab case; `_` holds the words and positional arguments. */
export type Parsed = Readonly<Record<string, unknown>> & { readonly _: readonly (string | number)[] };

/** The arguments of a command as its module gets them; throws `wrong-usage` for what the description does not allow. */
export const argumentsOf = (
  definition: CommandDefinition,
  parsed: Parsed,
): Readonly<Record<string, unknown>> => {
  const positionals = positionalsOf(definition, parsed._.slice(definition.words.length).map(String));
  const options = optionsOf(definition.options, parsed, definition.words);
  return Object.fromEntries([...positionals, ...options].filter(([, value]) => value !== undefined));
};

export const commonOptionsOf = (
  parsed: Parsed,
  words: readonly string[],
  io: { readonly cwd: string },
): CommonOptions => {
  const values = Object.fromEntries(optionsOf(COMMON_OPTIONS, parsed, words));
  const text = (name: string): string | undefined => values[name] as string | undefined;
  return {
    project: place(text('project') ?? '.', io),
    isProjectNamed: text('project') !== undefined,
    feature: text('feature'),
    json: values['json'] === true,
    quiet: values['quiet'] === true,
    waitSeconds: waitOf(values['wait'], words),
    input: values['noInput'] !== true,
  };
};

const waitOf = (value: unknown, words: readonly string[]): number | undefined => {
  if (typeof value !== 'number') return undefined;
  if (value >= 0 && value <= MAX_WAIT_SECONDS) return value;
  throw wrongUsage(`The option --wait takes 0 to ${MAX_WAIT_SECONDS} seconds.`, words);
};

const MAX_WAIT_SECONDS = 86_400;

/** A whole path needs no place to start from, which may be gone. */
const place = (path: string, io: { readonly cwd: string }): string =>
  isAbsolute(path) ? resolve(path) : resolve(io.cwd, path);

type Values = readonly (readonly [name: string, value: unknown])[];

const positionalsOf = (definition: CommandDefinition, given: readonly string[]): Values => {
  const values: [string, unknown][] = [];
  let next = 0;
  for (const positional of definition.positionals) {
    const rest = given.slice(next);
    if (positional.required && rest.length === 0) {
      throw wrongUsage(
        `The argument <${positional.name}> is missing${meaning(positional.describe)}.`,
        definition.words,
      );
    }
    values.push([camelCase(positional.name), positional.many ? rest : rest[0]]);
    next += positional.many ? rest.length : 1;
  }
  const extra = given[next];
  if (extra !== undefined) throw wrongUsage(`The argument "${extra}" is one too many.`, definition.words);
  return values;
};

const optionsOf = (options: Options, parsed: Parsed, words: readonly string[]): Values =>
  Object.entries(options).map(([name, option]) => [
    camelCase(name),
    optionValue(name, option, parsed[name], words),
  ]);

const optionValue = (name: string, option: OptionSpec, given: unknown, words: readonly string[]): unknown => {
  const fail = (what: string): never => {
    throw wrongUsage(`The option --${name} ${what}.`, words);
  };
  if (option.type === 'boolean') return Array.isArray(given) ? given.includes(true) : given === true;
  const texts = (Array.isArray(given) ? given : given === undefined ? [] : [given]).map(String);
  if (option.list !== undefined) {
    const items = (option.list === 'whole' ? texts : texts.flatMap((text) => text.split(','))).map((text) =>
      text.trim(),
    );
    return items.filter((item) => item !== '').map((item) => checked(option, item, fail));
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
