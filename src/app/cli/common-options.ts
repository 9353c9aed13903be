import type { Options } from './define-command.js';

/** The options that every command has; `CommonOptions` in define-command.ts says what they mean to a command. */
export const COMMON_OPTIONS = {
  project: { type: 'string', describe: 'work on the project in this directory', placeholder: 'DIR' },
  feature: { type: 'string', describe: 'feature to work on', placeholder: 'SLUG' },
  json: { type: 'boolean', describe: 'print exactly one JSON document' },
  quiet: { type: 'boolean', describe: 'leave out messages that may be missed' },
  'no-color': { type: 'boolean', describe: 'no colour (also by the variable NO_COLOR)' },
  wait: {
    type: 'number',
    describe: 'how long to wait for other commands in the same repository (default 600)',
    placeholder: 'SECONDS',
  },
  'no-input': { type: 'boolean', describe: 'never ask' },
} as const satisfies Options;

/** Whether the word is a common option whose value is the next word. */
export const takesNextWord = (word: string): boolean => VALUED.has(word);

const VALUED: ReadonlySet<string> = new Set(
  Object.entries(COMMON_OPTIONS).flatMap(([name, { type }]) => (type !== 'boolean' ? [`--${name}`] : [])),
);
