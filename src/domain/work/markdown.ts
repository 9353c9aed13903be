/** One line of a Markdown text, with its place in it. */
export interface MarkdownLine {
  /** Counted from 1. */
  readonly number: number;
  /** Without its line ending, and without a byte order mark. */
  readonly text: string;
  readonly start: number;
  /** Where the next line starts, or the length of the text. */
  readonly next: number;
  /** Whether the whole line is code (fenced or indented) or a comment: whatever stands there says nothing. */
  readonly isSilent: boolean;
  /** What the line says, at the places of `text`: blanks stand for comments and quote marks, and for all of a silent line. */
  readonly said: string;
  /** Set for a heading: `## Title`, or a line above `===` or `---`. None is quoted or part of a list. */
  readonly heading?: Heading;
}

interface Heading {
  readonly level: number;
  readonly title: string;
}

/** The lines of a text. A last line without line ending counts; nothing follows a last line ending. */
export const markdownLines = (text: string): readonly MarkdownLine[] => {
  const lines: MarkdownLine[] = [];
  const scanner = new Scanner(text);
  for (let start = text.startsWith('\ufeff') ? 1 : 0; start < text.length;) {
    const next = text.indexOf('\n', start) + 1 || text.length;
    const line = text.slice(start, next).replace(/(?:\r?\n|\r)$/, '');
    const { said, heading, underlines } = scanner.read(line, start);
    const above = lines.at(-1);
    if (underlines !== undefined && above !== undefined)
      lines[lines.length - 1] = { ...above, heading: { level: underlines, title: above.said.trim() } };
    lines.push({
      ...{ number: lines.length + 1, text: line, start, next },
      isSilent: said === undefined,
      said: said ?? blank(line),
      ...(heading === undefined ? {} : { heading }),
    });
    start = next;
  }
  return lines;
};

/** The line ending that a text uses: that of its first line. */
export const lineEndingOf = (text: string): string => (/^[^\n]*\r\n/.test(text) ? '\r\n' : '\n');

/**
 * Text that may hold several lines, as one: every run of white space and control characters becomes a space. Halves of
 * surrogate pairs, which no UTF-8 file can hold, become the replacement character.
 */
export const asOneLine = (text: string): string =>
  text.replace(BLANKS_AND_CONTROLS, ' ').replace(LONE_SURROGATE, '\ufffd').trim();

/** The text with what stands between backticks blanked out. */
export const withoutCode = (said: string): string => said.replace(CODE_SPAN, blank);

/** What a line is. Without `said` it is silent. */
interface Read {
  readonly said?: string;
  readonly heading?: Heading;
  /** The line above is a heading of this level. */
  readonly underlines?: number;
}

/** Says of each line of a text, in their order, what it is: as much of Markdown's blocks as planning documents need. */
class Scanner {
  readonly #text: string;
  /** The open block of code: its closing line, and how far the list item that holds it is indented. */
  #code: { readonly closing: RegExp; readonly base: number; readonly isQuoted: boolean } | undefined;
  #isInComment = false;
  /** Where the text of each open list item begins. */
  #items: number[] = [];
  /** What the last line leaves open: a paragraph can go on, and one of a single line can be underlined. */
  #open: 'nothing' | 'single line' | 'paragraph' = 'nothing';

  constructor(text: string) {
    this.#text = text;
  }

  read(line: string, start: number): Read {
    if (this.#code !== undefined) {
      const { closing, base, isQuoted } = this.#code;
      const inner = isQuoted ? withoutQuote(line) : line;
      const isLeft = (isQuoted && !QUOTE.test(line)) || (inner.trim() !== '' && indentOf(inner) < base);
      if (isLeft || closing.test(inner)) this.#code = undefined;
      if (!isLeft) return {};
    }
    const wasInComment = this.#isInComment;
    const spoken = this.#withoutComments(line, start);
    if (spoken.trim() !== '')
      return this.#block(withoutQuote(spoken), indentOf(withoutQuote(line)), QUOTE.test(spoken));
    this.#open = 'nothing';
    return wasInComment || line.trim() !== '' ? {} : { said: spoken };
  }

  #block(said: string, indent: number, isQuoted: boolean): Read {
    const open = this.#open;
    while ((this.#items.at(-1) ?? 0) > indent) this.#items.pop();
    const isInList = this.#items.length > 0;
    if (indent - (this.#items.at(-1) ?? 0) >= 4) return open === 'nothing' ? {} : { said };
    this.#open = 'nothing';
    const underline = UNDERLINE.exec(said)?.[1];
    if (underline !== undefined && open === 'single line')
      return { said: blank(said), underlines: underline.startsWith('=') ? 1 : 2 };
    const rest = this.#withoutListMarks(said, indent);
    const closing = closingOf(rest);
    if (closing !== undefined) {
      const base = this.#items.at(-1) ?? 0;
      if (!closing.test(rest.trim()) || FENCE.test(rest)) this.#code = { closing, base, isQuoted };
      return {};
    }
    const [, marks, title = ''] = (isQuoted || isInList ? null : HEADING.exec(said)) ?? [];
    if (marks !== undefined) return { said, heading: { level: marks.length, title: withoutClosing(title) } };
    if (rest.trim() !== '' && underline === undefined) {
      const isAlone = open === 'nothing' && !isQuoted && !isInList && rest === said;
      this.#open = isAlone ? 'single line' : 'paragraph';
    }
    return { said };
  }

  /** Opens the list items that begin on the line; what stands behind their marks. */
  #withoutListMarks(said: string, indent: number): string {
    let rest = said;
    for (let at = indent; ;) {
      const [mark, sign = '', gap = ''] = LIST_MARK.exec(rest) ?? [];
      if (mark === undefined) return rest;
      const width = gap.length > 4 ? 1 : Math.max(gap.length, 1);
      at = (rest === said ? at : at + indentOf(rest)) + sign.length + width;
      this.#items.push(at);
      rest = rest.slice(mark.length);
    }
  }

  /** A comment ends where it says so; one that never does is none. Marks of comments in code are no marks. */
  #withoutComments(line: string, start: number): string {
    let said = '';
    for (let at = 0; ;) {
      const mark = new RegExp(this.#isInComment ? '-->' : `${CODE_SPAN.source}|<!--`, 'g');
      mark.lastIndex = at;
      const { 0: found = '', index = line.length } = mark.exec(line) ?? {};
      const before = line.slice(at, index);
      said += this.#isInComment ? blank(before + found) : before;
      at = index + found.length;
      if (found === '') return said;
      if (this.#isInComment) this.#isInComment = false;
      else {
        this.#isInComment = found === '<!--' && this.#isClosed(start + index, said.trim() !== '');
        said += this.#isInComment ? blank(found) : found;
      }
    }
  }

  #isClosed(at: number, isInText: boolean): boolean {
    const end = this.#text.indexOf('-->', at);
    return end !== -1 && !(isInText && /\n[ \t]*\r?\n/.test(this.#text.slice(at, end)));
  }
}

const CODE_SPAN = /(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)/g;
const FENCE = /^[ \t]*(`{3,}|~{3,})(.*)$/;
const RAW_BLOCK = /^[ \t]*<(pre|script|style|textarea)\b/i;
const QUOTE = /^ {0,3}>(?:[ \t]*>)*/;
const LIST_MARK = /^[ \t]*([-*+]|\d{1,9}[.)])([ \t]+|$)/;
const UNDERLINE = /^ {0,3}(=+|-+)[ \t]*$/;
const HEADING = /^ {0,3}(#{1,6})(?:[ \t]+(.*))?$/;
// oxlint-disable-next-line no-control-regex -- Control characters are exactly what has to go.
const BLANKS_AND_CONTROLS = /[\s\u0000-\u001f\u007f-\u009f]+/g;
const LONE_SURROGATE = /\p{Cs}/gu;

const blank = (text: string): string => ' '.repeat(text.length);

const withoutQuote = (line: string): string => line.replace(QUOTE, blank);

/** Columns of white space in front, a tab reaching to the next fourth one. */
const indentOf = (line: string): number => {
  let columns = 0;
  for (const sign of /^[ \t]*/.exec(line)?.[0] ?? '') columns += sign === '\t' ? 4 - (columns % 4) : 1;
  return columns;
};

/** What closes the block of code that a line opens; a fence of backticks opens without backticks behind. */
const closingOf = (rest: string): RegExp | undefined => {
  const [, marks, info = ''] = FENCE.exec(rest) ?? [];
  if (marks !== undefined && !(marks.startsWith('`') && info.includes('`')))
    return new RegExp(`^[ \\t]*${marks[0]}{${marks.length},}[ \\t]*$`);
  const tag = RAW_BLOCK.exec(rest)?.[1];
  return tag === undefined ? undefined : new RegExp(`</${tag}>`, 'i');
};

const withoutClosing = (title: string): string =>
  title
    .trim()
    .replace(/(?:^|[ \t])#+$/, '')
    .trim();

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
  let last = -1;
  for (const line of lines.filter(isTableRow)) {
    if (line.number !== last + 1) tables.push({ rows: [] });
    last = line.number;
    const table = tables.at(-1);
    const [first] = table?.rows ?? [];
    if (!DASHES.test(line.said)) table?.rows.push(rowOf(line));
    else if (first !== undefined && table?.header === undefined && table?.rows.length === 1)
      Object.assign(table, { header: first, rows: [] });
  }
  return tables;
};

/** The column of the first header that matches; -1 when there is none. */
export const columnOf = ({ header }: Table, title: RegExp): number =>
  header?.cells.findIndex(({ text }) => title.test(text.replace(/[*_`]/g, ''))) ?? -1;

const DASHES = /^\s*\|(?:\s*:?-+:?\s*\|?)+\s*$/;

/** A stroke behind a backslash is part of its cell; what stands behind the last stroke is a cell unless it is blank. */
const rowOf = ({ number, said, start }: MarkdownLine): TableRow => {
  const from = said.indexOf('|') + 1;
  const cells = [...said.slice(from).matchAll(/((?:\\\||[^|])*)(\||$)/g)]
    .filter(([, text = '', stroke]) => stroke === '|' || text.trim() !== '')
    .map(({ index, 1: text = '' }) => ({
      text: text.trim(),
      start: start + from + index + (text.length - text.trimStart().length),
    }));
  return { line: number, cells };
};
