import { isMap, parseDocument, type Document } from 'yaml';

/** A file with YAML front matter, cut at its `---` lines. Offsets are into the whole text. */
export interface FrontMatterParts {
  /** What stands between the lines; `undefined` when the file does not begin with such a line. */
  readonly yaml?: { readonly text: string; readonly start: number };
  readonly body: string;
  /** Set when the closing line is missing. */
  readonly fault?: FrontMatterFault;
}

export interface FrontMatterFault {
  /** In the file, counted from 1. */
  readonly line?: number;
  readonly reason: string;
}

/** The values of a front matter, or the reason why there are none. */
export interface FrontMatterReading {
  readonly frontMatter: Readonly<Record<string, unknown>>;
  readonly body: string;
  readonly fault?: FrontMatterFault;
}

/** Cuts a text into front matter and body. A byte order mark belongs to neither. */
export const splitFrontMatter = (text: string): FrontMatterParts => {
  const opening = OPENING.exec(text);
  if (opening === null) return { body: text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text };
  const start = opening[0].length;
  const closing = CLOSING.exec(text.slice(start));
  if (closing === null)
    return { body: text.slice(start), fault: { line: 1, reason: 'the front matter has no closing `---`' } };
  const end = start + closing.index;
  return { yaml: { text: text.slice(start, end), start }, body: text.slice(end + closing[0].length) };
};

/** Reads a text; never throws, whatever it holds. */
export const readFrontMatter = (text: string): FrontMatterReading => {
  const { yaml, body, fault } = splitFrontMatter(text);
  if (fault !== undefined) return { frontMatter: {}, body, fault };
  if (yaml === undefined) return { frontMatter: {}, body };
  const document = parseFrontMatter(yaml.text);
  const [error] = document.errors;
  if (error !== undefined)
    return { frontMatter: {}, body, fault: { ...lineOf(error.linePos), reason: firstLine(error.message) } };
  if (document.contents === null) return { frontMatter: {}, body };
  if (!isMap(document.contents))
    return { frontMatter: {}, body, fault: { line: 2, reason: 'the front matter is no mapping' } };
  try {
    return { frontMatter: document.toJS() as Record<string, unknown>, body };
  } catch (error) {
    return { frontMatter: {}, body, fault: { reason: firstLine(String((error as Error).message)) } };
  }
};

/** Parsed with the ranges of its source; whoever edits it needs the tokens between them as well. */
export const parseFrontMatter = (yaml: string, keepSourceTokens = false): Document.Parsed =>
  parseDocument(yaml, { keepSourceTokens, logLevel: 'silent' });

const BYTE_ORDER_MARK = '\ufeff';
const OPENING = /^\ufeff?---[ \t]*(?:\r?\n|$)/;
const CLOSING = /^---[ \t]*(?:\r?\n|$)/m;

/** The line in the file: front matter begins on its second one. */
const lineOf = (place: readonly { readonly line: number }[] | undefined): { readonly line?: number } =>
  place?.[0] === undefined ? {} : { line: place[0].line + 1 };

const firstLine = (message: string): string =>
  (message.split('\n')[0] ?? '').replace(/ at line \d+, column \d+:?$/, '');
