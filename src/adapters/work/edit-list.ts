import { isMap, isScalar, isSeq, type Document, type ParsedNode, type YAMLSeq } from 'yaml';
import { scalarText } from './scalar.js';
import type { Splice } from './splice-lines.js';

/** A list in flow style (`[WP01, "WP02"]`), its items quoted like the first one of the list it replaces. */
export const flowText = (old: YAMLSeq.Parsed, values: readonly string[]): string =>
  `[${values.map((value) => scalarText(value, itemStyle(old))).join(', ')}]`;

/** A list in block style, each item on a line of its own. */
export const blockLines = (values: readonly string[], indent: string, eol: string, style?: string): string =>
  values.map((value) => `${indent}- ${scalarText(value, style)}${eol}`).join('');

/** The indentation that the block lists of this document have; two spaces when there is none. */
export const listIndent = (document: Document.Parsed, yaml: string): string => {
  const pairs = isMap(document.contents) ? document.contents.items : [];
  const list = pairs
    .map(({ value }) => value as ParsedNode | null)
    .find((node) => isSeq(node) && node.flow !== true);
  return isSeq(list) ? indentAt(yaml, (list as YAMLSeq.Parsed).range[0]) : '  ';
};

/** Turns one block list into another. Lines of items that stay keep their quoting and comments. */
export const changedBlockItems = (
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
export const indentAt = (yaml: string, at: number): string =>
  yaml.slice(yaml.lastIndexOf('\n', at - 1) + 1, at);
