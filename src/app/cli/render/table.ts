import { bold, dim, fitted, lines, toPlain, widthOfText, type Text } from './text.js';
import { padEnd, stringWidth } from './width.js';

export interface Column {
  readonly header: string;
  readonly align?: 'left' | 'right';
  readonly flexible?: boolean;
}

/** One that gives up its columns first when the table is too wide. At least one of a table should. */
export const flexible = (header: string): Column => ({ header, flexible: true });

/** One of numbers. */
export const right = (header: string): Column => ({ header, align: 'right' });

/**
 * A table for people: plain columns two spaces apart under a rule. It is at most `width` columns wide: flexible
 * columns are cut, the widest first, then the others. Cells are one line; line breaks in them become visible.
 */
export const table = (...given: Parameters<typeof tableLines>): Text => lines(tableLines(...given));

/** The same, line by line. */
export const tableLines = (
  named: readonly (string | Column)[],
  rows: readonly (readonly Text[])[],
  width: number,
): readonly Text[] => {
  const columns = named.map((column): Column => (typeof column === 'string' ? { header: column } : column));
  const header = columns.map((column) => bold(column.header));
  const cells = [header, ...rows.map((row) => columns.map((_, at) => fitted(row[at] ?? '', Infinity)))];
  const natural = columns.map((_, at) => Math.max(...cells.map((row) => widthOfText(row[at] ?? ''))));
  const widths = fit(columns, natural, width);
  const [head = [], ...body] = cells.map((row) => rowOf(columns, row, widths));
  return [head, dim(widths.map((columnWidth) => '─'.repeat(columnWidth)).join(GAP)), ...body];
};

/** The cells of one row up to the last that holds something, so that no line ends in blanks. */
const rowOf = (columns: readonly Column[], row: readonly Text[], widths: readonly number[]): Text => {
  const last = row.findLastIndex((cell) => toPlain(cell) !== '');
  return columns.slice(0, last + 1).flatMap(({ align }, at): readonly Text[] => {
    const width = widths[at] ?? 0;
    const cell = fitted(row[at] ?? '', width);
    const space = ' '.repeat(Math.max(0, width - widthOfText(cell)));
    const gap = at === 0 ? '' : GAP;
    if (align === 'right') return [gap, space, cell];
    return at === last ? [gap, cell] : [gap, cell, space];
  });
};

/** Names beside values, the values under each other. */
export const facts = (entries: readonly (readonly [name: string, value: Text])[]): Text => {
  const width = Math.max(0, ...entries.map(([name]) => stringWidth(name)));
  return lines(entries.map(([name, value]) => [dim(padEnd(name, width)), GAP, value]));
};

const GAP = '  ';
const NARROWEST = 4;

const fit = (columns: readonly Column[], natural: readonly number[], width: number): readonly number[] => {
  const widths = [...natural];
  const excess = (): number => widths.reduce((sum, one) => sum + one + GAP.length, -GAP.length) - width;
  const candidates = (flexible: boolean): readonly number[] =>
    columns.flatMap((column, index) => ((column.flexible === true) === flexible ? [index] : []));
  for (const group of [candidates(true), candidates(false)]) {
    while (excess() > 0) {
      const widest = [...group].sort((a, b) => (widths[b] ?? 0) - (widths[a] ?? 0))[0];
      if (widest === undefined || (widths[widest] ?? 0) <= NARROWEST) break;
      widths[widest] = (widths[widest] ?? 0) - 1;
    }
  }
  return widths;
};
