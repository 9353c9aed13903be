import { parseDocument } from 'yaml';
import { isFields } from '../../domain/document.js';
import { messageOf } from '../../domain/errors.js';
import type { ManifestDocument } from '../../domain/work/manifest.js';
import { markdownLines } from '../../domain/work/markdown.js';
import type { WorkPackageFault } from '../../domain/work/work-package.js';
import type { WorkPackageDocument } from '../../ports/work.js';

/** A file with YAML front matter, cut at its `---` lines. Offsets are into the whole text. */
interface FrontMatterParts {
  /** What stands between the lines; `undefined` when the file does not begin with such a line. */
  readonly yaml?: { readonly text: string; readonly start: number };
  readonly body: string;
  /** Set when it is not closed, begins behind line 1, or is followed by another one. */
  readonly fault?: FrontMatterFault;
}

type FrontMatterFault = Omit<WorkPackageFault, 'path'>;

/** The values of a front matter, or the reason why there are none. */
export type FrontMatterReading = Omit<WorkPackageDocument, 'path' | 'text'>;

/** Cuts a text into front matter and body. A byte order mark belongs to neither. */
export const splitFrontMatter = (text: string): FrontMatterParts => {
  const opening = OPENING.exec(text);
  if (opening === null) {
    const body = text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text;
    const line = laterFrontMatter(text);
    return line === undefined ? { body } : { body, fault: { line, reason: NOT_ON_LINE_1 } };
  }
  const start = opening[0].length;
  const closing = CLOSING.exec(text.slice(start));
  if (closing === null)
    return { body: text.slice(start), fault: { line: 1, reason: 'the front matter has no closing `---`' } };
  const end = start + closing.index;
  const yaml = { text: text.slice(start, end), start };
  const body = text.slice(end + closing[0].length);
  const second = SECOND.exec(body)?.[1]?.length;
  if (second === undefined) return { yaml, body };
  const line = text.slice(0, text.length - body.length + second).split('\n').length;
  return { yaml, body, fault: { line, reason: 'a second front matter begins here' } };
};

/** Reads a text; never throws, whatever it holds. */
export const readFrontMatter = (text: string): FrontMatterReading => {
  const { yaml, body, fault } = splitFrontMatter(text);
  const broken = (why: FrontMatterFault | undefined) => ({ frontMatter: {}, body, fault: why });
  if (yaml === undefined || fault !== undefined) return broken(fault);
  if (yaml.text.length > MAX_CHARACTERS)
    return broken({ line: 1, reason: `the front matter has more than ${MAX_CHARACTERS} characters` });
  const { value, fault: found } = valueOf(yaml.text);
  // Front matter begins on the second line of the file.
  if (found !== undefined) return broken({ ...found, line: found.line && found.line + 1 });
  const frontMatter = value ?? {};
  if (!isFields(frontMatter)) return broken({ line: 2, reason: 'the front matter is no mapping' });
  return { frontMatter, body };
};

/** A manifest as its text shows it; never throws, whatever it holds. */
export const manifestDocument = (path: string, text: string): ManifestDocument => ({
  path,
  text,
  ...valueOf(text),
});

const valueOf = (yaml: string): { readonly value?: unknown; readonly fault?: FrontMatterFault } => {
  const document = parseDocument(yaml, { logLevel: 'silent' });
  const [error] = document.errors;
  if (error !== undefined)
    return { fault: { line: error.linePos?.[0].line, reason: firstLine(error.message) } };
  try {
    return { value: document.toJS() as unknown };
  } catch (thrown) {
    return { fault: { reason: firstLine(messageOf(thrown)) } };
  }
};

/** A page of text; the parser takes long for much more. */
const MAX_CHARACTERS = 16_384;
const BYTE_ORDER_MARK = '\ufeff';
const OPENING = /^\ufeff?---[ \t]*(?:\r?\n|$)/;
const CLOSING = /^---[ \t]*(?:\r?\n|$)/m;

const NOT_ON_LINE_1 = 'the front matter has to begin with `---` on line 1, and nothing may stand before it';
/** What people and formatters put before a front matter: blanks, marks, comments, headings; a fence around all of it. */
const BEFORE = String.raw`(?:[\s\ufeff]|<!--[\s\S]*?-->|#{1,6}[^\n]*\n)*`;
const FENCE = String.raw`\s*(?:(?:\`{3,}|~{3,})[^\n]*\n)?`;
const OUR_KEY = String.raw`[ \t]*["']?(?:work_package_id|lane|dependencies|subtasks)["']?[ \t]*:`;
const IS_OUR_KEY = new RegExp(`^${OUR_KEY}`);
const LATER = new RegExp(
  String.raw`^(${FENCE}${BEFORE})(?:-{3,}[^\n]*\n[ \t]*["']?\w[\w-]*["']?[ \t]*:|${OUR_KEY})`,
);
const SECOND = new RegExp(String.raw`^(${BEFORE})---[ \t]*\r?\n(?:(?!---).*\n){0,5}?${OUR_KEY}`);

/**
 * The line of a front matter where none is read. Taken for text, it would be overruled by defaults, and a second one
 * would be written on top. In the midst of a text it is known by a key of ours, unless it stands in code.
 */
const laterFrontMatter = (text: string): number | undefined => {
  const before = LATER.exec(text)?.[1];
  if (before !== undefined) return before.split('\n').length;
  let rule: number | undefined;
  for (const { text: line, number, isSilent } of markdownLines(text)) {
    if (isSilent) continue;
    if (rule !== undefined && IS_OUR_KEY.test(line)) return rule;
    if (/^ {0,3}---[ \t]*$/.test(line)) rule = number;
    else if (line.trim() === '') rule = undefined;
  }
  return undefined;
};

const firstLine = (message: string): string =>
  (message.split('\n')[0] ?? '').replace(/ at line \d+, column \d+:?$/, '');
