import { err, ok, type Result } from '../../domain/result.js';

/** What may stand in a command. */
export const PLACEHOLDERS = ['prompt_file', 'prompt', 'worktree', 'wp_id'] as const;

/**
 * Splits a command line into program and arguments: at blanks, except between quotes. Between double quotes `\"` and
 * `\\` stand for the second character; elsewhere a backslash is a backslash, as paths of Windows need it. There is no
 * shell, so nothing else has a meaning. The error says what is wrong.
 */
export const splitCommand = (line: string): Result<readonly string[], string> => {
  const words: string[] = [];
  let word: string | undefined;
  let quote: string | undefined;
  for (let at = 0; at < line.length; at++) {
    const character = line.charAt(at);
    if (quote === '"' && character === '\\' && /["\\]/.test(line.charAt(at + 1))) word += line.charAt(++at);
    else if (character === quote) quote = undefined;
    else if (quote !== undefined) word += character;
    else if (character === '"' || character === "'") {
      quote = character;
      word ??= '';
    } else if (!/\s/.test(character)) word = (word ?? '') + character;
    else if (word !== undefined) {
      words.push(word);
      word = undefined;
    }
  }
  if (quote !== undefined) return err(`has a quote ${quote} that is not closed`);
  if (word !== undefined) words.push(word);
  return checkedCommand(words);
};

/** The same words when they are a command: a program, and no placeholder that does not exist. */
export const checkedCommand = (argv: readonly string[]): Result<readonly string[], string> => {
  if ((argv[0] ?? '') === '') return err('names no program');
  if (argv.some((word) => word.includes('\0'))) return err('holds a zero byte');
  const unknown = argv
    .flatMap((word) => [...word.matchAll(/\{([A-Za-z][A-Za-z0-9_-]*)\}/g)].map(([, name = '']) => name))
    .find((name) => !PLACEHOLDERS.some((known) => known === name));
  return unknown === undefined
    ? ok(argv)
    : err(
        `has the unknown placeholder {${unknown}}; there are ${PLACEHOLDERS.map((name) => `{${name}}`).join(', ')}`,
      );
};
