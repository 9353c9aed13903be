/** One line of a Markdown text, with its place in it. */
export interface MarkdownLine {
  /** Counted from 1. */
  readonly number: number;
  /** Without its line ending. */
  readonly text: string;
  readonly start: number;
  /** Where the next line starts, or the length of the text. */
  readonly next: number;
  /** Whether the line belongs to a fenced block, its fences included. */
  readonly fenced: boolean;
  /** Set for a heading outside fences (`## Title` and its like). */
  readonly heading?: { readonly level: number; readonly title: string };
}

export type LineEnding = '\n' | '\r\n';

/** The lines of a text. A last line without line ending counts; nothing follows a last line ending. */
export const markdownLines = (text: string): readonly MarkdownLine[] => {
  const lines: MarkdownLine[] = [];
  let fence: string | undefined;
  for (let start = 0; start < text.length;) {
    const newline = text.indexOf('\n', start);
    const next = newline === -1 ? text.length : newline + 1;
    const line = withoutEnding(text.slice(start, next));
    const mark = FENCE.exec(line);
    const fenced = fence !== undefined || mark !== null;
    if (mark !== null) fence = fenceAfter(fence, mark[1] ?? '', mark[2] ?? '');
    const heading = fenced ? null : HEADING.exec(line);
    const place = { number: lines.length + 1, text: line, start, next, fenced };
    lines.push(
      heading === null
        ? place
        : {
            ...place,
            heading: { level: (heading[1] ?? '').length, title: withoutClosing(heading[2] ?? '') },
          },
    );
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

const FENCE = /^ {0,3}(`{3,}|~{3,})(.*)$/;
const HEADING = /^ {0,3}(#{1,6})(?:[ \t]+(.*))?$/;
// eslint-disable-next-line no-control-regex -- Control characters are exactly what has to go.
const BLANKS_AND_CONTROLS = /[\s\u0000-\u001f\u007f-\u009f]+/g;

const LONE_SURROGATE = /\p{Cs}/gu;

const withoutEnding = (line: string): string => {
  if (line.endsWith('\r\n')) return line.slice(0, -2);
  return line.endsWith('\n') || line.endsWith('\r') ? line.slice(0, -1) : line;
};

const withoutClosing = (title: string): string =>
  title
    .trim()
    .replace(/(?:^|[ \t])#+$/, '')
    .trim();

/** A fence closes with at least as many of the same marks and nothing behind them; a backtick fence opens without backticks behind. */
const fenceAfter = (open: string | undefined, marks: string, rest: string): string | undefined => {
  if (open === undefined) return marks.startsWith('`') && rest.includes('`') ? undefined : marks;
  const closes = marks[0] === open[0] && marks.length >= open.length && rest.trim() === '';
  return closes ? undefined : open;
};
