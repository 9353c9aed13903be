import { SyncError } from '../../domain/errors.js';
import type { CommandDefinition, Options, OptionSpec } from './define-command.js';

/** The words that call the command, as a user types them. */
export const commandName = (words: readonly string[]): string => ['spec-kitty', ...words].join(' ');

/** The command line that help shows first. */
export const usageLine = (definition: CommandDefinition): string =>
  [
    commandName(definition.words),
    ...definition.positionals.map(({ name, required, list }) => {
      const inner = list === undefined ? name : `${name}...`;
      return required === true ? `<${inner}>` : `[${inner}]`;
    }),
    ...Object.entries(definition.options).flatMap(([name, option]) =>
      option.required === true ? [`--${name} ${placeholderOf(name, option)}`] : [],
    ),
    '[options]',
  ].join(' ');

/** The commands that begin with these words. */
export const membersOf = (
  words: readonly string[],
  commands: readonly CommandDefinition[],
): readonly CommandDefinition[] =>
  commands.filter((command) => words.every((word, index) => command.words[index] === word));

/** The options that help shows. */
export const shownOptions = (options: Options): readonly (readonly [name: string, option: OptionSpec])[] =>
  Object.entries(options).filter(([, { hidden }]) => hidden !== true);

/** What stands for an option's value. */
export const placeholderOf = (name: string, option: OptionSpec): string =>
  option.placeholder ?? name.toUpperCase().replaceAll('-', '_');

/** Any other misuse of a command. */
export const wrongUsage = (message: string, words: readonly string[]): SyncError =>
  new SyncError('wrong-usage', message, { hint: helpHint(words) });

/** Where to look for what a command takes. */
export const helpHint = (words: readonly string[]): string =>
  `Run "${commandName([...words, '--help'])}" for what it takes.`;
