import { COMMON_OPTIONS } from './common-options.js';
import type { CommandDefinition, Options } from './define-command.js';

/**
 * A value such as `- seen` looks like an option to yargs, though no option has a blank in its name: behind an equals
 * sign it is taken for what it is.
 */
export const withDashedValues = (
  argv: readonly string[],
  { options }: Pick<CommandDefinition, 'options'>,
): readonly string[] => {
  const known: Options = { ...options, ...COMMON_OPTIONS };
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
