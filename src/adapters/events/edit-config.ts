import { isMap, isScalar, type Document, type Pair, type YAMLMap } from 'yaml';
import type { ConfigEdit } from '../../ports/events.js';

/** The text of a config with one value set, every other byte as it was. */
export class ConfigText {
  readonly #text: string;
  readonly #eol: string;

  constructor(text: string) {
    this.#text = text;
    this.#eol = /\r?\n/.exec(text)?.[0] ?? '\n';
  }

  /** `undefined` where the value's place holds something else than a map, so that nothing can be put there without loss. */
  with({ contents: root }: Document, { path, value }: ConfigEdit): string | undefined {
    if (isMap(root)) return this.#setIn(root, path, value);
    const isNothing = root === null || (isEmpty(root) && !hasText(root));
    return isNothing ? this.#insertLines(this.#text.length, this.#block(path, value, '')) : undefined;
  }

  #setIn(map: YAMLMap, path: readonly string[], value: string | boolean): string | undefined {
    const [key, ...rest] = path;
    const pair = map.items.find((item) => isScalar(item.key) && item.key.value === key);
    if (pair === undefined) return this.#addTo(map, path, value);
    if (rest.length === 0) return this.#replaceValue(pair, JSON.stringify(value));
    if (isMap(pair.value)) return this.#setIn(pair.value, rest, value);
    if (!isEmpty(pair.value)) return undefined;
    if (map.flow === true || hasText(pair.value)) return this.#replaceValue(pair, flow(rest, value));
    return this.#insertLines(endOf(pair), this.#block(rest, value, `${this.#indentOf(pair)}  `));
  }

  #addTo(map: YAMLMap, path: readonly string[], value: string | boolean): string {
    const [first, last] = [map.items.at(0), map.items.at(-1)];
    if (map.flow !== true && first !== undefined && last !== undefined)
      return this.#insertLines(endOf(last), this.#block(path, value, this.#indentOf(first)));
    // The place behind the opening brace is free of trailing commas and comments.
    const behindBrace = (map.range?.[0] ?? 0) + 1;
    const entry = flow(path, value).slice(1, -1);
    return this.#replace(behindBrace, behindBrace, first === undefined ? entry : `${entry}, `);
  }

  #replaceValue(pair: Pair, text: string): string {
    const [start, end] = rangeOf(pair.value);
    if (end > start) return this.#replace(start, end, text);
    const behindColon = this.#text.indexOf(':', rangeOf(pair.key)[1]) + 1;
    return this.#replace(behindColon, behindColon, ` ${text}`);
  }

  /** Puts whole lines after the line that `position` lies in; the text ends with a line break only if it did before. */
  #insertLines(position: number, lines: string): string {
    const before = this.#text.slice(0, position);
    if (before === '' || before === BOM || before.endsWith('\n'))
      return this.#replace(position, position, lines + this.#eol);
    const next = this.#text.indexOf('\n', position) + 1;
    return next === 0 ? this.#text + this.#eol + lines : this.#replace(next, next, lines + this.#eol);
  }

  #replace(start: number, end: number, replacement: string): string {
    return this.#text.slice(0, start) + replacement + this.#text.slice(end);
  }

  /** White space for the column of a key. */
  #indentOf({ key }: Pair): string {
    const [start] = rangeOf(key);
    const lineStart = this.#text.lastIndexOf('\n', start - 1) + 1;
    return ' '.repeat(this.#text.slice(lineStart, start).replace(BOM, '').length);
  }

  #block(path: readonly string[], value: string | boolean, indent: string): string {
    const lines = path.map((key, at) => `${indent}${'  '.repeat(at)}${key}:`);
    return `${lines.join(this.#eol)} ${JSON.stringify(value)}`;
  }
}

const BOM = '\ufeff';

/** On one line. */
const flow = (path: readonly string[], value: string | boolean): string =>
  path.reduceRight((inner, key) => `{${key}: ${inner}}`, JSON.stringify(value));

const isEmpty = (value: unknown): boolean => value === null || (isScalar(value) && value.value === null);

/** Whether an empty value is written out, as `null` or `~`. */
const hasText = (value: unknown): boolean => {
  const [start, end] = rangeOf(value);
  return end > start;
};

/** Where the last thing that a pair holds ends, before any comment behind it. */
const endOf = ({ key, value }: Pair): number => {
  const last = isMap(value) && value.flow !== true ? value.items.at(-1) : undefined;
  return last === undefined ? rangeOf(value)[1] || rangeOf(key)[1] : endOf(last);
};

/** Nothing, where there is no node. */
const rangeOf = (node: unknown): readonly [start: number, end: number] => {
  const { range } = (node ?? {}) as { readonly range?: readonly [number, number, number] | null };
  return range ? [range[0], range[1]] : [0, 0];
};
