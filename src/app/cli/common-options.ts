import { flag, number, text, type Options } from './define-command.js';

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

/** Whether the word is a common option whose value is the next word. */
export const takesNextWord = (word: string): boolean => VALUED.has(word);

const VALUED: ReadonlySet<string> = new Set(
  Object.entries(COMMON_OPTIONS).flatMap(([name, { type }]) => (type !== 'boolean' ? [`--${name}`] : [])),
);
