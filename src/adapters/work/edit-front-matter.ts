import { isAlias, isMap, isScalar, isSeq, parseDocument } from 'yaml';
import type { Document, Pair, ParsedNode, YAMLSeq } from 'yaml';
import { messageOf, SyncError } from '../../domain/errors.js';
import { lineEndingOf } from '../../domain/work/markdown.js';
import {
  parseFrontMatter,
  readFrontMatter,
  splitFrontMatter,
  type FrontMatterReading,
} from './read-front-matter.js';

/** A front matter key and what it shall say. */
interface FrontMatterEntry {
  readonly key: string;
  readonly value: string | readonly string[];
}

/**
 * The text with keys of its front matter set. Only the characters of these values change: quoting, comments, order
 * and everything else stay. A missing key is added in front of the closing line, a missing front matter is made.
 * Fails with `work-package-unreadable` when a value cannot be changed without touching something else.
 */
export const setFrontMatterKeys = (text: string, entries: readonly FrontMatterEntry[]): string => {
  if (entries.length === 0) return text;
  const names = entries.map(({ key }) => key).join(', ');
  const { yaml, fault } = splitFrontMatter(text);
  if (fault !== undefined) throw cannotSet(names, fault.reason);
  if (yaml === undefined) return setFrontMatterKeys(withFrontMatter(text), entries);
  const document = parseFrontMatter(yaml.text, true);
  const values = valuesOf(document, names);
  const changing = entries.filter((entry) => !isAlready(values, entry));
  if (changing.length === 0) return text;
  const source = new FrontMatterSource(document, yaml.text, lineEndingOf(text));
  const splices = changing
    // Added keys come last: they may begin where the list of the last key has just been inserted.
    .sort((a, b) => Number(!Object.hasOwn(values, a.key)) - Number(!Object.hasOwn(values, b.key)))
    .flatMap((entry) => source.splicesFor(entry));
  const changed =
    text.slice(0, yaml.start) + spliced(yaml.text, splices) + text.slice(yaml.start + yaml.text.length);
  if (!isOnlyChange(values, readFrontMatter(changed), changing)) {
    throw cannotSet(names, 'other values depend on it');
  }
  return changed;
};

const cannotSet = (names: string, reason: string): SyncError =>
  new SyncError('work-package-unreadable', `${names} cannot be set in place: ${reason}.`, {
    hint: `Write ${names} as a simple value on a line of its own.`,
  });

const valuesOf = (document: Document.Parsed, names: string): Readonly<Record<string, unknown>> => {
  const [error] = document.errors;
  if (error !== undefined) throw cannotSet(names, error.message);
  try {
    return (document.toJS() ?? {}) as Readonly<Record<string, unknown>>;
  } catch (error) {
    throw cannotSet(names, messageOf(error));
  }
};

const withFrontMatter = (text: string): string => {
  const mark = text.startsWith('\ufeff') ? '\ufeff' : '';
  const eol = lineEndingOf(text);
  return `${mark}---${eol}---${eol}${text.slice(mark.length)}`;
};

const isAlready = (values: Readonly<Record<string, unknown>>, { key, value }: FrontMatterEntry): boolean =>
  Object.hasOwn(values, key) && JSON.stringify(values[key]) === JSON.stringify(value);

/** The last word on every edit: read again, the other keys say what they said, and these say what they shall. */
const isOnlyChange = (
  before: Readonly<Record<string, unknown>>,
  after: FrontMatterReading,
  changing: readonly FrontMatterEntry[],
): boolean => {
  const keys = new Set(changing.map(({ key }) => key));
  const others = (values: Readonly<Record<string, unknown>>): string =>
    JSON.stringify(Object.entries(values).filter(([name]) => !keys.has(name)));
  return (
    after.fault === undefined &&
    changing.every((entry) => isAlready(after.frontMatter, entry)) &&
    others(after.frontMatter) === others(before)
  );
};

type FrontMatterPair = Pair<ParsedNode, ParsedNode | null>;

/** The text of a front matter, and where in it its values stand. */
class FrontMatterSource {
  readonly #pairs: readonly FrontMatterPair[];
  readonly #yaml: string;
  readonly #eol: string;

  constructor({ contents }: Document.Parsed, yaml: string, eol: string) {
    this.#pairs = isMap(contents) ? (contents.items as readonly FrontMatterPair[]) : [];
    this.#yaml = yaml;
    this.#eol = eol;
  }

  /** What makes a key say something. */
  splicesFor({ key, value }: FrontMatterEntry): readonly Splice[] {
    const pair = this.#pairs.find((each) => isScalar(each.key) && String(each.key.value) === key);
    if (pair === undefined) return [inserted(this.#yaml.length, this.#added(key, value))];
    return typeof value === 'string' ? this.#scalar(pair, value) : this.#list(pair, value);
  }

  #added(key: string, value: string | readonly string[]): string {
    const [first] = this.#pairs;
    const indent = first === undefined ? '' : this.#indentAt(first.key.range[0]);
    const name = `${this.#yaml === '' || this.#yaml.endsWith('\n') ? '' : this.#eol}${indent}${key}:`;
    if (typeof value === 'string') return `${name} ${scalarText(value)}${this.#eol}`;
    return `${name}${value.length === 0 ? ' []' : ''}${this.#eol}${this.#items(value)}`;
  }

  #scalar(pair: FrontMatterPair, value: string): readonly Splice[] {
    const node = pair.value;
    const isInline = isAlias(node) || (isScalar(node) && !/^BLOCK_/.test(node.type ?? ''));
    if (!isInline || node.range[1] <= node.range[0])
      return [...this.#withoutValue(pair), inserted(afterColon(pair), ` ${scalarText(value)}`)];
    const style = isScalar(node) ? node.type : undefined;
    return [{ start: node.range[0], end: node.range[1], text: scalarText(value, style) }];
  }

  #list(pair: FrontMatterPair, value: readonly string[]): readonly Splice[] {
    const node = pair.value;
    if (isSeq(node) && node.flow === true) {
      const items = value.map((item) => scalarText(item, itemStyle(node)));
      return [{ start: node.range[0], end: node.range[1], text: `[${items.join(', ')}]` }];
    }
    if (value.length === 0) return [inserted(afterColon(pair), ' []'), ...this.#withoutValue(pair)];
    if (isSeq(node)) return [this.#changedItems(node, value)];
    return [...this.#withoutValue(pair), inserted(this.#endOfKeyLine(pair), this.#items(value))];
  }

  /** Turns one list in block style into another. Lines of items that stay keep their quoting and comments. */
  #changedItems(old: YAMLSeq.Parsed, values: readonly string[]): Splice {
    const start = this.#startOfLine(old.range[0]);
    const lines = new Map<string, string>();
    let at = start;
    for (const item of old.items as readonly ParsedNode[]) {
      const end = this.#endOfLine(Math.max(item.range[0], item.range[1] - 1));
      if (isScalar(item)) lines.set(String(item.value), this.#yaml.slice(at, end));
      at = end;
    }
    const [indent, style] = [this.#indentAt(old.range[0]), itemStyle(old)];
    const text = values.map((value) => lines.get(value) ?? this.#items([value], indent, style)).join('');
    return { start, end: at, text };
  }

  /** Items in block style, indented like the other lists of this front matter; by two spaces when there is none. */
  #items(values: readonly string[], indent = this.#listIndent(), style?: string): string {
    return values.map((value) => `${indent}- ${scalarText(value, style)}${this.#eol}`).join('');
  }

  #listIndent(): string {
    const list = this.#pairs.map(({ value }) => value).find((node) => isSeq(node) && node.flow !== true);
    const at = list?.range[0];
    return at === undefined ? '  ' : this.#indentAt(at);
  }

  /** Cuts what follows the colon, up to the end of the value. A comment behind a value on the key's line stays. */
  #withoutValue(pair: FrontMatterPair): readonly Splice[] {
    const node = pair.value;
    if (node === null || node.range[1] <= node.range[0]) return [];
    const isBelow = this.#isBelowKey(pair, node);
    const start = isBelow ? this.#startOfLine(node.range[0]) : afterColon(pair);
    const endsLine = !isBelow && this.#yaml.slice(0, node.range[1]).endsWith('\n');
    return [{ start, end: endsLine ? node.range[1] - 1 : node.range[1], text: '' }];
  }

  /** Where the line of the key ends, or the last line of a value that begins on it. */
  #endOfKeyLine(pair: FrontMatterPair): number {
    const node = pair.value;
    const colon = afterColon(pair);
    const from = node === null || this.#isBelowKey(pair, node) ? colon : Math.max(colon, node.range[1]);
    return this.#endOfLine(this.#yaml[from - 1] === '\n' ? from - 1 : from);
  }

  #isBelowKey(pair: FrontMatterPair, node: ParsedNode): boolean {
    return this.#yaml.slice(afterColon(pair), node.range[0]).includes('\n');
  }

  #startOfLine(at: number): number {
    return this.#yaml.lastIndexOf('\n', at - 1) + 1;
  }

  /** Behind the newline. */
  #endOfLine(at: number): number {
    return this.#yaml.indexOf('\n', at) + 1 || this.#yaml.length;
  }

  /** What stands on the line in front of a place. */
  #indentAt(at: number): string {
    return this.#yaml.slice(this.#startOfLine(at), at);
  }
}

/** The place right behind the colon of a key. */
const afterColon = (pair: FrontMatterPair): number => {
  const colon = pair.srcToken?.sep?.find(({ type }) => type === 'map-value-ind');
  if (colon === undefined) throw cannotSet(String(pair.key), 'it has no value');
  return colon.offset + 1;
};

const itemStyle = ({ items: [first] }: YAMLSeq.Parsed): string | undefined =>
  isScalar(first) ? first.type : undefined;

/** A piece of a text that shall read differently: the characters from `start` up to `end`. */
interface Splice {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

const inserted = (at: number, text: string): Splice => ({ start: at, end: at, text });

/** The text with the splices made, which do not overlap. Those that begin at the same place keep their order. */
const spliced = (text: string, splices: readonly Splice[]): string => {
  let result = '';
  let at = 0;
  for (const splice of [...splices].sort((a, b) => a.start - b.start)) {
    result += text.slice(at, splice.start) + splice.text;
    at = Math.max(at, splice.end);
  }
  return result + text.slice(at);
};

/**
 * A text as a YAML scalar on one line, in the quoting style of the value it replaces. A plain scalar that would read
 * as something else is quoted.
 */
const scalarText = (value: string, style?: string): string => {
  const isOneLine = !CONTROLS.test(value);
  if (style === 'QUOTE_SINGLE' && isOneLine) return `'${value.replaceAll("'", "''")}'`;
  return style !== 'QUOTE_DOUBLE' && isOneLine && isPlain(value) ? value : JSON.stringify(value);
};

// oxlint-disable-next-line no-control-regex -- Control characters are exactly what has to be escaped.
const CONTROLS = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\ufeff]/;

/** Whether the text can stand without quotes, in a block and in a flow collection. */
const isPlain = (value: string): boolean => {
  if (/[,[\]{}#]/.test(value)) return false;
  const { contents, errors } = parseDocument(`key: ${value}`, { logLevel: 'silent' });
  const node = isMap(contents) ? contents.items[0]?.value : undefined;
  const isItself = isScalar(node) && node.type === 'PLAIN' && node.value === value && node.tag === undefined;
  return errors.length === 0 && isItself;
};
