import { COMMON_OPTIONS } from './define-command.js';
import type { CommandDefinition, OptionSpec } from './define-command.js';
import { commandNamedBy, readLine } from './parser.js';
import { inFull, SHORT_FORMS } from './short-forms.js';
import { membersOf, shownOptions } from './usage.js';
import type { Client } from '../library/client.js';
import { SETTING_KEYS } from '../events/settings-list.js';
import { locateFeature } from '../work/locate-feature.js';
import { SHELLS } from './commands/completion.js';

/** What kind of value can stand somewhere, when it is none that the description lists. */
type ValueKind =
  | 'work-packages'
  | 'tasks'
  | 'features'
  | 'agents'
  | 'shells'
  | 'settings'
  /** The shell itself knows these. */
  | 'files'
  | 'directories';

/** What can follow on the command line. */
interface Completion {
  /** The values themselves, or of which kind they are, to be looked up. */
  readonly values: readonly string[] | ValueKind;
  /** Makes whole words of those that fit what is typed. */
  readonly fit: (values: readonly string[]) => readonly string[];
  /** The common options that were typed and say where to look things up. */
  readonly place: { readonly project: string | undefined; readonly feature: string | undefined };
}

/**
 * What a shell may offer for the last of these words, or the word with which it is told to offer files or directories
 * itself. Whatever cannot be looked up is nothing, and says nothing.
 */
export const offersFor = async (
  words: readonly string[],
  commands: readonly CommandDefinition[],
  clientAt: (project: string | undefined) => Client,
): Promise<readonly string[]> => {
  const { values, fit, place } = complete(words, commands);
  if (values === 'files' || values === 'directories') return [`:${values}`];
  if (typeof values !== 'string') return fit(values);
  const client = clientAt(place.project);
  const found = await valuesOf(values, place, client).catch(() => []);
  await client.close();
  return fit(found);
};

/** `words` are those after the program's name; the last one is being typed and may be empty. */
const complete = (words: readonly string[], commands: readonly CommandDefinition[]): Completion => {
  const line = joined(words);
  const typed = line.at(-1) ?? '';
  const before = inFull(line.slice(0, -1).filter((word, at) => at > 0 || word !== 'help'));
  const command = commandNamedBy(before, commands);
  const [, named = '', start = typed] = /^(--[^=]+=)(.*)$/s.exec(typed) ?? [];
  // In place of what is typed stands a word that the reader finds again: as a value of an option, or as an argument.
  const { parsed } = readLine([...before, named + HERE], command?.options);
  const place = { project: textOf(parsed['project']), feature: textOf(parsed['feature']) };
  const offering = (values: Completion['values'], beginning = typed, prefix = ''): Completion => {
    const fits = (value: string): boolean => value !== '' && value.startsWith(beginning);
    return { values, place, fit: (found) => found.filter(fits).map((value) => prefix + value) };
  };
  const asked = Object.keys(parsed).find((name) => name !== '_' && [parsed[name]].flat().includes(HERE));
  const option = asked === undefined ? undefined : optionOf(asked, command);
  if (asked !== undefined && option !== undefined) {
    const earlier = option.list === true ? start.slice(0, start.lastIndexOf(',') + 1) : '';
    const values = option.choices ?? kindOfOption(asked, option) ?? [];
    return offering(values, start.slice(earlier.length), named + earlier);
  }
  const positionals = parsed._.map(String);
  const at = positionals.indexOf(HERE);
  if (at < 0) return offering([]);
  if (typed.startsWith('-') && !before.includes('--')) {
    const names = shownOptions({ ...command?.options, ...COMMON_OPTIONS }).map(([name]) => name);
    return offering([...names, 'help'].map((each) => `--${each}`));
  }
  if (command === undefined) {
    const short = at === 0 ? [...SHORT_FORMS.keys(), 'help'] : [];
    return offering([...nextWords(positionals.slice(0, at), commands), ...short]);
  }
  const positional =
    command.positionals[at - command.words.length] ?? command.positionals.findLast(({ many }) => many);
  return offering(KINDS.get(positional?.name ?? '') ?? []);
};

/** No shell passes it on. */
const HERE = '\0';

/** bash takes an equals sign for a word of its own. */
const joined = (words: readonly string[]): readonly string[] => {
  const line: string[] = [];
  for (const word of words) {
    const isPart = word === '=' || line.at(-1)?.endsWith('=') === true;
    if (isPart && line.at(-1)?.startsWith('--') === true) line[line.length - 1] += word;
    else line.push(word);
  }
  return line;
};

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

const optionOf = (name: string, command: CommandDefinition | undefined): OptionSpec | undefined =>
  command?.options[name] ?? (COMMON_OPTIONS as Readonly<Record<string, OptionSpec>>)[name];

const nextWords = (before: readonly string[], commands: readonly CommandDefinition[]): readonly string[] => {
  const next = membersOf(before, commands).map(({ words }) => words[before.length] ?? '');
  return [...new Set(next)];
};

const kindOfOption = (name: string, { placeholder = '' }: OptionSpec): ValueKind | undefined =>
  /^(agents?|author)$/.test(name) ? 'agents' : KINDS.get(placeholder);

/** What help shows in the place of a value says what it is, and so does the name of an argument. */
const KINDS: ReadonlyMap<string, ValueKind> = new Map<string, ValueKind>([
  ['FILE', 'files'],
  ['DIR', 'directories'],
  ['SLUG', 'features'],
  ['WPnn', 'work-packages'],
  ['WPmm', 'work-packages'],
  ['wp', 'work-packages'],
  ['id', 'tasks'],
  ['file', 'files'],
  ['shell', 'shells'],
  ['key', 'settings'],
]);

/** The values of a kind where the command line stands. */
const valuesOf = async (
  kind: Exclude<ValueKind, 'files' | 'directories'>,
  place: Completion['place'],
  client: Client,
): Promise<readonly string[]> => {
  if (kind === 'shells') return SHELLS;
  if (kind === 'settings') return SETTING_KEYS;
  const checkout = await client.findCheckout();
  if (checkout === undefined) return [];
  const [files, repository] = await Promise.all([client.port('files'), client.port('repository')]);
  switch (kind) {
    case 'features':
      return files.features(checkout.projectRoot);
    case 'agents': {
      const catalog = await client.port('agentCatalog');
      const { available, commands } = await catalog.read(checkout.projectRoot);
      return [...new Set([...available.filter((name) => commands.has(name)), ...commands.keys()])];
    }
    case 'work-packages':
    case 'tasks': {
      const slug = await locateFeature(files, repository, await client.feature(place.feature));
      const documents = await files.read(checkout.projectRoot, slug);
      const ids = (documents?.workPackages ?? []).flatMap(({ path }) => WORK_PACKAGE.exec(path)?.[1] ?? []);
      const tasks = kind === 'tasks' ? (documents?.tasks?.match(TASK) ?? []) : [];
      return [...new Set([...ids.sort(), ...tasks])];
    }
  }
};

const WORK_PACKAGE = /(?:^|\/)(WP\d{2,4})[^/]*$/;
const TASK = /\bT\d{3,4}\b/g;
