import { SyncError } from '../../domain/errors.js';
import { COMMON_OPTIONS } from './common-options.js';
import type { CommandDefinition } from './define-command.js';
import { closest } from './suggest.js';
import { commandName, helpHint } from './usage.js';

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

const longestGroup = (words: readonly string[], all: readonly CommandDefinition[]): readonly string[] => {
  for (let length = words.length - 1; length > 0; length--) {
    const prefix = words.slice(0, length);
    if (all.some((definition) => prefix.every((word, index) => definition.words[index] === word)))
      return prefix;
  }
  return [];
};
