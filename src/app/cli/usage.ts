import { SyncError } from '../../domain/errors.js';
import { COMMON_OPTIONS } from './common-options.js';
import type { CommandDefinition, OptionSpec } from './define-command.js';
import { closest } from './suggest.js';

/** The words that call the command, as a user types them. */
export const commandName = (words: readonly string[]): string => ['spec-kitty', ...words].join(' ');

/** The command line that help shows first. */
export const usageLine = (definition: CommandDefinition): string =>
  [
    commandName(definition.words),
    ...definition.positionals.map(({ name, required, many }) => {
      const inner = many ? `${name}...` : name;
      return required ? `<${inner}>` : `[${inner}]`;
    }),
    ...Object.entries(definition.options).flatMap(([name, option]) =>
      option.required === true ? [`--${name} ${placeholderOf(name, option)}`] : [],
    ),
    '[options]',
  ].join(' ');

/** What stands for an option's value. */
export const placeholderOf = (name: string, option: OptionSpec): string =>
  option.placeholder ?? name.toUpperCase().replaceAll('-', '_');

/** The words name no command: says which one is near, or where the list is. */
export const unknownCommand = (words: readonly string[], all: readonly CommandDefinition[]): SyncError => {
  const given = words.join(' ');
  const near =
    closest(
      given,
      all.map((definition) => definition.words.join(' ')),
    ) ?? all.map((definition) => definition.words.join(' ')).find((name) => name.endsWith(` ${given}`));
  const group = longestGroup(words, all);
  return new SyncError('wrong-usage', `There is no command "${given}".`, {
    hint:
      near === undefined
        ? `Run "${commandName([...group, '--help'])}" for the list of commands.`
        : `Did you mean "${commandName([near])}"?`,
  });
};

/** The option is not one of the command's: says which one is near. */
export const unknownOption = (name: string, definition: CommandDefinition | undefined): SyncError => {
  const known = [...Object.keys(definition?.options ?? {}), ...Object.keys(COMMON_OPTIONS), 'help'];
  const near = closest(name, known);
  return new SyncError('wrong-usage', `There is no option "${name.length === 1 ? '-' : '--'}${name}".`, {
    hint: near === undefined ? helpHint(definition?.words ?? []) : `Did you mean "--${near}"?`,
  });
};

/** Any other misuse of a command. */
export const wrongUsage = (message: string, words: readonly string[]): SyncError =>
  new SyncError('wrong-usage', message, { hint: helpHint(words) });

const helpHint = (words: readonly string[]): string =>
  `Run "${commandName([...words, '--help'])}" for what it takes.`;

const longestGroup = (words: readonly string[], all: readonly CommandDefinition[]): readonly string[] => {
  for (let length = words.length - 1; length > 0; length--) {
    const prefix = words.slice(0, length);
    if (all.some((definition) => prefix.every((word, index) => definition.words[index] === word)))
      return prefix;
  }
  return [];
};
