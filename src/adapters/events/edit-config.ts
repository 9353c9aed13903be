import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { isSyncError, SyncError } from '../../domain/errors.js';
import { canonicalJson } from '../../domain/events/canonical-json.js';
import type { ConfigEdit } from '../../ports/events.js';
import { syncDirectory, writeFileAtomic, removeTemporaries } from '../fs/atomic-write.js';
import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  LineCounter,
  type Pair,
  parseDocument,
  visit,
  type YAMLMap,
} from 'yaml';
import type { Issue } from '../../domain/result.js';

/** Applies the edits one after the other and proves that they, and nothing else, have changed what the file says. */
export const editedConfig = (
  path: string,
  original: string,
  edits: readonly ConfigEdit[],
  parse: (text: string) => ParsedConfig,
): string => {
  let text = original;
  let expected: unknown = undefined;
  for (const edit of edits) {
    const before = parse(text);
    const spliced = before.ok ? spliceConfig(text, before.syntax, edit) : undefined;
    if (!before.ok || spliced === undefined) throw notEditable(path, edit);
    expected = withValue(expected ?? before.document, edit.path, edit.value);
    text = spliced;
    const after = parse(text);
    if (!after.ok || canonicalJson(after.document) !== canonicalJson(expected)) throw notEditable(path, edit);
  }
  return text;
};

const withValue = (
  document: unknown,
  [key = '', ...rest]: readonly string[],
  value: string | boolean,
): unknown => {
  const members = (document ?? {}) as Readonly<Record<string, unknown>>;
  return { ...members, [key]: rest.length === 0 ? value : withValue(members[key], rest, value) };
};

/**
 * Replaces the file, or makes it, in one durable step. Whatever a killed writer left beside it goes away. `place` says
 * where it really lies.
 */
export const writeConfig = async (path: string, place: () => string, text: string): Promise<void> => {
  try {
    makeFolder(dirname(path));
    const target = place();
    const stats = statSync(target, { throwIfNoEntry: false });
    // A rename would replace a file that is marked read-only.
    if (stats !== undefined && (stats.mode & 0o222) === 0) throw new Error('the file is marked read-only');
    removeTemporaries(target);
    await writeFileAtomic(target, text, stats === undefined ? {} : { mode: stats.mode & 0o7777 });
  } catch (cause) {
    throw isSyncError(cause) ? cause : notWritable(path, cause);
  }
};

/** Part of the project, so it gets the permissions that the user's other directories get. */
const makeFolder = (folder: string): void => {
  if (mkdirSync(folder, { recursive: true }) !== undefined) syncDirectory(dirname(folder));
};

export const notWritable = (path: string, cause: unknown): SyncError =>
  new SyncError('config-not-writable', `${path} cannot be written.`, {
    cause,
    hint: 'Check the permissions of the file and its folder.',
  });

const notEditable = (path: string, edit: ConfigEdit): SyncError =>
  new SyncError(
    'config-not-writable',
    `${path} is written in a way in which ${edit.path.join('.')} cannot be set.`,
    {
      hint: 'Set the value by hand.',
    },
  );

/**
 * The text with one value set, every other byte as it was; `undefined` where the value's place holds something else
 * than a map, so that nothing can be put there without loss.
 */
const spliceConfig = (text: string, syntax: Document, edit: ConfigEdit): string | undefined => {
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

type ConfigIssue = Issue & { readonly line?: number };

type ParsedConfig =
  | { readonly ok: true; readonly document: unknown; readonly syntax: Document }
  | { readonly ok: false; readonly issues: readonly ConfigIssue[] };

/**
 * Parses the text of a project's config. What a program might misread is refused with its line: conflict markers, bad
 * YAML, duplicate keys, several documents, aliases.
 */
export const parseConfig = (text: string): ParsedConfig => {
  const markers = conflictMarkers(text);
  if (markers.length > 0) return { ok: false, issues: markers };
  try {
    return parseYaml(text);
  } catch (error) {
    // The parser recurses: a file that is nested without end exhausts the stack instead of failing politely.
    return {
      ok: false,
      issues: [{ path: '', reason: `cannot be parsed: ${String(error).split('\n', 1)[0]}` }],
    };
  }
};

const parseYaml = (text: string): ParsedConfig => {
  const lines = new LineCounter();
  const syntax = parseDocument(text, { lineCounter: lines, uniqueKeys: true, prettyErrors: false });
  const issues: ConfigIssue[] = syntax.errors.map((error) => ({
    path: '',
    line: lines.linePos(error.pos[0]).line,
    reason: error.message,
  }));
  visit(syntax, {
    Alias: (_key, node) => {
      const line = isAlias(node) && node.range ? { line: lines.linePos(node.range[0]).line } : {};
      issues.push({
        path: '',
        ...line,
        reason: `uses the alias *${node.source}, which is not supported here`,
      });
    },
  });
  if (issues.length > 0) return { ok: false, issues };
  return { ok: true, document: syntax.toJS({ maxAliasCount: 0 }), syntax };
};

const conflictMarkers = (text: string): readonly ConfigIssue[] =>
  text
    .split('\n')
    .flatMap((content, index) =>
      /^(?:<{7}|>{7}|\|{7})(?: |\r?$)/.test(content)
        ? [{ path: '', line: index + 1, reason: 'holds a merge conflict marker' }]
        : [],
    );
