import { isMap, isScalar, type Document, type Pair, type YAMLMap } from 'yaml';
import type { ConfigEdit } from '../../ports/events.js';

/**
 * The text with one value set, every other byte as it was; `undefined` where the value's place holds something else
 * than a map, so that nothing can be put there without loss.
 */
export const spliceConfig = (text: string, syntax: Document, edit: ConfigEdit): string | undefined => {
  const source = new Source(text);
  const root = syntax.contents;
  if (root === null || (isEmpty(root) && !hasText(root)))
    return source.insertLine(text.length, block(edit.path, edit.value, '', source.eol));
  return isMap(root) ? setIn(source, root, edit.path, edit.value) : undefined;
};

/** A text with positions, and the ways to put something into it. */
class Source {
  readonly #text: string;
  readonly eol: string;

  constructor(text: string) {
    this.#text = text;
    this.eol = /\r?\n/.exec(text)?.[0] ?? '\n';
  }

  replace(start: number, end: number, replacement: string): string {
    return this.#text.slice(0, start) + replacement + this.#text.slice(end);
  }

  /** Puts whole lines after the line that `position` lies in; the text ends with a line break only if it did before. */
  insertLine(position: number, lines: string): string {
    const text = this.#text;
    const isLineStart =
      position === 0 || text.charAt(position - 1) === '\n' || text.slice(0, position) === BOM;
    if (isLineStart) return this.replace(position, position, lines + this.eol);
    const lineBreak = text.indexOf('\n', position);
    return lineBreak < 0
      ? this.replace(text.length, text.length, this.eol + lines)
      : this.replace(lineBreak + 1, lineBreak + 1, lines + this.eol);
  }

  /** White space for the column of a position. */
  indentAt(position: number): string {
    const lineStart = this.#text.lastIndexOf('\n', position - 1) + 1;
    return ' '.repeat(this.#text.slice(lineStart, position).replace(BOM, '').length);
  }

  /** Position behind the colon of a key. */
  afterColon(keyEnd: number): number {
    return this.#text.indexOf(':', keyEnd) + 1;
  }
}

const BOM = '\ufeff';

const setIn = (
  source: Source,
  map: YAMLMap,
  path: readonly string[],
  value: string | boolean,
): string | undefined => {
  const [key = '', ...rest] = path;
  const pair = map.items.find((item) => isScalar(item.key) && item.key.value === key);
  if (pair === undefined) return addTo(source, map, path, value);
  if (rest.length === 0) return replaceValue(source, pair, scalar(value));
  if (isMap(pair.value)) return setIn(source, pair.value, rest, value);
  if (!isEmpty(pair.value)) return undefined;
  if (map.flow === true) return replaceValue(source, pair, flow(rest, value));
  return hasText(pair.value)
    ? replaceValue(source, pair, flow(rest, value))
    : source.insertLine(endOf(pair), block(rest, value, `${source.indentAt(startOf(pair))}  `, source.eol));
};

const addTo = (
  source: Source,
  map: YAMLMap,
  path: readonly string[],
  value: string | boolean,
): string | undefined => {
  const last = map.items.at(-1);
  const first = map.items.at(0);
  if (map.flow === true || last === undefined || first === undefined) {
    // The place behind the opening brace is free of trailing commas and comments.
    const behindBrace = (map.range?.[0] ?? 0) + 1;
    const entry = flow(path, value).slice(1, -1);
    return source.replace(behindBrace, behindBrace, last === undefined ? entry : `${entry}, `);
  }
  return source.insertLine(endOf(last), block(path, value, source.indentAt(startOf(first)), source.eol));
};

const replaceValue = (source: Source, pair: Pair, text: string): string => {
  const range = rangeOf(pair.value);
  if (range !== undefined && range[1] > range[0]) return source.replace(range[0], range[1], text);
  const behindColon = source.afterColon(rangeOf(pair.key)?.[1] ?? 0);
  return source.replace(behindColon, behindColon, ` ${text}`);
};

const isEmpty = (value: unknown): boolean => value === null || (isScalar(value) && value.value === null);

/** Whether an empty value is written out, as `null` or `~`. */
const hasText = (value: unknown): boolean => {
  const range = rangeOf(value);
  return range !== undefined && range[1] > range[0];
};

const startOf = (pair: Pair): number => rangeOf(pair.key)?.[0] ?? 0;

/** Where the last thing that a pair holds ends, before any comment behind it. */
const endOf = (pair: Pair): number => {
  const { key, value } = pair;
  if (isMap(value) && value.flow !== true) {
    const last = value.items.at(-1);
    if (last !== undefined) return endOf(last);
  }
  return rangeOf(value)?.[1] ?? rangeOf(key)?.[1] ?? 0;
};

const rangeOf = (node: unknown): readonly [number, number, number] | undefined =>
  (node as { readonly range?: [number, number, number] | null } | null)?.range ?? undefined;

const scalar = (value: string | boolean): string => JSON.stringify(value);

const flow = ([key = '', ...rest]: readonly string[], value: string | boolean): string =>
  `{${key}: ${rest.length === 0 ? scalar(value) : flow(rest, value)}}`;

const block = (
  [key = '', ...rest]: readonly string[],
  value: string | boolean,
  indent: string,
  eol: string,
): string =>
  rest.length === 0
    ? `${indent}${key}: ${scalar(value)}`
    : `${indent}${key}:${eol}${block(rest, value, `${indent}  `, eol)}`;
