import { COMMON_OPTIONS } from './common-options.js';
import type { CommandDefinition } from './define-command.js';

/**
 * What can follow on the command line: `words` are those after the program's name, the last one is being typed and
 * may be empty. Values that only the user knows complete to nothing, and the shell falls back to file names.
 */
export const complete = (
  words: readonly string[],
  commands: readonly CommandDefinition[],
): readonly string[] => {
  const typed = words.at(-1) ?? '';
  const before = words.slice(0, -1).filter((word) => !word.startsWith('-'));
  const command = commands.find((one) => one.words.every((word, index) => before[index] === word));
  const previous = words.at(-2) ?? '';
  const option = previous.startsWith('--') ? command?.options[previous.slice(2)] : undefined;
  if (option !== undefined && option.type !== 'boolean') return startingWith(typed, option.choices ?? []);
  if (command === undefined) return startingWith(typed, nextWords(before, commands));
  const options = Object.entries({ ...command.options, ...COMMON_OPTIONS });
  return typed.startsWith('-')
    ? startingWith(
        typed,
        options.map(([name]) => `--${name}`),
      )
    : [];
};

const nextWords = (before: readonly string[], commands: readonly CommandDefinition[]): readonly string[] => {
  const members = commands.filter((one) => before.every((word, index) => one.words[index] === word));
  return [...new Set(members.map((one) => one.words[before.length] ?? ''))];
};

const startingWith = (typed: string, candidates: readonly string[]): readonly string[] =>
  candidates.filter((candidate) => candidate !== '' && candidate.startsWith(typed));
