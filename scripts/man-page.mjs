import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { COMMANDS } from '../dist/app/cli/commands/all.js';
import { COMMON_OPTIONS } from '../dist/app/cli/define-command.js';
import { EXIT_CODES } from '../dist/app/cli/exit-codes.js';
import { SHORT_FORMS, shortFormOf } from '../dist/app/cli/short-forms.js';
import { placeholderOf, shownOptions, usageLine } from '../dist/app/cli/usage.js';

/**
 * The manual page `docs/spec-kitty.1`, from the very descriptions that the help is made of. Needs `npm run build` first; a
 * test says when the page is behind.
 */
export const manPage = () =>
  [
    '.\\" Made by scripts/man-page.mjs from the descriptions of the commands.',
    '.TH SPEC-KITTY 1 "" "spec-kitty" "User Commands"',
    '.SH NAME',
    'spec-kitty \\- work packages of AI coding agents, and truthful events about them',
    '.SH SYNOPSIS',
    '.B spec-kitty',
    roff('<command> [options]'),
    '.SH DESCRIPTION',
    roff('Every command has --help. Short forms:'),
    `${roff([...SHORT_FORMS.keys()].join(', '))}.`,
    '.SH OPTIONS OF EVERY COMMAND',
    ...optionLines(COMMON_OPTIONS),
    '.SH COMMANDS',
    ...COMMANDS.flatMap(commandLines),
    '.SH EXIT STATUS',
    ...EXIT_CODES.flatMap(([code, meaning]) => ['.TP', `.B ${code}`, meaning]),
    '.SH ENVIRONMENT',
    ...VARIABLES.flatMap(([name, meaning]) => ['.TP', `.B ${roff(name)}`, roff(meaning)]),
    '',
  ].join('\n');

const VARIABLES = [
  ['SPEC_KITTY_HOME', 'the state root, instead of ~/.spec-kitty'],
  ['SPEC_KITTY_SERVER_URL, SPEC_KITTY_TOKEN', 'sign a machine in'],
  ['SPEC_KITTY_DATABASE_URL', 'address of the PostgreSQL database in which a hub keeps its data'],
  ['SPEC_KITTY_SYNC', 'off: this process starts no background sync'],
  ['SPECIFY_FEATURE', 'the feature to work on'],
  ['COLUMNS', 'columns that output may take; a pipe has no limit'],
  ['NO_COLOR, FORCE_COLOR', 'no colour; colour also in a pipe'],
  ['SPEC_KITTY_DEBUG', 'show stack traces'],
];

const commandLines = (command) => {
  const short = shortFormOf(command.words);
  return [
    '.SS',
    roff(usageLine(command)),
    roff(`${sentence(command.summary)}.`),
    ...(short === undefined ? [] : [roff(`Short: spec-kitty ${short}.`)]),
    ...(command.details === undefined ? [] : ['.PP', roff(command.details)]),
    ...optionLines(command.options),
    ...command.examples.flatMap(([line, meaning]) => [
      '.PP',
      roff(`${sentence(meaning)}:`),
      '.EX',
      roff(line),
      '.EE',
    ]),
  ];
};

const optionLines = (options) =>
  shownOptions(options).flatMap(([name, option]) => {
    const value = option.type === 'boolean' ? '' : ` ${placeholderOf(name, option)}`;
    const choices = option.choices === undefined ? '' : `: ${option.choices.join(', ')}`;
    return ['.TP', `.B ${roff(`--${name}${value}`)}`, roff(option.describe + choices)];
  });

const sentence = (words) => `${(words[0] ?? '').toUpperCase()}${words.slice(1)}`;

/** Text in which no character commands the formatter. */
const roff = (text) =>
  text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll('\u2026', '...')
    .replace(/^([.'])/gm, '\\&$1');

if (process.argv[1] === import.meta.filename)
  await writeFile(join(import.meta.dirname, '..', 'docs', 'spec-kitty.1'), manPage());
