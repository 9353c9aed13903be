import { COMMON_OPTIONS } from './define-command.js';
import type { CommandDefinition, OptionSpec, Options } from './define-command.js';
import { exitCodeLine } from './exit-codes.js';
import { padEnd, stringWidth } from './render/width.js';
import { SHORT_FORMS, shortFormOf } from './short-forms.js';
import { commandName, placeholderOf, shownOptions, usageLine } from './usage.js';

/** The help of one command. Examples can be copied as they are: no width wraps them. */
export const commandHelp = (definition: CommandDefinition, width: number): string => {
  const { words, positionals, summary, details, options, examples } = definition;
  const short = shortFormOf(words);
  const described = positionals.filter(({ describe }) => describe !== '');
  const shown = examples.flatMap(([command, meaning]) => [`  # ${meaning}`, `  ${command}`]);
  return page(
    [
      [usageLine(definition), ...(short === undefined ? [] : [`short: ${commandName([short])}`])].join('\n'),
      summary,
      details ?? '',
      described.map(({ name, describe }) => `<${name}>: ${describe}`).join('\n'),
      ['Options:', optionRows(options)],
      ['Common options:', COMMON_ROWS],
      EXIT_CODES,
    ],
    width,
    shown.length === 0 ? [] : [['Examples:', ...shown].join('\n')],
  );
};

/** The help of a group of commands, or of the whole program. */
export const groupHelp = (
  words: readonly string[],
  members: readonly CommandDefinition[],
  width: number,
): string => {
  const isWhole = words.length === 0;
  const version: Row = ['    ', '--version', 'print the version'];
  return page(
    [
      commandName([...words, '<command> [options]']),
      ['Commands:', members.map((member): Row => ['', member.words.join(' '), member.summary])],
      ['Common options:', isWhole ? [...COMMON_ROWS, version] : COMMON_ROWS],
      `Run "${commandName([...words, '<command> --help'])}" for what a command takes.`,
      ...(isWhole ? PROGRAM_END : []),
    ],
    width,
  );
};

const EXIT_CODES = `Exit codes: ${exitCodeLine()}.`;

/** What the help of the whole program says below the commands. */
const PROGRAM_END = [
  `Short forms: ${[...SHORT_FORMS.keys()].join(', ')}. "spec-kitty status" is "spec-kitty agent tasks status".`,
  `${EXIT_CODES} docs/errors.md describes every error.`,
];

/** What stands beside each other: a name, which may be indented, and what it means. */
type Row = readonly [indent: string, name: string, meaning: string];

const optionRows = (options: Options): readonly Row[] =>
  shownOptions(options).map(([name, option]) => ['    ', `--${name}`, describeOption(name, option)]);

const describeOption = (name: string, option: OptionSpec): string => {
  const choices = option.choices === undefined ? '' : `: ${option.choices.join(', ')}`;
  const placeholder = option.placeholder === undefined ? '' : ` (${placeholderOf(name, option)})`;
  return `${option.describe}${placeholder}${choices}${option.required === true ? ' [required]' : ''}`;
};

const COMMON_ROWS: readonly Row[] = [...optionRows(COMMON_OPTIONS), ['', '-h, --help', 'show this']];

/** Parts below each other: a paragraph, or a title with its rows; what is empty is left out. `end` is not wrapped. */
const page = (
  parts: readonly (string | readonly [title: string, rows: readonly Row[]])[],
  available: number,
  end: readonly string[] = [],
): string => {
  const width = Number.isFinite(available) ? Math.min(available, WIDEST) : USUAL_WIDTH;
  const shown = parts.flatMap((part) => {
    if (typeof part === 'string') return part === '' ? [] : [wrapped(part, width).join('\n')];
    const [title, rows] = part;
    return rows.length === 0 ? [] : [[title, ...tableOf(rows, width)].join('\n')];
  });
  return [...shown, ...end].join('\n\n');
};

/** Longer lines are hard to read. Where nobody knows a width, paragraphs need one all the same. */
const WIDEST = 100;
const USUAL_WIDTH = 80;

const GAP = '  ';

/** Names take no more than half of the width. */
const tableOf = (rows: readonly Row[], width: number): readonly string[] => {
  const widest = Math.max(...rows.map(([indent, name]) => indent.length + stringWidth(name)));
  const left = Math.max(1, Math.min(widest, Math.floor(width / 2)));
  return rows.flatMap(([indent, name, meaning]) => {
    const names = wrapped(name, left - indent.length);
    const meanings = wrapped(meaning, width - left - 2 * GAP.length);
    return Array.from({ length: Math.max(names.length, meanings.length) }, (_, at) => {
      const head = `${indent}${names[at] ?? ''}`;
      return `${GAP}${padEnd(head, left)}${GAP}${meanings[at] ?? ''}`.trimEnd();
    });
  });
};

/** The lines of a text, none wider than `width`; a word that is wider is cut. */
const wrapped = (text: string, width: number): readonly string[] =>
  text.split('\n').flatMap((line) => wrapLine(line, Math.max(1, width)));

const wrapLine = (line: string, width: number): readonly string[] => {
  const lines: string[] = [];
  let current: string | undefined;
  for (const word of line.split(' ')) {
    const longer = current === undefined ? word : `${current} ${word}`;
    if (stringWidth(longer) <= width) {
      current = longer;
      continue;
    }
    if (current !== undefined) lines.push(current);
    let rest = [...word];
    for (; rest.length > width; rest = rest.slice(width)) lines.push(rest.slice(0, width).join(''));
    current = rest.join('');
  }
  return [...lines, current ?? ''];
};
