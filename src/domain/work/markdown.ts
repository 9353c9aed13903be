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
  readonly heading?: { readonly level: number; readonly title: string };
}

export type LineEnding = '\n' | '\r\n';

/** The lines of a text. A last line without line ending counts; nothing follows a last line ending. */
export const markdownLines = (text: string): readonly MarkdownLine[] => {
  const lines: MarkdownLine[] = [];
  const scanner = new Scanner(text);
  for (let start = text.startsWith('\ufeff') ? 1 : 0; start < text.length;) {
    const newline = text.indexOf('\n', start);
    const next = newline === -1 ? text.length : newline + 1;
    const line = withoutEnding(text.slice(start, next));
    const read = scanner.read(line, start);
    const place = { number: lines.length + 1, text: line, start, next };
    const above = lines.at(-1);
    if (read.is === 'underline' && above !== undefined)
      lines[lines.length - 1] = {
        ...above,
        heading: { level: read.level, title: above.said.trim() },
      };
    lines.push({
      ...place,
      isSilent: read.is === 'silent',
      said: read.is === 'text' || read.is === 'heading' ? read.said : blank(line),
      ...(read.is === 'heading' ? { heading: { level: read.level, title: read.title } } : {}),
    });
    start = next;
  }
  return lines;
};

/** The line ending that a text uses: that of its first line. */
export const lineEndingOf = (text: string): LineEnding => {
  const newline = text.indexOf('\n');
  return newline > 0 && text[newline - 1] === '\r' ? '\r\n' : '\n';
};

/**
 * Text that may hold several lines, as one: every run of white space and control characters becomes a space. Halves of
 * surrogate pairs, which no UTF-8 file can hold, become the replacement character.
 */
export const asOneLine = (text: string): string =>
  text.replace(BLANKS_AND_CONTROLS, ' ').replace(LONE_SURROGATE, '\ufffd').trim();

/** The index after the last line of the section that the heading at `index` opens: the next heading of `level` or above. */
export const sectionEnd = (lines: readonly MarkdownLine[], index: number, level: number): number => {
  for (let at = index + 1; at < lines.length; at++) {
    const heading = lines[at]?.heading;
    if (heading !== undefined && heading.level <= level) return at;
  }
  return lines.length;
};

/** The text with what stands between backticks blanked out. */
export const withoutCode = (said: string): string => said.replace(CODE_SPAN, blank);

type Reading =
  | { readonly is: 'silent' }
  | { readonly is: 'text'; readonly said: string }
  | { readonly is: 'heading'; readonly said: string; readonly level: number; readonly title: string }
  /** The line above is a heading. */
  | { readonly is: 'underline'; readonly level: number };

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

  read(line: string, start: number): Reading {
    if (this.#code !== undefined) {
      const { closing, base, isQuoted } = this.#code;
      const inner = isQuoted ? withoutQuote(line) : line;
      const isLeft = (isQuoted && !QUOTE.test(line)) || (inner.trim() !== '' && indentOf(inner) < base);
      if (isLeft || closing.test(inner)) this.#code = undefined;
      if (!isLeft) return { is: 'silent' };
    }
    const wasInComment = this.#isInComment;
    const spoken = this.#withoutComments(line, start);
    if (spoken.trim() === '') {
      this.#open = 'nothing';
      return wasInComment || line.trim() !== '' ? { is: 'silent' } : { is: 'text', said: spoken };
    }
    return this.#block(withoutQuote(spoken), indentOf(withoutQuote(line)), QUOTE.test(spoken));
  }

  #block(said: string, indent: number, isQuoted: boolean): Reading {
    const open = this.#open;
    while ((this.#items.at(-1) ?? 0) > indent) this.#items.pop();
    const isInList = this.#items.length > 0;
    if (indent - (this.#items.at(-1) ?? 0) >= 4)
      return open === 'nothing' ? { is: 'silent' } : { is: 'text', said };
    const underline = UNDERLINE.exec(said)?.[1];
    if (underline !== undefined && open === 'single line') {
      this.#open = 'nothing';
      return { is: 'underline', level: underline.startsWith('=') ? 1 : 2 };
    }
    const rest = this.#withoutListMarks(said, indent);
    const closing = closingOf(rest);
    if (closing !== undefined) {
      const base = this.#items.at(-1) ?? 0;
      if (!closing.test(rest.trim()) || FENCE.test(rest)) this.#code = { closing, base, isQuoted };
      this.#open = 'nothing';
      return { is: 'silent' };
    }
    const [, marks, title = ''] = (isQuoted || isInList ? null : HEADING.exec(said)) ?? [];
    if (marks !== undefined) {
      this.#open = 'nothing';
      return { is: 'heading', said, level: marks.length, title: withoutClosing(title) };
    }
    if (rest.trim() === '' || underline !== undefined) this.#open = 'nothing';
    else
      this.#open =
        open === 'nothing' && !isQuoted && !isInList && rest === said ? 'single line' : 'paragraph';
    return { is: 'text', said };
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
      if (this.#isInComment) {
        const end = line.indexOf('-->', at);
        if (end === -1) return said + blank(line.slice(at));
        said += blank(line.slice(at, end + 3));
        at = end + 3;
        this.#isInComment = false;
      }
      const mark = nextMark(line, at);
      said += line.slice(at, mark.end);
      if (mark.is === 'end') return said;
      at = mark.end;
      if (mark.is === 'comment') {
        this.#isInComment = this.#isClosed(start + at, said.trim() !== '');
        said += this.#isInComment ? '    ' : line.slice(at, at + 4);
        at += 4;
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
// eslint-disable-next-line no-control-regex -- Control characters are exactly what has to go.
const BLANKS_AND_CONTROLS = /[\s\u0000-\u001f\u007f-\u009f]+/g;

const LONE_SURROGATE = /\p{Cs}/gu;

const blank = (text: string): string => ' '.repeat(text.length);

const withoutQuote = (line: string): string => line.replace(QUOTE, blank);

/** Columns of white space in front, a tab reaching to the next fourth one. */
const indentOf = (line: string): number => {
  let columns = 0;
  for (const character of line) {
    if (character === '\t') columns += 4 - (columns % 4);
    else if (character === ' ') columns++;
    else break;
  }
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

/** Where the next comment begins, code between backticks passed over. */
const nextMark = (line: string, from: number): { readonly is: 'comment' | 'end'; readonly end: number } => {
  const comment = line.indexOf('<!--', from);
  if (comment === -1) return { is: 'end', end: line.length };
  CODE_SPAN.lastIndex = 0;
  const span = [...line.matchAll(CODE_SPAN)].find(
    ({ index, 0: code }) => index >= from && index < comment && index + code.length > comment,
  );
  if (span === undefined) return { is: 'comment', end: comment };
  return nextMark(line, span.index + span[0].length);
};

const withoutEnding = (line: string): string => {
  if (line.endsWith('\r\n')) return line.slice(0, -2);
  return line.endsWith('\n') || line.endsWith('\r') ? line.slice(0, -1) : line;
};

const withoutClosing = (title: string): string =>
  title
    .trim()
    .replace(/(?:^|[ \t])#+$/, '')
    .trim();
