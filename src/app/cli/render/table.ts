import { bold, dim, lines, restyle, toPlain } from './text.js';
import type { Text } from './text.js';
import { makeVisible } from './visible.js';
import { padEnd, stringWidth, truncate } from './width.js';

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
export const table = (
  named: readonly (string | Column)[],
  rows: readonly (readonly Text[])[],
  width: number,
): Text => {
  const columns = named.map((column): Column => (typeof column === 'string' ? { header: column } : column));
  const cells = rows.map((row) => columns.map((_, index) => oneLine(row[index] ?? '')));
  const headers = columns.map((column) => column.header);
  const widths = fit(columns, naturalWidths([headers, ...cells]), width);
  const line = (row: readonly Text[]): Text =>
    columns.flatMap((column, index) => {
      const last = index === columns.length - 1;
      const padded = pad(row[index] ?? '', widths[index] ?? 0, column.align ?? 'left', last);
      return last ? [padded] : [padded, GAP];
    });
  return lines([
    line(headers.map((header) => bold(header))),
    dim(widths.map((columnWidth) => '─'.repeat(columnWidth)).join(GAP)),
    ...cells.map(line),
  ]);
};

/** Names beside values, the values under each other. */
export const facts = (entries: readonly (readonly [name: string, value: Text])[]): Text => {
  const width = Math.max(0, ...entries.map(([name]) => stringWidth(name)));
  return lines(entries.map(([name, value]) => [dim(padEnd(name, width)), GAP, value]));
};

const GAP = '  ';
const NARROWEST = 4;

const oneLine = (cell: Text): Text => restyle(cell, makeVisible(toPlain(cell), 'line'));

const naturalWidths = (rows: readonly (readonly Text[])[]): number[] =>
  (rows[0] ?? []).map((_, index) => Math.max(...rows.map((row) => stringWidth(toPlain(row[index] ?? '')))));

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

const pad = (cell: Text, width: number, align: 'left' | 'right', last: boolean): Text => {
  const shown = truncate(toPlain(cell), width);
  const space = ' '.repeat(Math.max(0, width - stringWidth(shown)));
  const content = restyle(cell, shown);
  if (align === 'right') return [space, content];
  return last ? content : [content, space];
};
