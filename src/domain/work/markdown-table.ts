import type { MarkdownLine } from './markdown.js';

/** A cell of a table, with its place in the document. */
interface TableCell {
  readonly text: string;
  readonly start: number;
}

export interface TableRow {
  /** Counted from 1. */
  readonly line: number;
  readonly cells: readonly TableCell[];
}

/** Rows that follow each other. */
export interface Table {
  /** The row above the line of dashes; absent when there is none. */
  readonly header?: TableRow;
  readonly rows: readonly TableRow[];
}

/** Whether a line is a row of a table, the line of dashes included. */
export const isTableRow = ({ said }: MarkdownLine): boolean => said.trim().startsWith('|');

/** The tables among some lines, in their order. */
export const tablesOf = (lines: readonly MarkdownLine[]): readonly Table[] => {
  const tables: { header?: TableRow; rows: TableRow[] }[] = [];
  lines.forEach((line, at) => {
    if (!isTableRow(line)) return;
    const before = lines[at - 1];
    const isContinued = before !== undefined && isTableRow(before) && before.number === line.number - 1;
    if (!isContinued) tables.push({ rows: [] });
    const table = tables.at(-1);
    if (DASHES.test(line.said)) {
      if (table?.header === undefined && table?.rows.length === 1)
        Object.assign(table, { header: table.rows[0], rows: [] });
    } else table?.rows.push(rowOf(line));
  });
  return tables;
};

/** The column of the first header that matches; -1 when there is none. */
export const columnOf = ({ header }: Table, title: RegExp): number =>
  header?.cells.findIndex(({ text }) => title.test(text.replace(/[*_`]/g, ''))) ?? -1;

const DASHES = /^\s*\|(?:\s*:?-+:?\s*\|?)+\s*$/;

/** A stroke behind a backslash is part of its cell. */
const rowOf = ({ number, said, start }: MarkdownLine): TableRow => {
  const cells: TableCell[] = [];
  for (let at = said.indexOf('|') + 1; at < said.length;) {
    const stroke = /(?<!\\)\|/.exec(said.slice(at));
    const end = stroke === null ? said.length : at + stroke.index;
    const text = said.slice(at, end);
    if (stroke !== null || text.trim() !== '')
      cells.push({ text: text.trim(), start: start + at + (text.length - text.trimStart().length) });
    at = end + 1;
  }
  return { line: number, cells };
};
