import { isAlias, isMap, isScalar, isSeq, parseDocument } from 'yaml';
import type { Pair, ParsedNode } from 'yaml';
import { SyncError } from '../../domain/errors.js';
import { canonicalJson } from '../../domain/events/canonical-json.js';
import { lineEndingOf } from '../../domain/work/markdown.js';
import { readFrontMatter, splitFrontMatter } from './read-front-matter.js';

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
  const { frontMatter: values, fault } = readFrontMatter(text);
  if (fault !== undefined) throw cannotSet(names, fault.reason);
  const { yaml } = splitFrontMatter(text);
  if (yaml === undefined) return setFrontMatterKeys(withFrontMatter(text), entries);
  const changing = entries.filter(({ key, value }) => canonicalJson(values[key]) !== canonicalJson(value));
  if (changing.length === 0) return text;
  const eol = lineEndingOf(text);
  const edited = changing.reduce((sofar, entry) => withKey(sofar, entry, eol), yaml.text);
  const changed = text.slice(0, yaml.start) + edited + text.slice(yaml.start + yaml.text.length);
  // The last word on every edit: read again, these keys say what they shall, and the others what they said.
  const wanted = { ...values, ...Object.fromEntries(changing.map(({ key, value }) => [key, value])) };
  const after = readFrontMatter(changed);
  if (after.fault !== undefined || canonicalJson(after.frontMatter) !== canonicalJson(wanted))
    throw cannotSet(names, 'other values depend on it');
  return changed;
};

const cannotSet = (names: string, reason: string): SyncError =>
  new SyncError('work-package-unreadable', `${names} cannot be set in place: ${reason}.`, {
    hint: `Write ${names} as a simple value on a line of its own.`,
  });

const withFrontMatter = (text: string): string => {
  const mark = text.startsWith('\ufeff') ? '\ufeff' : '';
  const eol = lineEndingOf(text);
  return `${mark}---${eol}---${eol}${text.slice(mark.length)}`;
};

type FrontMatterPair = Pair<ParsedNode, ParsedNode | null>;

/** The text of a front matter with one key saying something. */
const withKey = (yaml: string, { key, value }: FrontMatterEntry, eol: string): string => {
  const { contents } = parseDocument(yaml, { logLevel: 'silent' });
  const pairs = isMap(contents) ? (contents.items as readonly FrontMatterPair[]) : [];
  const spliced = (start: number, end: number, text: string): string =>
    yaml.slice(0, start) + text + yaml.slice(end);
  const startOfLine = (at: number): number => yaml.lastIndexOf('\n', at - 1) + 1;
  const indentAt = (at: number): string => yaml.slice(startOfLine(at), at);
  /** In block style, indented like the other lists of this front matter; by two spaces when there is none. */
  const lists = pairs.map((pair) => pair.value).filter((node) => isSeq(node) && node.flow !== true);
  const listIndent = lists[0]?.range === undefined ? '  ' : indentAt(lists[0].range[0]);
  const itemsOf = (values: readonly string[], indent = listIndent, style?: string): string =>
    values.map((each) => `${indent}- ${scalarText(each, style)}${eol}`).join('');

  const pair = pairs.find((each) => isScalar(each.key) && String(each.key.value) === key);
  if (pair === undefined) {
    const indent = pairs[0] === undefined ? '' : indentAt(pairs[0].key.range[0]);
    const name = `${yaml === '' || yaml.endsWith('\n') ? '' : eol}${indent}${key}:`;
    if (typeof value === 'string') return `${yaml}${name} ${scalarText(value)}${eol}`;
    return `${yaml}${name}${value.length === 0 ? ' []' : ''}${eol}${itemsOf(value)}`;
  }
  const node = pair.value;
  const [from, to] = node?.range ?? [0, 0];
  const colon = yaml.indexOf(':', pair.key.range[1]) + 1;
  if (typeof value === 'string') {
    const isInline = isAlias(node) || (isScalar(node) && !/^BLOCK_/.test(node.type ?? ''));
    if (isInline && to > from)
      return spliced(from, to, scalarText(value, isScalar(node) ? node.type : undefined));
  } else if (isSeq(node)) {
    const style = isScalar(node.items[0]) ? node.items[0].type : undefined;
    if (node.flow === true)
      return spliced(from, to, `[${value.map((each) => scalarText(each, style)).join(', ')}]`);
    if (value.length > 0) {
      // Lines of items that stay keep their quoting and comments.
      const lines = new Map<string, string>();
      let at = startOfLine(from);
      for (const item of node.items) {
        const end = yaml.indexOf('\n', Math.max(item.range[0], item.range[1] - 1)) + 1 || yaml.length;
        if (isScalar(item)) lines.set(String(item.value), yaml.slice(at, end));
        at = end;
      }
      const text = value.map((each) => lines.get(each) ?? itemsOf([each], indentAt(from), style)).join('');
      return spliced(startOfLine(from), at, text);
    }
  }
  // The value goes, and a comment behind it on the key's line stays.
  const isBelow = yaml.slice(colon, from).includes('\n');
  const end = !isBelow && yaml.slice(0, to).endsWith('\n') ? to - 1 : to;
  const without = to > from ? spliced(isBelow ? startOfLine(from) : colon, end, '') : yaml;
  const isBlock = typeof value !== 'string' && value.length > 0;
  const at = isBlock ? without.indexOf('\n', colon) + 1 || without.length : colon;
  const said = typeof value === 'string' ? ` ${scalarText(value)}` : isBlock ? itemsOf(value) : ' []';
  return without.slice(0, at) + said + without.slice(at);
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
