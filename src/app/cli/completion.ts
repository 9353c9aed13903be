import { COMMON_OPTIONS } from './define-command.js';
import type { CommandDefinition, Options, OptionSpec } from './define-command.js';
import { commandNamedBy, readLine } from './parser.js';
import { inFull, SHORT_FORMS } from './short-forms.js';
import { membersOf, shownOptions } from './usage.js';
import type { Client } from '../library/client.js';
import { SETTING_KEYS } from '../events/settings-list.js';
import { locateFeature } from '../work/locate-feature.js';
import { SHELLS } from './commands/completion.js';

/** What can stand somewhere: one of these, or what is looked up. */
type Values = readonly string[] | Kind;

/** The shell itself knows files and directories. */
type Kind = 'work-packages' | 'tasks' | 'features' | 'agents' | 'files' | 'directories';

/** The common options that were typed and say where to look things up. */
interface Place {
  readonly project: string | undefined;
  readonly feature: string | undefined;
}

/**
 * What a shell may offer for the last of these words, which is being typed and may be empty, or the word with which it is
 * told to offer files or directories itself. Whatever cannot be looked up is nothing, and says nothing.
 */
export const offersFor = async (
  words: readonly string[],
  commands: readonly CommandDefinition[],
  clientAt: (project: string | undefined) => Client,
): Promise<readonly string[]> => {
  const line = joined(words);
  const typed = line.at(-1) ?? '';
  const before = inFull(line.slice(0, -1).filter((word, at) => at > 0 || word !== 'help'));
  const command = commandNamedBy(before, commands);
  const options: Options = { ...command?.options, ...COMMON_OPTIONS };
  const [, named = '', start = typed] = /^(--[^=]+=)(.*)$/s.exec(typed) ?? [];
  // In place of what is typed stands a word that the reader finds again: as a value of an option, or as an argument.
  const { parsed } = readLine([...before, named + HERE], options);
  const offers = async (values: Values, beginning = typed, prefix = ''): Promise<readonly string[]> => {
    if (values === 'files' || values === 'directories') return [`:${values}`];
    const place = { project: textOf(parsed['project']), feature: textOf(parsed['feature']) };
    const found = typeof values === 'string' ? await lookedUp(values, place, clientAt) : values;
    const fits = (value: string): boolean => value !== '' && value.startsWith(beginning);
    return found.filter(fits).map((value) => prefix + value);
  };
  const asked = Object.keys(parsed).find((name) => name !== '_' && [parsed[name]].flat().includes(HERE));
  const option = asked === undefined ? undefined : options[asked];
  if (asked !== undefined && option !== undefined) {
    const earlier = option.list === true ? start.slice(0, start.lastIndexOf(',') + 1) : '';
    return offers(option.choices ?? valuesOf(asked, option), start.slice(earlier.length), named + earlier);
  }
  const positionals = parsed._.map(String);
  const at = positionals.indexOf(HERE);
  if (at < 0) return [];
  if (typed.startsWith('-') && !before.includes('--'))
    return offers([...shownOptions(options).map(([name]) => name), 'help'].map((name) => `--${name}`));
  if (command === undefined) {
    const next = membersOf(positionals.slice(0, at), commands).map(({ words: full }) => full[at] ?? '');
    return offers([...new Set(next), ...(at === 0 ? [...SHORT_FORMS.keys(), 'help'] : [])]);
  }
  const positional =
    command.positionals[at - command.words.length] ??
    command.positionals.findLast(({ list }) => list !== undefined);
  return offers(VALUES.get(positional?.name ?? '') ?? []);
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

const valuesOf = (name: string, { placeholder = '' }: OptionSpec): Values =>
  /^(agents?|author)$/.test(name) ? 'agents' : (VALUES.get(placeholder) ?? []);

/** What help shows in the place of a value says what it is, and so does the name of an argument. */
const VALUES: ReadonlyMap<string, Values> = new Map<string, Values>([
  ['FILE', 'files'],
  ['DIR', 'directories'],
  ['SLUG', 'features'],
  ['WPnn', 'work-packages'],
  ['WPmm', 'work-packages'],
  ['wp', 'work-packages'],
  ['id', 'tasks'],
  ['file', 'files'],
  ['shell', SHELLS],
  ['key', SETTING_KEYS],
]);

type LookedUp = Exclude<Kind, 'files' | 'directories'>;

/** The values of a kind where the command line stands. */
const lookedUp = async (
  kind: LookedUp,
  place: Place,
  clientAt: (project: string | undefined) => Client,
): Promise<readonly string[]> => {
  const client = clientAt(place.project);
  const found = await lookUp(kind, place, client).catch(() => []);
  await client.close();
  return found;
};

const lookUp = async (kind: LookedUp, place: Place, client: Client): Promise<readonly string[]> => {
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
