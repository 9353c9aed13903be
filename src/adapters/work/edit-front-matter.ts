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
export interface FrontMatterEntry {
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
  const eol = lineEndingOf(text);
  const splices = changing
    // Added keys come last: they may begin where the list of the last key has just been inserted.
    .sort((a, b) => Number(!Object.hasOwn(values, a.key)) - Number(!Object.hasOwn(values, b.key)))
    .flatMap(({ key, value }) => keySplices(document, yaml.text, key, value, eol));
  const changed =
    text.slice(0, yaml.start) + spliced(yaml.text, splices) + text.slice(yaml.start + yaml.text.length);
  if (!isOnlyChange(values, readFrontMatter(changed), changing)) {
    throw cannotSet(names, 'other values depend on it');
  }
  return changed;
};

type FrontMatterPair = Pair<ParsedNode, ParsedNode | null>;

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

const keySplices = (
  document: Document.Parsed,
  yaml: string,
  key: string,
  value: string | readonly string[],
  eol: string,
): readonly Splice[] => {
  const pairs = isMap(document.contents) ? (document.contents.items as readonly FrontMatterPair[]) : [];
  const pair = pairs.find((each) => isScalar(each.key) && String(each.key.value) === key);
  if (pair === undefined)
    return [{ start: yaml.length, end: yaml.length, text: addedKey(document, yaml, key, value, eol) }];
  return typeof value === 'string'
    ? scalarSplices(pair, yaml, value)
    : listSplices(document, pair, yaml, value, eol);
};

const addedKey = (
  document: Document.Parsed,
  yaml: string,
  key: string,
  value: string | readonly string[],
  eol: string,
): string => {
  const [first] = isMap(document.contents) ? (document.contents.items as readonly FrontMatterPair[]) : [];
  const indent = first === undefined ? '' : indentAt(yaml, first.key.range[0]);
  const name = `${yaml === '' || yaml.endsWith('\n') ? '' : eol}${indent}${key}`;
  if (typeof value === 'string') return `${name}: ${scalarText(value)}${eol}`;
  if (value.length === 0) return `${name}: []${eol}`;
  return `${name}:${eol}${blockLines(value, listIndent(document, yaml), eol)}`;
};

const scalarSplices = (pair: FrontMatterPair, yaml: string, value: string): readonly Splice[] => {
  const node = pair.value;
  if (
    node !== null &&
    (isAlias(node) || (isScalar(node) && isInline(node.type))) &&
    node.range[1] > node.range[0]
  ) {
    const style = isScalar(node) ? node.type : undefined;
    return [{ start: node.range[0], end: node.range[1], text: scalarText(value, style) }];
  }
  return [
    ...withoutValue(pair, yaml),
    { start: afterColon(pair), end: afterColon(pair), text: ` ${scalarText(value)}` },
  ];
};

const listSplices = (
  document: Document.Parsed,
  pair: FrontMatterPair,
  yaml: string,
  value: readonly string[],
  eol: string,
): readonly Splice[] => {
  const node = pair.value;
  const colon = afterColon(pair);
  if (isSeq(node) && node.flow === true) {
    return [{ start: node.range[0], end: node.range[1], text: flowText(node, value) }];
  }
  if (value.length === 0) return [{ start: colon, end: colon, text: ' []' }, ...withoutValue(pair, yaml)];
  if (isSeq(node)) return changedBlockItems(node, yaml, value, eol);
  const lineEnd = endOfKeyLine(pair, yaml);
  const items = blockLines(value, listIndent(document, yaml), eol);
  return [...withoutValue(pair, yaml), { start: lineEnd, end: lineEnd, text: items }];
};

const isInline = (type: string | undefined): boolean => type !== 'BLOCK_LITERAL' && type !== 'BLOCK_FOLDED';

/** The place right behind the colon of a key. */
const afterColon = (pair: FrontMatterPair): number => {
  const colon = pair.srcToken?.sep?.find(({ type }) => type === 'map-value-ind');
  if (colon === undefined) throw cannotSet(String(pair.key), 'it has no value');
  return colon.offset + 1;
};

/** Cuts what follows the colon, up to the end of the value. A comment behind a value on the key's line stays. */
const withoutValue = (pair: FrontMatterPair, yaml: string): readonly Splice[] => {
  const node = pair.value;
  if (node === null || node.range[1] <= node.range[0]) return [];
  const colon = afterColon(pair);
  const isBelow = yaml.slice(colon, node.range[0]).includes('\n');
  const start = isBelow ? yaml.lastIndexOf('\n', node.range[0] - 1) + 1 : colon;
  const endsLine = !isBelow && yaml.slice(0, node.range[1]).endsWith('\n');
  return [{ start, end: endsLine ? node.range[1] - 1 : node.range[1], text: '' }];
};

/** Where the line of the key ends, or the last line of a value that begins on it. */
const endOfKeyLine = (pair: FrontMatterPair, yaml: string): number => {
  const node = pair.value;
  const colon = afterColon(pair);
  const from =
    node === null || yaml.slice(colon, node.range[0]).includes('\n') ? colon : Math.max(colon, node.range[1]);
  const newline = yaml.indexOf('\n', yaml[from - 1] === '\n' ? from - 1 : from);
  return newline === -1 ? yaml.length : newline + 1;
};

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

/** A list in flow style (`[WP01, "WP02"]`), its items quoted like the first one of the list it replaces. */
const flowText = (old: YAMLSeq.Parsed, values: readonly string[]): string =>
  `[${values.map((value) => scalarText(value, itemStyle(old))).join(', ')}]`;

/** A list in block style, each item on a line of its own. */
const blockLines = (values: readonly string[], indent: string, eol: string, style?: string): string =>
  values.map((value) => `${indent}- ${scalarText(value, style)}${eol}`).join('');

/** The indentation that the block lists of this document have; two spaces when there is none. */
const listIndent = (document: Document.Parsed, yaml: string): string => {
  const pairs = isMap(document.contents) ? document.contents.items : [];
  const list = pairs
    .map(({ value }) => value as ParsedNode | null)
    .find((node) => isSeq(node) && node.flow !== true);
  return isSeq(list) ? indentAt(yaml, (list as YAMLSeq.Parsed).range[0]) : '  ';
};

/** Turns one block list into another. Lines of items that stay keep their quoting and comments. */
const changedBlockItems = (
  old: YAMLSeq.Parsed,
  yaml: string,
  values: readonly string[],
  eol: string,
): readonly Splice[] => {
  const start = yaml.lastIndexOf('\n', old.range[0] - 1) + 1;
  const indent = indentAt(yaml, old.range[0]);
  const lines = new Map<string, string>();
  let at = start;
  for (const item of old.items as readonly ParsedNode[]) {
    const newline = yaml.indexOf('\n', Math.max(item.range[0], item.range[1] - 1));
    const end = newline === -1 ? yaml.length : newline + 1;
    if (isScalar(item)) lines.set(String(item.value), yaml.slice(at, end));
    at = end;
  }
  const text = values
    .map((value) => lines.get(value) ?? blockLines([value], indent, eol, itemStyle(old)))
    .join('');
  return [{ start, end: at, text }];
};

const itemStyle = (list: YAMLSeq.Parsed): string | undefined => {
  const [first] = list.items;
  return isScalar(first) ? first.type : undefined;
};

/** What stands on the line in front of a place. */
const indentAt = (yaml: string, at: number): string => yaml.slice(yaml.lastIndexOf('\n', at - 1) + 1, at);

/** A piece of a text that shall read differently: the characters from `start` up to `end`. */
interface Splice {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

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

// eslint-disable-next-line no-control-regex -- Control characters are exactly what has to be escaped.
const CONTROLS = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\ufeff]/;

/** Whether the text can stand without quotes, in a block and in a flow collection. */
const isPlain = (value: string): boolean => {
  if (/[,[\]{}#]/.test(value)) return false;
  const { contents, errors } = parseDocument(`key: ${value}`, { logLevel: 'silent' });
  const node = isMap(contents) ? contents.items[0]?.value : undefined;
  const isItself = isScalar(node) && node.type === 'PLAIN' && node.value === value && node.tag === undefined;
  return errors.length === 0 && isItself;
};
